import { type SQL, sql } from 'drizzle-orm'
import { type Cut, counted } from '../db/figures/state.js'
import { itemColumnList } from '../db/item-json.js'

/** What a bulletin is made from: all that the ledger knew up to `seq`, by the clock at `asOf`, for a period of local days. */
export interface CutOff extends Cut {
  seq: number
}

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
      select ${counted} from item i
      where i.jurisdiction_id = ${jurisdiction} and not exists (select from changed c where c.id = i.id)
      union all
      select ${counted} from item_past i
      where i.jurisdiction_id = ${jurisdiction} and (i.id, i.version) in (select id, version from changed)
    )`
}

/** `from` of a state's whole row, alias `i`, for the items of a source with alias `s` that has their id and version. */
export function wholeStates({ jurisdiction }: CutOff, source: SQL): SQL {
  return sql`${source} join (
      select ${itemColumnList} from item union all select ${itemColumnList} from item_past
    ) i on i.jurisdiction_id = ${jurisdiction} and i.id = s.id and i.version = s.version`
}
