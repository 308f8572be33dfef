import { existsSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import sqlite from 'node-sqlite3-wasm'
import type { TargetDatabase } from './target.js'

/**
 * A SQLite file to mirror into. Commits are synchronous: the library's file layer calls fsync for the journal, the file
 * and their folder. It locks by a folder beside the file rather than as SQLite does elsewhere, and a killed process leaves
 * that behind; so one process at a time owns the file, by its id in `<file>.owner`.
 * @throws Error when another process that is alive owns the file.
 */
export function openSqlite(file: string): TargetDatabase {
  const owner = `${file}.owner`
  takeOver(file, owner)
  const db = new sqlite.Database(file)
  const all: TargetDatabase['all'] = async (sql, values = []) => db.all(sql, [...values])
  return {
    json: 'text',
    all,
    async transaction(work) {
      db.exec('begin immediate')
      try {
        const result = await work()
        db.exec('commit')
        return result
      } catch (err) {
        if (db.inTransaction) db.exec('rollback')
        throw err
      }
    },
    async close() {
      db.close()
      rmSync(owner, { force: true })
    },
  }
}

function takeOver(file: string, owner: string): void {
  const found = existsSync(owner) ? Number(readFileSync(owner, 'utf8')) : Number.NaN
  if (isAlive(found)) throw new Error(`process ${found} is at work on ${file}; when that is no mirror, delete ${owner}`)
  rmSync(owner, { force: true })
  // Of two that start at once, one makes the file; the other fails here.
  writeFileSync(owner, String(process.pid), { flag: 'wx' })
  if (existsSync(`${file}.lock`)) rmdirSync(`${file}.lock`)
}

/** In a container, a process may well have the number of the one before it. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (err) {
    return (err as { code?: string }).code === 'EPERM'
  }
}
