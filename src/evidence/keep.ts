import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { lockPerson } from '../db/lock.js'
import type { Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import type { createConcurrencyLimit, PersonLimit } from '../http/concurrency.js'
import { EdgeError } from '../http/problem.js'
import type { Intent, Outcome } from '../ledger/act.js'
import { type Answer, act } from '../ledger/act.js'
import type { Said } from './fields.js'
import { nameOf, thumbnailNameOf } from './file-store.js'
import { MAX_UNUSED } from './limits.js'
import { type Prepared, prepare } from './prepare.js'
import { type FileStore, storageAway } from './store.js'
import { readEvidence } from './view.js'
import type { Received } from './workspace.js'

/** What keeping a file takes. */
export interface Keeper {
  db: Db
  store: FileStore
  /** Pictures are worked on a few at a time. */
  inTurn: <R>(work: () => Promise<R>) => Promise<R>
}

/** What receiving files takes, in either way. */
export interface Receiving extends Deps {
  keeper: Keeper
  receiving: ReturnType<typeof createConcurrencyLimit>
  sending: PersonLimit
}

/**
 * Keeps a received file, once in its jurisdiction. Nothing of it can be seen before its evidence has a row: that comes
 * last, and whatever a crash leaves before is swept.
 */
export async function keepFile(
  { db, store, inTurn }: Keeper,
  actor: Actor,
  file: Received,
  folder: string,
  now: string,
): Promise<string> {
  const { id: jurisdiction, timeZone } = actor.jurisdiction
  const known = await claimKnown(db, jurisdiction, file, now)
  if (known !== undefined) return known
  const prepared = await inTurn(() => prepare(file, folder, timeZone))
  const claimed = await claim(db, jurisdiction, file, prepared, now)
  // Another version of the service made something else of the same file at this moment, and was first.
  if (claimed !== prepared.kept.sha256) return claimed
  const { picture, kept } = prepared
  if (picture !== null) await store.put(thumbnailNameOf(jurisdiction, file.sha256), picture.thumbnail)
  await store.put(nameOf(jurisdiction, file.sha256), kept)
  return claimed
}

/** The hash of what is kept of a file that is in use already; it is not swept while it has just come again. */
async function claimKnown(
  db: Db,
  jurisdiction: string,
  { sha256 }: Received,
  now: string,
): Promise<string | undefined> {
  const { rows } = await db.execute<{ sha256: string }>(sql`
    update evidence_file f set claimed_at = ${now}
    where f.jurisdiction_id = ${jurisdiction} and f.received_sha256 = decode(${sha256}, 'hex') and ${isUsed}
    returning encode(f.sha256, 'hex') as sha256`)
  return rows[0]?.sha256
}

const isUsed = sql.raw(`exists (select from evidence e
  where e.jurisdiction_id = f.jurisdiction_id and e.received_sha256 = f.received_sha256)`)

/** Says what is going to be kept of a file, unless that is settled; answers the hash of what it is. */
async function claim(db: Db, jurisdiction: string, file: Received, prepared: Prepared, now: string): Promise<string> {
  const { kept, picture, takenAt, location } = prepared
  const row = {
    jurisdiction_id: jurisdiction,
    received_sha256: `\\x${file.sha256}`,
    received_bytes: file.bytes,
    sha256: `\\x${kept.sha256}`,
    bytes: kept.bytes,
    media_type: kept.mediaType,
    width: picture?.width ?? null,
    height: picture?.height ?? null,
    thumbnail_sha256: picture === null ? null : `\\x${picture.thumbnail.sha256}`,
    phash: picture?.phash ?? null,
    taken_at: takenAt,
    lon: location?.lon ?? null,
    lat: location?.lat ?? null,
    claimed_at: now,
  }
  const columns = sql.raw(Object.keys(row).join(', '))
  const { rows } = await db.execute<{ sha256: string }>(sql`
    with claimed as (
      insert into evidence_file as f (${columns})
      select ${columns} from json_populate_record(null::evidence_file, ${JSON.stringify(row)}::json)
      on conflict (jurisdiction_id, received_sha256) do update set (${columns}) = (
        select ${columns} from json_populate_record(null::evidence_file, ${JSON.stringify(row)}::json))
      where not ${isUsed}
      returning sha256)
    select encode(sha256, 'hex') as sha256 from claimed
    union all
    select encode(f.sha256, 'hex') from evidence_file f where f.jurisdiction_id = ${jurisdiction}
      and f.received_sha256 = decode(${file.sha256}, 'hex') and not exists (select from claimed)`)
  const [settled] = rows
  if (settled === undefined) throw storageAway(new Error('the file was swept while it came again'))
  return settled.sha256
}

/** A piece of evidence to be. */
export interface NewEvidence {
  id: string
  said: Said
  receivedSha256: string
  /** Of what was kept. */
  sha256: string
}

/** The row that makes a kept file evidence. It is no event: it becomes history when an item refers to it. */
export function addEvidence(db: Db, intent: Intent, added: NewEvidence): Promise<Answer> {
  const { actor, now } = intent
  return act(db, intent, async (tx): Promise<Outcome> => {
    await lockPerson(tx, actor)
    await requireRoom(tx, actor)
    await insert(tx, actor, added, now)
    const view = await readEvidence(tx, actor, added.id)
    return { status: 201, headers: { location: `/v1/evidence/${added.id}` }, body: JSON.stringify(view), events: [] }
  })
}

async function insert(tx: Tx, actor: Actor, { id, said, receivedSha256, sha256 }: NewEvidence, now: string) {
  const { kind, takenAt, location } = said
  const { lon = null, lat = null } = location ?? {}
  // What the file says itself goes before what is said of it.
  const { rowCount } = await tx.execute(sql`
    insert into evidence (jurisdiction_id, id, received_sha256, kind, taken_at, taken_at_from, lon, lat, location_from,
      uploaded_at, uploaded_by, unit_id)
    select f.jurisdiction_id, ${id}, f.received_sha256, ${kind},
      coalesce(f.taken_at, ${takenAt}::timestamptz),
      case when f.taken_at is not null then 'file' when ${takenAt}::timestamptz is not null then 'sender' end,
      coalesce(f.lon, ${lon}::double precision), case when f.lon is null then ${lat}::double precision else f.lat end,
      case when f.lon is not null then 'file' when ${lon}::double precision is not null then 'sender' end,
      ${now}, ${actor.id}, ${actor.unit}
    from evidence_file f where f.jurisdiction_id = ${actor.jurisdiction.id}
      and f.received_sha256 = decode(${receivedSha256}, 'hex') and f.sha256 = decode(${sha256}, 'hex')
    for key share
    on conflict (jurisdiction_id, id) do nothing`)
  if (rowCount === 1) return
  // An upload's id is known before: it has become evidence already where a process died right after, or another was first.
  const { rowCount: others } = await tx.execute(sql`
    select from evidence where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id} and uploaded_by = ${actor.id}`)
  if (others !== 1) throw storageAway(new Error('the file was swept, or made anew, while it came'))
}

/** @throws EdgeError 429 for somebody who sends and sends, and uses nothing. */
async function requireRoom(tx: Tx, actor: Actor): Promise<void> {
  const { rows } = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from evidence
    where jurisdiction_id = ${actor.jurisdiction.id} and uploaded_by = ${actor.id} and used_at is null`)
  if ((rows[0]?.count ?? 0) < MAX_UNUSED) return
  throw new EdgeError(
    'too-many-requests',
    {
      zh: `您有 ${MAX_UNUSED} 份尚未使用的佐证；请先引用，未引用的会在三天后清除。`,
      en: `You have ${MAX_UNUSED} pieces of evidence that nothing refers to; use them first. Unused ones are swept after three days.`,
    },
    3600,
  )
}
