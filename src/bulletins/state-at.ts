import { type SQL, sql } from 'drizzle-orm'
import { itemColumnList } from '../db/item-json.js'
import { ON_ACCOUNT } from '../domain/item.js'
import { addDays, daysBetween, endOfDay, startOfDay } from '../domain/zone.js'

/** What a bulletin is made from: all that the ledger knew up to `seq`, by the clock at `asOf`, for a period of local days. */
export interface CutOff {
  jurisdiction: string
  timeZone: string
  seq: number
  asOf: string
  from: string
  to: string
}

const isOf = (statuses: readonly string[]) =>
  sql.raw(`i.status in (${statuses.map((status) => `'${status}'`).join(', ')})`)

export const onAccount = isOf(ON_ACCOUNT)
export const everListed = isOf([...ON_ACCOUNT, 'closed'])

/** What is counted by; the words of an item are looked up for those that are named. */
const counted = sql.raw(`id, version, code, status, area, responsible_unit, due_at, suspension, extension, supervision,
  escalation, concerned_units, listed_at, reported_at, closed_at, updated_at`)

/**
 * The common table expressions `state`, every item as it stood right after event `seq`, and `changed`, the items to which
 * something has happened since, with the version they had. An item is locked until its event is appended, so its versions
 * are in the order of seq; the time of an event is not, which is why `seq` and no moment picks the state.
 */
export function stateAt({ jurisdiction, seq }: CutOff): SQL {
  return sql`
    changed as materialized (
      select item_id as id, min(item_version) - 1 as version from event
      where jurisdiction_id = ${jurisdiction} and seq > ${seq} and item_id is not null group by item_id
    ), state as materialized (
      select ${counted} from item
      where jurisdiction_id = ${jurisdiction} and not exists (select from changed c where c.id = item.id)
      union all
      select ${counted} from item_past
      where jurisdiction_id = ${jurisdiction} and (id, version) in (select id, version from changed)
    )`
}

/** `from` of a state's whole row, alias `i`, for the items of a source with alias `s` that has their id and version. */
export function wholeStates({ jurisdiction }: CutOff, source: SQL): SQL {
  return sql`${source} join (
      select ${itemColumnList} from item union all select ${itemColumnList} from item_past
    ) i on i.jurisdiction_id = ${jurisdiction} and i.id = s.id and i.version = s.version`
}

/**
 * The common table expression `imported`: what an import brought as on account or closed already, with the time for which
 * that held. Nobody listed it here, so it counts from the listing that its old list knew, else from its report. Where the
 * old list did not know when it was closed, `closed_at` is null: it is in no flow and no series.
 */
export function importedFirst({ jurisdiction }: CutOff): SQL {
  const first = sql.raw(`id, status, due_at, coalesce(listed_at, reported_at) as listed_at,
    case when closed_at >= coalesce(listed_at, reported_at) then closed_at end as closed_at`)
  return sql`
    imported as (
      select ${first}, 'infinity'::timestamptz as ended_at from state where version = 1 and status in ('listed', 'closed')
      union all
      select ${first}, valid_to from item_past p
      where jurisdiction_id = ${jurisdiction} and version = 1 and status in ('listed', 'closed')
        and not exists (select from changed c where c.id = p.id and c.version <= 1)
    )`
}

/** The last milliseconds of the period's local days, beginning with that of the day before; none is after `asOf`. */
export function dayEnds({ from, to, asOf, timeZone }: CutOff): { date: string; end: string }[] {
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, k) => addDays(from, k - 1))
  return days
    .filter((date) => startOfDay(date, timeZone) <= asOf)
    .map((date) => {
      const end = endOfDay(date, timeZone)
      return { date, end: end < asOf ? end : asOf }
    })
}
