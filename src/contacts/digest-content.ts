import { sql } from 'drizzle-orm'
import { areasOf } from '../db/areas.js'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import { NOTICE_KINDS, type Party } from '../domain/item/notice.js'
import type { Carriageway, Direction } from '../domain/item/words.js'
import { withinArea } from '../item/visible.js'

/** Lines that are named; the rest is counted. */
export const LINES_NAMED = 50

/** What one digest says to one contact, before it is put into words. */
export interface DigestContent {
  jurisdiction: { name: string; timeZone: string }
  /** The unit that it is for; null for the office and supervisors. */
  unit: string | null
  recipient: Party
  /** An office tries its contact: there are no notices. */
  test: boolean
  /** Most urgent first within each kind; at most `LINES_NAMED`. */
  lines: DigestLine[]
  /** All lines, also those that are not named. */
  total: number
  /** All lines of each kind. */
  totals: Record<string, number>
  /** The longest overdue deadline of them all. */
  earliestDueAt: string | null
}

/** What there is to say of one item, or of one cause that is about no item. */
export interface DigestLine {
  kind: string
  item: {
    code: string
    title: string
    road: string | null
    direction: Direction | null
    carriageway?: Carriageway | null
    startChainageM: number | null
    endChainageM: number | null
    address: string | null
    area: string | null
  } | null
  /** The unit that it is about: the responsible one, or who has not confirmed. */
  unit: string | null
  dueAt: string | null
  /** What each notice says beside that, oldest rung first. */
  data: Record<string, unknown>[]
}

/** Reads a digest for a contact; a supervisor's contact with an area sees of items what lies there now. */
export async function readDigest(
  db: Db,
  jurisdiction: string,
  digest: string,
  area: string | null,
): Promise<DigestContent> {
  const { rows: heads } = await db.execute<HeadRow>(sql`
    select j.name, j.time_zone, d.recipient, d.test,
      (select u.name from unit u where u.jurisdiction_id = d.jurisdiction_id and u.id = d.unit_id) as unit
    from digest d join jurisdiction j on j.id = d.jurisdiction_id
    where d.jurisdiction_id = ${jurisdiction} and d.id = ${digest}`)
  const [head] = heads
  if (head === undefined) throw new Error(`there is no digest ${digest}`)
  const lines = await readLines(db, jurisdiction, digest, area)
  // The hotline is not told who works on what it filed, and whoever else filed it need not be.
  const rows = head.recipient === 'person' ? lines.map((line) => ({ ...line, unit: null })) : lines
  const [first] = rows
  return {
    jurisdiction: { name: head.name, timeZone: head.time_zone },
    ...{ unit: head.unit, recipient: head.recipient, test: head.test },
    lines: rows.map(lineOf),
    total: first?.total ?? 0,
    totals: Object.fromEntries(rows.map(({ kind, of_kind }) => [kind, of_kind])),
    earliestDueAt: first?.earliest ?? null,
  }
}

interface HeadRow extends Record<string, unknown> {
  name: string
  time_zone: string
  recipient: DigestContent['recipient']
  test: boolean
  unit: string | null
}

interface LineRow extends Record<string, unknown> {
  kind: string
  item: DigestLine['item']
  unit: string | null
  due: string | null
  data: Record<string, unknown>[]
  total: number
  of_kind: number
  earliest: string | null
}

async function readLines(db: Db, jurisdiction: string, digest: string, area: string | null): Promise<LineRow[]> {
  // As everywhere, an item outside the reader's area is not there, wherever it lay when the notice was written.
  const inArea = area === null ? sql`` : sql`and (n.item_id is null or ${withinArea(area)})`
  const { rows } = await db.execute<LineRow>(sql`
    with line as (
      select n.kind, n.item_id, max(n.due_at) as due_at, json_agg(n.data order by n.data -> 'day', n.created_at, n.id) as data,
        -- Who has done it, or has not confirmed, where that is what the notice is about.
        max(n.data ->> 'unit')::uuid as unit_id
      from notice n left join item i on i.jurisdiction_id = n.jurisdiction_id and i.id = n.item_id
      where n.jurisdiction_id = ${jurisdiction} and n.digest_id = ${digest} and n.cancelled_at is null ${inArea}
      group by n.kind, n.item_id, case when n.item_id is null then n.id end
    ), counted as (
      select *, count(*) over ()::int as total, count(*) over (partition by kind)::int as of_kind,
        min(due_at) over () as earliest from line
    )
    select l.kind, l.data, l.total, l.of_kind, ${instant('l.due_at')} as due, ${instant('l.earliest')} as earliest, u.name as unit,
      case when i.id is not null then json_build_object('code', i.code, 'title', i.title, 'road', i.road,
        'direction', i.direction, 'carriageway', i.carriageway, 'startChainageM', i.start_chainage_m, 'endChainageM', i.end_chainage_m,
        'address', i.address, 'area', a.name) end as item
    from counted l
    left join item i on i.jurisdiction_id = ${jurisdiction} and i.id = l.item_id
    left join unit u on u.jurisdiction_id = ${jurisdiction} and u.id = coalesce(l.unit_id, i.responsible_unit)
    left join ${areasOf(jurisdiction)} a on a.code = i.area
    order by array_position(${sql.param(NOTICE_KINDS)}::text[], l.kind) nulls last, l.kind, l.due_at nulls last, i.code,
      l.data ->> 0
    limit ${LINES_NAMED}`)
  return rows
}

function lineOf({ kind, item, unit, due, data }: LineRow): DigestLine {
  return { kind, item, unit, dueAt: due, data }
}
