import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { readRules } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import { type DocumentKind, isAddressed, type NumberedKind } from '../domain/item/document.js'
import { notFound } from '../domain/rejection.js'
import { documentNumber } from '../domain/report/bulletin.js'
import { localDate } from '../domain/time/zone.js'
import { isEventVisible, isItemVisible } from '../item/visible.js'
import type { DocumentFormat, MadeFile } from './make.js'
import { documentFile, document as documentTable } from './tables.js'

/**
 * Whoever may see the event that issued a paper may see the paper; the item's whole file, which tells all of its past, who may
 * see all of that. An issued bulletin's paper is everybody's, as the bulletin is. On alias `d`.
 */
export function visibleDocuments(actor: Actor): SQL {
  const own = sql`d.jurisdiction_id = ${actor.jurisdiction.id}`
  const visible = isEventVisible(actor)
  if (visible === undefined) return own
  const ofItem = sql`from event e where e.jurisdiction_id = d.jurisdiction_id and e.item_id = d.item_id`
  return sql`${own} and (d.bulletin_id is not null or (${isItemVisible(actor, sql`d.item_id`)} and (
      select ${visible} ${ofItem} and e.type = 'item.document_issued' and e.data::json ->> 'document' = d.id::text)
    and (d.kind <> 'item_file' or (select bool_and(${visible}) ${ofItem} and e.at <= d.issued_at))))`
}

const named = (table: string, column: string) =>
  sql.raw(`(select json_build_object('id', x.id, 'name', x.name) from ${table} x
    where x.jurisdiction_id = d.jurisdiction_id and x.id = d.${column})`)

/** A paper as it goes on the wire, from alias `d`. */
export const documentJson = sql`(select row_to_json(v)::text from (select
  d.id, d.kind, d.number, d.title,
  (select json_build_object('id', i.id, 'code', i.code, 'title', i.title) from item i
    where i.jurisdiction_id = d.jurisdiction_id and i.id = d.item_id) as item,
  (select json_build_object('id', b.id, 'number', b.number) from bulletin b
    where b.jurisdiction_id = d.jurisdiction_id and b.id = d.bulletin_id) as bulletin,
  (select json_build_object('id', a.id, 'number', a.number) from document a
    where a.jurisdiction_id = d.jurisdiction_id and a.id = d.about) as document,
  ${named('unit', 'unit_id')} as unit, d.template_version as "templateVersion",
  (select json_agg(json_build_object('format', f.format, 'bytes', length(f.content), 'sha256', encode(f.sha256, 'hex'))
    order by f.format) from document_file f
    where f.jurisdiction_id = d.jurisdiction_id and f.document_id = d.id) as files,
  d.missing_glyphs as "missingGlyphs", ${instant('d.issued_at')} as "issuedAt", ${named('person', 'issued_by')} as "issuedBy",
  ${instant('d.received_at')} as "receivedAt", ${named('person', 'received_by')} as "receivedBy") v)`

/** @throws Rejection `not-found`, also for the invisible */
export async function readDocument(db: Db | Tx, actor: Actor, id: string): Promise<string> {
  const { rows } = await db.execute<{ json: string }>(
    sql`select ${documentJson} as json from document d where ${visibleDocuments(actor)} and d.id = ${id}`,
  )
  const [row] = rows
  if (row === undefined) throw notFound()
  return row.json
}

/** What a receipt, or a paper about it, needs of a paper. */
export interface FoundDocument extends Record<string, unknown> {
  id: string
  kind: DocumentKind
  itemId: string | null
  number: string
  title: string
  unit: string | null
  unitName: string | null
  receivedAt: string | null
  receivedBy: string | null
}

export async function findDocument(db: Db | Tx, actor: Actor, id: string): Promise<FoundDocument | undefined> {
  const { rows } = await db.execute<FoundDocument>(sql`
    select d.id, d.kind, d.item_id as "itemId", d.number, d.title, d.unit_id as unit, u.name as "unitName",
      ${instant('d.received_at')} as "receivedAt", p.name as "receivedBy"
    from document d
    left join unit u on u.jurisdiction_id = d.jurisdiction_id and u.id = d.unit_id
    left join person p on p.jurisdiction_id = d.jurisdiction_id and p.id = d.received_by
    where ${visibleDocuments(actor)} and d.id = ${id}`)
  return rows[0]
}

export interface Numbered {
  year: number
  n: number
  number: string
}

/** The next number of the kind and year, gap-free: the counter's row stays locked until the paper is committed. */
export async function nextNumber(tx: Tx, actor: Actor, kind: NumberedKind, at: string): Promise<Numbered> {
  const { id: jurisdiction, timeZone } = actor.jurisdiction
  const year = yearOf(at, timeZone)
  const { rules } = await readRules(tx, jurisdiction)
  const { rows } = await tx.execute<{ last: number }>(sql`
    insert into document_counter as c (jurisdiction_id, kind, year, last) values (${jurisdiction}, ${kind}, ${year}, 1)
    on conflict (jurisdiction_id, kind, year) do update set last = c.last + 1 returning last`)
  const n = rows[0]?.last ?? 0
  return { year, n, number: documentNumber(rules.documents.numberPatterns[kind], year, n) }
}

export function yearOf(at: string, timeZone: string): number {
  return Number(localDate(at, timeZone).slice(0, 4))
}

export type NewDocument = typeof documentTable.$inferInsert

/** Writes a paper with its files, in the transaction of its event. */
export async function insertDocument(tx: Tx, paper: NewDocument, files: readonly MadeFile[]): Promise<void> {
  await tx.insert(documentTable).values(paper)
  const { jurisdiction, id } = paper
  const rows = files.map(({ format, content, sha256 }) => {
    return { jurisdiction, document: id, format, content, sha256: Buffer.from(sha256, 'hex') }
  })
  await tx.insert(documentFile).values(rows)
}

/** One file of a paper; undefined where it has none of the format. @throws Rejection `not-found` */
export async function readFile(
  db: Db,
  actor: Actor,
  id: string,
  format: DocumentFormat,
): Promise<{ number: string; content: Buffer; sha256: string } | undefined> {
  const { rows } = await db.execute<{ number: string; content: Buffer | null; sha256: string }>(sql`
    select d.number, f.content, encode(f.sha256, 'hex') as sha256 from document d
    left join document_file f on f.jurisdiction_id = d.jurisdiction_id and f.document_id = d.id and f.format = ${format}
    where ${visibleDocuments(actor)} and d.id = ${id}`)
  const [row] = rows
  if (row === undefined) throw notFound()
  const { content, ...rest } = row
  return content === null ? undefined : { ...rest, content }
}

/** Whom a paper is addressed to: of letters the responsible unit, of what is for the files nobody. */
export function addresseeOf(kind: DocumentKind, responsible: string | undefined): string | null {
  return isAddressed(kind) ? (responsible ?? null) : null
}
