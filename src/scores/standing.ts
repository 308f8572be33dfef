import { type SQL, sql } from 'drizzle-orm'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { SCORE_LABELS } from '../domain/score/entry.js'
import type { Past } from '../item/past.js'
import { heldAt, itemRows } from '../item/rows.js'
import { visibleItems } from '../item/visible.js'

/**
 * The entries that an actor may see, as a condition on alias `s` with its item as `i`: a unit its own, others those of
 * the items that they may see. `scoresAndItems` joins the two. Of the past, those that were scored by then.
 */
export function visibleScores(actor: Actor, past?: Past): SQL {
  const conditions = [
    sql`s.jurisdiction_id = ${actor.jurisdiction.id}`,
    visibleItems(actor, past),
    ...heldAt(past),
    ...(actor.role === 'unit' ? [sql`s.unit_id = ${actor.unit}::uuid`] : []),
    // An entry is an event of its item: the item as it stood then has come to its version, or the entry was not there.
    ...(past === undefined ? [] : [sql`s.item_version <= i.version`]),
  ]
  return sql.join(conditions, sql` and `)
}

/** The entries, alias `s`, each with its item, alias `i`, as it is or stood. */
export function scoresAndItems(past?: Past): SQL {
  return sql`score s join ${itemRows(past)} i on i.jurisdiction_id = s.jurisdiction_id and i.id = s.item_id`
}

const person = (column: string) =>
  sql.raw(`(select json_build_object('id', p.id, 'name', p.name) from person p
    where p.jurisdiction_id = s.jurisdiction_id and p.id = ${column})`)

/** The columns of an entry as it goes on the wire, from `scoresAndItems`; of the past, with what had come of it by then. */
export function scoreFields(past?: Past): SQL {
  const ofThen = (condition: SQL) => (past === undefined ? sql`` : sql`and ${condition}`)
  const known = past === undefined ? sql`a.decided_at is not null` : sql`a.decided_at <= ${past.at}::timestamptz`
  const decided = (column: SQL) => sql`case when ${known} then ${column} end`
  return sql`
    s.id, json_build_object('id', i.id, 'code', i.code, 'title', i.title) as item,
    (select json_build_object('id', u.id, 'name', u.name) from unit u
      where u.jurisdiction_id = s.jurisdiction_id and u.id = s.unit_id) as unit,
    s.rule, ${JSON.stringify(SCORE_LABELS)}::json -> s.rule as label, s.rules_version as rules,
    json_build_object('seq', s.cause_seq, 'type', s.cause_type, 'at', ${instant('s.cause_at')},
      'day', s.cause_day::text) as cause,
    s.points::float8 as points, s.money_fen as "moneyFen",
    (select e.seq from event e where e.jurisdiction_id = s.jurisdiction_id and e.item_id = s.item_id
      and e.item_version = s.item_version) as seq,
    ${instant('s.scored_at')} as at, s.booked_on::text as "bookedOn", s.reverses,
    (select r.id from score r where r.jurisdiction_id = s.jurisdiction_id and r.reverses = s.id
      ${ofThen(sql`r.item_version <= i.version`)}) as "reversedBy",
    s.reason,
    (select json_build_object('state', case when not (${known}) or a.decided_at is null then 'pending' when a.approved then 'approved' else 'refused' end,
        'reason', a.reason, 'at', ${instant('a.appealed_at')}, 'by', ${person('a.appealed_by')},
        'decision', ${decided(sql`a.decision`)}, 'decidedAt', ${decided(instant('a.decided_at'))},
        'decidedBy', ${decided(person('a.decided_by'))})
      from score_appeal a where a.jurisdiction_id = s.jurisdiction_id and a.score_id = s.id
        ${ofThen(sql`a.appealed_at <= ${past?.at}::timestamptz`)}) as appeal`
}

/** One entry's JSON text; the caller has made sure that it may be seen. */
export function scoreJson(jurisdiction: string, id: string): SQL {
  return sql`select row_to_json(v)::text as json from (
    select ${scoreFields()} from ${scoresAndItems()} where s.jurisdiction_id = ${jurisdiction} and s.id = ${id}::uuid) v`
}
