import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { nameOf, thumbnailNameOf } from './file-store.js'
import type { FileStore } from './store.js'

export interface FileFault {
  /** The name in the store, or the id of the evidence that has no row. */
  name: string
  fault: 'missing' | 'differs' | 'no evidence' | 'another hash'
}

export interface FilesReport {
  ok: boolean
  checked: number
  faults: FileFault[]
}

const FILES_A_PAGE = 200
const MAX_FAULTS = 100

/** Reads every file of evidence that is used or may be, and compares it with its hash; and what items refer to with what is kept. */
export async function verifyFiles(db: Db, store: FileStore, jurisdiction: string): Promise<FilesReport> {
  const faults = await referenceFaults(db, jurisdiction)
  let checked = 0
  let after = ''
  while (faults.length < MAX_FAULTS) {
    const { rows } = await db.execute<{ received: string; sha256: string; thumbnail: string | null }>(sql`
      select encode(f.received_sha256, 'hex') as received, encode(f.sha256, 'hex') as sha256,
        encode(f.thumbnail_sha256, 'hex') as thumbnail
      from evidence_file f where f.jurisdiction_id = ${jurisdiction} and f.received_sha256 > decode(${after}, 'hex')
        and exists (select from evidence e
          where e.jurisdiction_id = f.jurisdiction_id and e.received_sha256 = f.received_sha256)
      order by f.received_sha256 limit ${FILES_A_PAGE}`)
    for (const { received, sha256, thumbnail } of rows) {
      const files = [[nameOf(jurisdiction, received), sha256] as const]
      if (thumbnail !== null) files.push([thumbnailNameOf(jurisdiction, received), thumbnail])
      for (const [name, hash] of files) {
        const found = await hashOf(store, name)
        if (found !== hash) faults.push({ name, fault: found === undefined ? 'missing' : 'differs' })
        checked++
      }
    }
    if (rows.length < FILES_A_PAGE) break
    after = rows.at(-1)?.received ?? ''
  }
  return { ok: faults.length === 0, checked, faults: faults.slice(0, MAX_FAULTS) }
}

async function hashOf(store: FileStore, name: string): Promise<string | undefined> {
  const content = await store.open(name)
  if (content === undefined) return undefined
  const hash = createHash('sha256')
  for await (const chunk of content as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

/** What an item’s ledger says of a file must be what is kept of it. */
async function referenceFaults(db: Db, jurisdiction: string): Promise<FileFault[]> {
  const { rows } = await db.execute<{ id: string; isThere: boolean }>(sql`
    select distinct r ->> 'id' as id, f.sha256 is not null as "isThere" from item i
    cross join lateral jsonb_array_elements(i.evidence) r
    left join evidence e on e.jurisdiction_id = i.jurisdiction_id and e.id = (r ->> 'id')::uuid
    left join evidence_file f on f.jurisdiction_id = e.jurisdiction_id and f.received_sha256 = e.received_sha256
    where i.jurisdiction_id = ${jurisdiction} and i.evidence <> '[]'
      and encode(f.sha256, 'hex') is distinct from r ->> 'sha256'
    limit ${MAX_FAULTS}`)
  return rows.map(({ id, isThere }) => ({ name: id, fault: isThere ? 'another hash' : 'no evidence' }))
}
