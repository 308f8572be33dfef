import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Event, Item } from '../../packages/client/src/index.js'
import { openPostgres } from '../../src/mirror/postgres.js'
import { openSqlite } from '../../src/mirror/sqlite.js'
import type { TargetDatabase } from '../../src/mirror/target.js'
import { createTestDatabase } from './database.js'
import { MAIN, type Run } from './node-process.js'
import type { Test } from './tap.js'

/** A place to mirror into, as the command is told it, and opened to look into. */
export interface Destination {
  to: string
  open(): Promise<TargetDatabase>
}

export async function postgresDestination(t: Test): Promise<Destination> {
  const { superuserUrl: url } = await createTestDatabase(t)
  return { to: url, open: () => openPostgres(url) }
}

export function sqliteDestination(t: Test, name = 'mirror.db'): Destination {
  const file = path.join(t.testdir(), name)
  return { to: file, open: async () => openSqlite(file) }
}

export interface Mirrored {
  place: { jurisdiction: string; seq: number; hash: string }
  events: Event[]
  items: Omit<Item, 'overdue' | 'overdueDays' | 'dueSoon'>[]
}

/** Everything that a mirror has. */
export async function contentOf(destination: Destination): Promise<Mirrored> {
  const db = await destination.open()
  try {
    const json = (value: unknown) => (typeof value === 'string' ? JSON.parse(value) : value)
    const [place] = await db.all('select jurisdiction, seq, hash from mirror_place')
    const events = await db.all('select event from mirror_event order by seq')
    const items = await db.all('select item from mirror_item order by id')
    return {
      place: { ...place, seq: Number(place?.seq) } as Mirrored['place'],
      events: events.map(({ event }) => json(event)),
      items: items.map(({ item }) => json(item)),
    }
  } finally {
    await db.close()
  }
}

export interface MirrorProcess {
  kill(signal: NodeJS.Signals): void
  output(): string
  ended: Promise<Run>
}

/** `one-list mirror` as a process of its own; it ends with the test. */
export function startMirror(t: Test, key: string, args: string[]): MirrorProcess {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [MAIN, 'mirror', ...args], {
    env: { PATH, HOME, ONE_LIST_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run: Run = { code: null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    run.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    run.err += text
  })
  const ended = once(child, 'close').then(([code]) => ({ ...run, code: code as number | null }))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { kill: (signal) => child.kill(signal), output: () => run.out + run.err, ended }
}
