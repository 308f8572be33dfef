import { Readable } from 'node:stream'
import { type SQL, sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db, Tx } from '../db/client.js'
import { openSnapshot, portionsOf, type Snapshot } from '../db/snapshot.js'
import type { Deps } from '../deps.js'
import { type Actor, isPermitted } from '../domain/access/permissions.js'
import type { Instant } from '../domain/time/instant.js'
import { wallClockIn } from '../domain/time/zone.js'
import { attachment } from '../http/attachment.js'
import { type FileFormat, MEDIA_TYPES } from '../http/negotiate.js'
import { EdgeError } from '../http/problem.js'
import { inLanguage, type Language, languageOf } from '../language/language.js'
import { coverOf } from './cover.js'
import { csvOf } from './csv.js'
import { geojsonOf, ndjsonOf } from './json-lines.js'
import { type Names, readNames } from './names.js'
import type { Sheet } from './sheet.js'
import { xlsxOf } from './xlsx.js'

/** A file that is still being fetched after so long is broken off; the database cannot tidy up meanwhile. */
const FILE_LIMIT_MS = 15 * 60_000
const FILES_PER_PERSON = 2
const RETRY_S = 10

const EXTENSIONS: Record<FileFormat, string> = { csv: 'csv', xlsx: 'xlsx', ndjson: 'ndjson', geojson: 'geojson' }
const CONTENT_TYPES: Record<FileFormat, string> = {
  ...MEDIA_TYPES,
  csv: `${MEDIA_TYPES.csv}; charset=utf-8; header=present`,
}

interface FileOf<R> {
  format: FileFormat
  sheet: Sheet<R>
  /** All rows, each with its column `json`: the text that the JSON list has of it; or what reads and makes such texts. */
  rows: SQL | ((snapshot: Snapshot) => AsyncGenerator<string[]>)
  /** The state that the rows are of; undefined: the present. */
  past?: { at: Instant; seq?: number } | undefined
}

/**
 * Answers with all rows of a list or report as a file, on one snapshot of the database, as fast as the receiver takes it.
 * Until the first rows have been read, a failure is a problem like any other; after that, it breaks the connection, so
 * that no part is taken for the whole.
 * @throws EdgeError `too-many-requests` when the caller, or all callers together, are fetching too many.
 */
export async function sendFile<R>(
  request: FastifyRequest,
  reply: FastifyReply,
  { db, now, config }: Pick<Deps, 'db' | 'now' | 'config'>,
  { format, sheet, rows, past }: FileOf<R>,
): Promise<FastifyReply> {
  const { actor } = request
  const language = languageOf(request)
  const madeAt = now()
  const { timeZone } = actor.jurisdiction
  const wallClock = wallClockIn(timeZone)
  reply.type(CONTENT_TYPES[format])
  reply.header('content-disposition', dispositionOf(sheet, EXTENSIONS[format], language, wallClock(madeAt)))
  if (request.method === 'HEAD') return reply.send(Readable.from([]))
  const release = takePlace(db, actor, Math.max(1, Math.floor(config.poolSize / 2)))
  const source = await openSource(db, actor, language, rows).catch((err: unknown) => {
    release()
    throw err
  })
  const { names, head, portions, close } = source
  const facts = { title: sheet.name, jurisdiction: actor.jurisdiction.name, person: actor.name, madeAt, head }
  const cover = coverOf(
    { ...facts, query: { ...(request.query as object) }, asOf: past?.at ?? madeAt, seq: past?.seq },
    names,
    wallClock,
  )
  const parsed = () => mapped(portions, (row) => JSON.parse(row) as R)
  const CONTENT: Record<FileFormat, () => AsyncGenerator<string | Buffer>> = {
    csv: () => csvOf(parsed(), sheet, names, wallClock),
    xlsx: () => xlsxOf({ portions: parsed(), sheet, names, wallClock, coverOf: cover }),
    ndjson: () => ndjsonOf(portions),
    geojson: () => geojsonOf(portions, sheet),
  }
  const body = Readable.from(CONTENT[format]())
  const timer = setTimeout(() => body.destroy(new Error('the file was not fetched in time')), FILE_LIMIT_MS)
  body.once('close', () => {
    clearTimeout(timer)
    release()
    void close(body.errored ?? undefined)
  })
  return reply.send(body)
}

/** How many files each database is being read for, in all and by person: each holds a connection of the pool. */
const RUNNING = new WeakMap<Db, string[]>()

function takePlace(db: Db, actor: Actor, most: number): () => void {
  const running = RUNNING.get(db) ?? []
  RUNNING.set(db, running)
  const person = `${actor.jurisdiction.id} ${actor.id}`
  const own = running.filter((other) => other === person).length
  if (own >= FILES_PER_PERSON) throw new EdgeError('too-many-requests', OWN_RUNNING, RETRY_S)
  if (running.length >= most) throw new EdgeError('too-many-requests', ALL_RUNNING, RETRY_S)
  running.push(person)
  return () => {
    const at = running.indexOf(person)
    if (at >= 0) running.splice(at, 1)
  }
}

const OWN_RUNNING = {
  zh: `同一用户最多同时导出 ${FILES_PER_PERSON} 个文件；请等正在导出的完成。`,
  en: `One person fetches at most ${FILES_PER_PERSON} files at once; let those come to their end.`,
}
const ALL_RUNNING = {
  zh: '正在进行的导出过多，请稍后再试。',
  en: 'Too many files are being fetched; try again shortly.',
}

interface RowSource {
  names: Names
  head: { seq: number; hash: string } | undefined
  /** Rows as JSON text. */
  portions: AsyncGenerator<string[]>
  close: Snapshot['close']
}

/** The rows, what their codes are called and where the ledger stands, all as of one moment; the first rows are here. */
async function openSource(db: Db, actor: Actor, language: Language, rows: FileOf<never>['rows']): Promise<RowSource> {
  const snapshot = await openSnapshot(db)
  try {
    const names = await readNames(snapshot.tx, actor, language)
    // Where the ledger stands is for those to know who may read it.
    const head = isPermitted(actor.role, 'ledger.read') ? await readHead(snapshot.tx, actor) : undefined
    const portions = typeof rows === 'function' ? rows(snapshot) : portionsOf(snapshot, rows)
    const first = await portions.next()
    async function* all(): AsyncGenerator<string[]> {
      try {
        for (let next = first; next.done !== true; next = await portions.next()) yield next.value
      } finally {
        await portions.return(undefined)
      }
    }
    return { names, head, portions: all(), close: snapshot.close }
  } catch (err) {
    await snapshot.close(err)
    throw err
  }
}

/** Rows of a few that are computed, as `sendFile` takes them. */
export function computedRows(
  read: (tx: Tx) => Promise<readonly object[]>,
): (snapshot: Snapshot) => AsyncGenerator<string[]> {
  return async function* ({ tx }) {
    yield (await read(tx)).map((row) => JSON.stringify(row))
  }
}

async function readHead(tx: Tx, actor: Actor): Promise<{ seq: number; hash: string }> {
  const { rows } = await tx.execute<{ seq: number; hash: string }>(sql`
    select seq::float8 as seq, encode(hash, 'hex') as hash from ledger_head where jurisdiction_id = ${actor.jurisdiction.id}`)
  const [head] = rows
  if (head === undefined) throw new Error(`jurisdiction ${actor.jurisdiction.id} has no ledger`)
  return head
}

async function* mapped<A, B>(portions: AsyncIterable<A[]>, make: (one: A) => B): AsyncGenerator<B[]> {
  for await (const portion of portions) yield portion.map(make)
}

/** A name for everybody, and beside it the name in the caller's language. */
function dispositionOf<R>({ name, slug }: Sheet<R>, extension: string, language: Language, wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().slice(0, 16).replace('T', '-').replaceAll(':', '')
  return attachment(`${slug}-${stamp}.${extension}`, `${inLanguage(name, language)}-${stamp}.${extension}`)
}

/** A simple list's rows as `sendFile` takes them. */
export function jsonRows(query: SQL): SQL {
  return sql`select row_to_json(v)::text as json from (${query}) v`
}
