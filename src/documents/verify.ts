import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'

export interface DocumentFault {
  /** The number, or the id where there is none. */
  document: string
  fault: 'missing' | 'differs' | 'another hash' | 'no event'
}

export interface DocumentsReport {
  ok: boolean
  checked: number
  faults: DocumentFault[]
}

const MAX_FAULTS = 100

/**
 * Hashes every file of a paper anew and compares it with what the ledger says of it: a file that is not there, is another,
 * or of which the ledger knows nothing, is a fault.
 */
export async function verifyDocuments(db: Db, jurisdiction: string): Promise<DocumentsReport> {
  const { rows: counted } = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from document_file where jurisdiction_id = ${jurisdiction}`,
  )
  const { rows } = await db.execute<{
    document: string
    said: string | null
    kept: string | null
    real: string | null
  }>(sql`
    with said as (
      select e.data::json ->> 'document' as id, e.data::json ->> 'number' as number, f.key as format, f.value as sha256
      from event e cross join lateral json_each_text(e.data::json -> 'files') f
      where e.jurisdiction_id = ${jurisdiction} and e.type in ('item.document_issued', 'document.issued')
        and f.value is not null
    ), kept as (
      select f.document_id::text as id, d.number, f.format, encode(f.sha256, 'hex') as sha256,
        encode(sha256(f.content), 'hex') as real
      from document_file f
      join document d on d.jurisdiction_id = f.jurisdiction_id and d.id = f.document_id
      where f.jurisdiction_id = ${jurisdiction}
    )
    select coalesce(s.number, k.number, s.id) || ' ' || coalesce(s.format, k.format) as document,
      s.sha256 as said, k.sha256 as kept, k.real
    from said s full join kept k on k.id = s.id and k.format = s.format
    where s.sha256 is distinct from k.sha256 or k.real is distinct from k.sha256 or s.number is distinct from k.number
    order by 1 limit ${MAX_FAULTS}`)
  const faults = rows.map(({ document, ...hashes }) => ({ document, fault: faultOf(hashes) }))
  return { ok: faults.length === 0, checked: counted[0]?.n ?? 0, faults }
}

function faultOf({
  said,
  kept,
  real,
}: {
  said: string | null
  kept: string | null
  real: string | null
}): DocumentFault['fault'] {
  if (said === null) return 'no event'
  if (kept === null) return 'missing'
  return kept === real ? 'another hash' : 'differs'
}
