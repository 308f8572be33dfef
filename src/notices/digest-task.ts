import { type SQL, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { readCalendar } from '../db/calendar.js'
import type { Db, Tx } from '../db/client.js'
import { readRules } from '../db/rules.js'
import { dueSweeps, markSwept } from '../db/sweep.js'
import type { Task } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import type { Party } from '../domain/item/notice.js'
import type { Rules } from '../domain/rules.js'
import { isWorkingDay } from '../domain/time/calendar.js'
import { localDate, localTime } from '../domain/time/zone.js'
import { appendEvents } from '../ledger/act.js'
import { adminEvent, type PreparedEvent } from '../ledger/chain.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { cancelOutdated } from './outdated.js'

const NAME = 'digest'
/** Looking whether it is time to send is cheap, but not for every jurisdiction every second. */
const LOOK = 'digest-look'
const LOOK_S = 60
/** Recipients in one transaction. */
const CHUNK = 200

/** In working hours, all that a recipient must be told goes out as one digest; what is urgent goes out at any hour. */
export const digestTask: Task = {
  name: NAME,

  async due({ db, now }) {
    const sweeps = await dueSweeps(db, LOOK, now(), LOOK_S)
    if (sweeps.length === 0) return []
    const { rows } = await db.execute<{ id: string }>(sql`
      select j.id from jurisdiction j where j.id in ${sweeps.map(({ jurisdiction }) => jurisdiction)} and exists (
        select from notice n where n.jurisdiction_id = j.id and n.sent_at is null and n.cancelled_at is null)`)
    return rows.map(({ id }) => ({ key: id, data: { jurisdiction: id } }))
  },

  async run({ db, now: clock }, data, signal) {
    const actor = await findSystemActor(db, String(data.jurisdiction))
    if (actor === undefined) return
    const now = clock()
    const jurisdiction = actor.jurisdiction.id
    await markSwept(db, LOOK, jurisdiction, now)
    const { rules } = await readRules(db, jurisdiction)
    const isTime = await isSendingTime(db, actor, rules, now)
    if (!isTime && !(await hasUrgent(db, jurisdiction))) return
    await cancelOutdated(db, jurisdiction, now)
    const which = isTime ? unsent : sql`${unsent} and urgent`
    let sent = CHUNK
    while (sent === CHUNK && !signal.aborted) sent = await db.transaction((tx) => send(tx, actor, which, now))
    if (isTime && sent < CHUNK) await markSwept(db, NAME, jurisdiction, now)
  },
}

/** Whether notices go out now: in working hours, and not sooner after the last run than the rules say. */
async function isSendingTime(db: Db, actor: Actor, { sending }: Rules, now: string): Promise<boolean> {
  const { id, timeZone } = actor.jurisdiction
  const time = localTime(now, timeZone)
  if (time < sending.from || time >= sending.to) return false
  if (sending.workingDaysOnly && !isWorkingDay(await readCalendar(db, id), localDate(now, timeZone))) return false
  const waiting = await dueSweeps(db, NAME, now, sending.everyMinutes * 60)
  return waiting.some(({ jurisdiction }) => jurisdiction === id)
}

const unsent = sql`sent_at is null and cancelled_at is null and received_at is null`

async function hasUrgent(db: Db, jurisdiction: string): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select from notice where jurisdiction_id = ${jurisdiction} and urgent and ${unsent} limit 1`)
  return rows.length > 0
}

interface Group extends Record<string, unknown> {
  recipient: Party
  unit: string | null
  person: string | null
}

/** Makes the digests of some recipients with their messages, and says so in the ledger. Answers how many recipients. */
async function send(tx: Tx, actor: Actor, which: SQL, now: string): Promise<number> {
  const jurisdiction = actor.jurisdiction.id
  // A worker that was taken for dead may still be at it: they take turns.
  await tx.execute(sql`select from sweep where jurisdiction_id = ${jurisdiction} and chore = ${LOOK} for update`)
  const { rows: groups } = await tx.execute<Group>(sql`
    select distinct recipient, unit_id as unit, person_id as person from notice
    where jurisdiction_id = ${jurisdiction} and ${which}
    order by recipient, unit_id, person_id limit ${CHUNK}`)
  const events: PreparedEvent[] = []
  for (const group of groups) events.push(...(await sendTo(tx, actor, group, which, now)))
  if (events.length > 0) await tx.execute(appendEvents(jurisdiction, events))
  return groups.length
}

async function sendTo(
  tx: Tx,
  actor: Actor,
  { recipient, unit, person }: Group,
  which: SQL,
  now: string,
): Promise<PreparedEvent[]> {
  const jurisdiction = actor.jurisdiction.id
  const digest = uuidv7()
  await tx.execute(sql`
    insert into digest (jurisdiction_id, id, recipient, unit_id, person_id, created_at)
    values (${jurisdiction}, ${digest}, ${recipient}, ${unit}, ${person}, ${now})`)
  const { rows: kinds } = await tx.execute<{ kind: string; count: number }>(sql`
    with sent as (
      update notice set digest_id = ${digest}, sent_at = ${now}
      where jurisdiction_id = ${jurisdiction} and recipient = ${recipient} and unit_id is not distinct from ${unit}::uuid
        and person_id is not distinct from ${person}::uuid and ${which}
      returning kind)
    select kind, count(*)::int as count from sent group by kind order by kind`)
  await tx.execute(sql`
    insert into message (jurisdiction_id, digest_id, contact_id, next_attempt_at, created_at)
    select c.jurisdiction_id, ${digest}, c.id, ${now}, ${now} from contact c
    where c.jurisdiction_id = ${jurisdiction} and c.recipient = ${recipient} and c.unit_id is not distinct from ${unit}::uuid
      and c.person_id is not distinct from ${person}::uuid and c.active and c.unsubscribed_at is null`)
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0)
  const data = {
    digest,
    recipient,
    unit,
    count,
    kinds: Object.fromEntries(kinds.map((kind) => [kind.kind, kind.count])),
  }
  return [adminEvent(actor, now, { type: 'notice.sent', data })]
}
