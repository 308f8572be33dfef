import { type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../domain/access/permissions.js'
import type { Past } from '../item/past.js'
import { scoresAndItems, visibleScores } from './standing.js'

/** Local days in which entries are booked, half-open; what is left out does not limit. */
export interface Booked {
  from?: string | undefined
  to?: string | undefined
}

/** What entries come to. Points to two decimals, money in fen. */
export interface Points {
  entries: number
  /** The sum of what is positive, and of what is negative; reversals count with their own sign. */
  rewards: number
  penalties: number
  points: number
  moneyFen: number
}

export interface UnitPoints extends Points {
  /** Null: nobody's, what is owed to members of the public. */
  unit: string | null
}

const SUMS = sql`count(*)::int as entries,
  coalesce(sum(s.points) filter (where s.points > 0), 0)::float8 as rewards,
  coalesce(sum(s.points) filter (where s.points < 0), 0)::float8 as penalties,
  coalesce(sum(s.points), 0)::float8 as points, coalesce(sum(s.money_fen), 0)::float8 as "moneyFen"`

/**
 * `select` of the `UnitPoints` in the days given that the caller may see, as entries stood then: a unit's own, and
 * those of a limited supervisor's area. `conditions` on the item, alias `i`, limit them further.
 */
export function pointsByUnit(actor: Actor, booked: Booked, past?: Past, conditions: readonly SQL[] = []): SQL {
  const all = [visibleScores(actor, past), ...conditions]
  return sql`
    select s.unit_id as unit, ${SUMS} from ${scoresAndItems(past)}
    where ${sql.join(all, sql` and `)} ${bookedIn(booked)} group by s.unit_id`
}

/** `select` of all `UnitPoints` of a jurisdiction that stand in its ledger up to a seq, whatever has been added since. */
export function pointsUpTo(jurisdiction: string, booked: Booked, seq: number): SQL {
  return sql`
    select s.unit_id as unit, ${SUMS} from score s
    join event e on e.jurisdiction_id = s.jurisdiction_id and e.item_id = s.item_id and e.item_version = s.item_version
    where s.jurisdiction_id = ${jurisdiction} and e.seq <= ${seq} ${bookedIn(booked)} group by s.unit_id`
}

/** The condition on alias `s` that an entry is booked in the days given. */
export function bookedIn({ from, to }: Booked): SQL {
  const after = from === undefined ? sql`` : sql`and s.booked_on >= ${from}::date`
  const before = to === undefined ? sql`` : sql`and s.booked_on < ${to}::date`
  return sql`${after} ${before}`
}
