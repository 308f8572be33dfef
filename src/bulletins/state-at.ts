import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { type Past, readPast } from '../item/past.js'
import { heldAt, itemColumnList, itemRows } from '../item/rows.js'
import { type Cut, counted } from '../reports/figures/state.js'

/** What a bulletin is made from: all that the ledger knew up to `seq`, by the clock at `asOf`, for a period of local days. */
export interface CutOff extends Cut {
  seq: number
}

/** The state of the list that a bulletin is made from. */
export async function readPastOf(db: Db | Tx, { jurisdiction, seq }: CutOff): Promise<Past> {
  const { past } = await readPast(db, jurisdiction, seq)
  if (past === undefined) throw new Error(`the ledger of ${jurisdiction} has no event ${seq}`)
  return past
}

/** The common table expression `state`: every item as it stood right after the cut-off's event. */
export function stateAt(past: Past): SQL {
  const conditions = [sql`i.jurisdiction_id = ${past.jurisdiction}`, ...heldAt(past)]
  return sql`
    state as materialized (
      select ${counted} from ${itemRows(past)} i where ${sql.join(conditions, sql` and `)}
    )`
}

/** `from` of a state's whole row, alias `i`, for the items of a source with alias `s` that has their id and version. */
export function wholeStates({ jurisdiction }: CutOff, source: SQL): SQL {
  return sql`${source} join (
      select ${itemColumnList} from item union all select ${itemColumnList} from item_past
    ) i on i.jurisdiction_id = ${jurisdiction} and i.id = s.id and i.version = s.version`
}
