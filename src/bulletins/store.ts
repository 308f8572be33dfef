import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound } from '../domain/rejection.js'
import type { BulletinKind } from '../domain/report/bulletin.js'
import type { Previous } from './content.js'
import type { Content } from './content-schema.js'
import type { CutOff } from './state-at.js'

/** Drafts are the office's; to everybody else they are not there. */
export function visibleBulletins(actor: Actor): SQL {
  const own = sql`b.jurisdiction_id = ${actor.jurisdiction.id}`
  return actor.role === 'office' || actor.role === 'system' ? own : sql`${own} and b.issued_at is not null`
}

const person = (column: string) =>
  sql.raw(`(select json_build_object('id', p.id, 'name', p.name) from person p
    where p.jurisdiction_id = b.jurisdiction_id and p.id = b.${column})`)

/** The recipient that a caller confirms for; nobody has a null party. */
export function partyOf({
  role,
  id,
  unit,
}: Actor): { recipient: 'unit' | 'office' | 'supervisor'; party: string } | null {
  if (role === 'unit') return { recipient: role, party: unit ?? NO_PARTY }
  if (role === 'supervisor') return { recipient: role, party: id }
  return role === 'office' ? { recipient: role, party: NO_PARTY } : null
}
export const NO_PARTY = '00000000-0000-0000-0000-000000000000'

/** A bulletin without its content, as it goes on the wire, from alias `b`. */
export function summaryJson(actor: Actor): SQL {
  const party = partyOf(actor)
  const received =
    party === null
      ? sql`null::text`
      : sql`(select ${instant('r.received_at')} from bulletin_recipient r where r.jurisdiction_id = b.jurisdiction_id
          and r.bulletin_id = b.id and r.recipient = ${party.recipient} and r.party = ${party.party}::uuid)`
  return sql`(select row_to_json(v)::text from (select
    b.id, b.version, b.kind, case when b.issued_at is null then 'draft' else 'issued' end as state, b.number, b.title,
    b.preface, b.remarks, b.period_from::text as from, b.period_to::text as to, b.seq, ${instant('b.as_of')} as "asOf",
    encode(b.content_sha256, 'hex') as "contentSha256",
    (select json_build_object('id', c.id, 'number', c.number) from bulletin c
      where c.jurisdiction_id = b.jurisdiction_id and c.id = b.corrects) as corrects,
    (select json_build_object('id', c.id, 'number', c.number) from bulletin c
      where c.jurisdiction_id = b.jurisdiction_id and c.corrects = b.id and c.issued_at is not null) as "correctedBy",
    ${instant('b.created_at')} as "createdAt", ${person('created_by')} as "createdBy",
    ${instant('b.issued_at')} as "issuedAt", ${person('issued_by')} as "issuedBy", ${received} as "receivedAt") v)`
}

/** A bulletin as its route needs it: what goes on the wire, and the content as the text that was hashed. */
export interface Stored {
  id: string
  version: number
  kind: BulletinKind
  from: string
  to: string
  seq: number
  asOf: string
  title: string
  preface: string | null
  remarks: string | null
  number: string | null
  corrects: string | null
  issued: boolean
  content: string
  /** Without the content. */
  summary: string
}

/** A bulletin that the caller may see; `forChange` locks it. @throws Rejection `not-found` */
export async function getBulletin(db: Db | Tx, actor: Actor, id: string, forChange = false): Promise<Stored> {
  const found = await findBulletin(db, actor, id, forChange)
  if (found === undefined) throw notFound()
  return found
}

export async function findBulletin(
  db: Db | Tx,
  actor: Actor,
  id: string,
  forChange = false,
): Promise<Stored | undefined> {
  const { rows } = await db.execute<Stored & { seq: string } & Record<string, unknown>>(sql`
    select b.id, b.version, b.kind, b.period_from::text as from, b.period_to::text as to, b.seq,
      ${instant('b.as_of')} as "asOf", b.title, b.preface, b.remarks, b.number, b.corrects,
      b.issued_at is not null as issued, b.content, ${summaryJson(actor)} as summary
    from bulletin b where ${visibleBulletins(actor)} and b.id = ${id} ${forChange ? sql`for no key update` : sql``}`)
  const [row] = rows
  return row === undefined ? undefined : { ...row, seq: Number(row.seq) }
}

export function bulletinJson({ summary, content }: Pick<Stored, 'summary' | 'content'>): string {
  return `${summary.slice(0, -1)},"content":${content}}`
}

interface PreviousRow extends Record<string, unknown> {
  id: string
  number: string
  from: string
  to: string
  seq: string
  contentSha256: string
  content: string
}

/**
 * The bulletin that one of a kind is compared with: the last one issued for an earlier period, or, on demand, from an
 * earlier place in the ledger; of a corrected one, its correction.
 */
export async function findPrevious(
  db: Db | Tx,
  { jurisdiction, from, seq }: CutOff,
  kind: BulletinKind,
  corrects: string | null,
): Promise<Previous | null> {
  const earlier = kind === 'on_demand' ? sql`b.seq < ${seq}` : sql`b.period_from < ${from}::date`
  const place = kind === 'on_demand' ? sql`b.seq` : sql`b.period_from`
  return previousWhere(
    db,
    jurisdiction,
    sql`b.kind = ${kind} and b.issued_at is not null and ${earlier} and b.id is distinct from ${corrects}::uuid
      and not exists (select from bulletin c where c.jurisdiction_id = b.jurisdiction_id and c.corrects = b.id
        and c.issued_at is not null)
      order by ${place} desc, b.issued_at desc limit 1`,
  )
}

/** The bulletin that another was compared with when it was made. */
export function readPrevious(db: Db | Tx, jurisdiction: string, id: string): Promise<Previous | null> {
  return previousWhere(db, jurisdiction, sql`b.id = ${id}`)
}

async function previousWhere(db: Db | Tx, jurisdiction: string, condition: SQL): Promise<Previous | null> {
  const { rows } = await db.execute<PreviousRow>(sql`
    select b.id, b.number, b.period_from::text as from, b.period_to::text as to, b.seq,
      encode(b.content_sha256, 'hex') as "contentSha256", b.content
    from bulletin b where b.jurisdiction_id = ${jurisdiction} and ${condition}`)
  const [row] = rows
  if (row === undefined) return null
  const { content, seq, ...reference } = row
  // Written by this service, and unchanged: its hash is checked by the database.
  return { reference: { ...reference, seq: Number(seq) }, content: JSON.parse(content) as Content }
}
