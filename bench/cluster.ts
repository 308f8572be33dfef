import { join } from 'node:path'
import pg from 'pg'
import { removeEmbedded, startEmbedded } from '../src/embedded/database.js'
import { parentOf } from './cpu.js'

/** The benchmark's own PostgreSQL, with the settings under which nothing that is committed is lost. */
export interface Cluster {
  /** The server's first process. */
  pid: number
  version: string
  urlOf(database: string): string
  create(database: string): Promise<void>
  /** A copy of a database that nobody is connected to. */
  copy(from: string, to: string): Promise<void>
  drop(database: string): Promise<void>
  stop(): Promise<void>
}

export async function startCluster(folder: string): Promise<Cluster> {
  const dataDir = join(folder, 'postgres')
  const embedded = await startEmbedded({ dataDir, durable: true, maxConnections: 100 })
  const client = new pg.Client({ connectionString: embedded.urlFor('postgres') })
  await client.connect()
  const { rows } = await client.query<{ pid: number; version: string }>(
    `select pg_backend_pid() as pid, current_setting('server_version') as version`,
  )
  const [{ pid, version } = { pid: 0, version: '' }] = rows
  return {
    pid: parentOf(pid),
    version,
    urlOf: embedded.urlFor,
    create: async (database) => {
      await client.query(`create database ${database}`)
    },
    copy: async (from, to) => {
      await client.query(`create database ${to} template ${from} strategy file_copy`)
    },
    drop: async (database) => {
      await client.query(`drop database ${database} with (force)`)
    },
    stop: async () => {
      await client.end()
      await embedded.stop()
      // Where root may not run a server in its own folder, the data lie elsewhere.
      await removeEmbedded(dataDir)
    },
  }
}
