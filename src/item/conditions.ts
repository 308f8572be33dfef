import { type SQL, sql } from 'drizzle-orm'
import { ON_ACCOUNT } from '../domain/item/words.js'

// Conditions on an item's row, alias `i`.

/** A deadline is near (预警) from this many days before it. */
export const DUE_SOON_DAYS = 7

const SOON = sql.raw(`interval '${DUE_SOON_DAYS} days'`)

export const ON_ACCOUNT_TEXT = `i.status in (${ON_ACCOUNT.map((status) => `'${status}'`).join(', ')})`
/** On account (挂账), on alias `i`. */
export const onAccount = sql.raw(ON_ACCOUNT_TEXT)

/** On account and the clock running: what can be overdue at all. Matches the partial index `item_by_deadline_on_the_clock`. */
export const onTheClock = sql.raw(`${ON_ACCOUNT_TEXT} and i.suspension is null`)

/** When anything was last heard of the work on an item, alias `i`: RFC 3339 text, which sorts. */
export const lastProgress = sql`greatest(
  i.assignment ->> 'acceptedAt', i.plan ->> 'at', i.progress ->> 'at')`

/** Calendar days in the jurisdiction's zone since the deadline's day, at least 1 for what is overdue. */
export function overdueDays(now: string, timeZone: string): SQL {
  return sql`greatest(1, (${now}::timestamptz at time zone ${timeZone})::date - (i.due_at at time zone ${timeZone})::date)`
}

export function overdue(now: string | SQL): SQL {
  return sql`(${onTheClock} and i.due_at is not null and i.due_at < ${now}::timestamptz)`
}

/** On the clock, and due within the next days. */
export function dueSoon(now: string): SQL {
  return sql`(${onTheClock} and i.due_at is not null and i.due_at >= ${now}::timestamptz
      and i.due_at < ${now}::timestamptz + ${SOON})`
}
