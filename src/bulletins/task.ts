import { sql } from 'drizzle-orm'
import { readCalendar } from '../db/calendar.js'
import type { Tx } from '../db/client.js'
import { insertNotices, type NewNotice } from '../db/notices.js'
import { readRules } from '../db/rules.js'
import { dueSweeps, markSwept } from '../db/sweep.js'
import type { Task } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { type BulletinKind, latestScheduled, type Scheduled } from '../domain/report/bulletin.js'
import { localDate, localTime } from '../domain/time/zone.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { cutOffFor } from './cut-off.js'
import { insertDraft } from './draft.js'

const NAME = 'bulletin'
const LOOK_S = 30
const KINDS = ['daily', 'weekly', 'monthly'] as const satisfies BulletinKind[]

/** Drafts the daily, weekly and monthly bulletins at the times that the rules set, and tells the office of each. */
export const bulletinTask: Task = {
  name: NAME,

  async due({ db, now }) {
    const sweeps = await dueSweeps(db, NAME, now(), LOOK_S)
    if (sweeps.length === 0) return []
    const { rows } = await db.execute<{ id: string }>(sql`
      select distinct jurisdiction_id as id from rules
      where jurisdiction_id in ${sweeps.map(({ jurisdiction }) => jurisdiction)}`)
    return rows.map(({ id }) => ({ key: id, data: { jurisdiction: id } }))
  },

  async run({ db, now: clock }, data, signal) {
    const actor = await findSystemActor(db, String(data.jurisdiction))
    if (actor === undefined) return
    const now = clock()
    const { rules, setAt } = await readRules(db, actor.jurisdiction.id)
    const calendar = await readCalendar(db, actor.jurisdiction.id)
    for (const kind of KINDS) {
      if (signal.aborted) return
      const scheduled = latestScheduled(kind, rules.bulletins.times, calendar, now, actor.jurisdiction.timeZone)
      if (scheduled === undefined) continue
      await db.transaction((tx) => draftScheduled(tx, actor, kind, scheduled, setAt, now))
    }
    await markSwept(db, NAME, actor.jurisdiction.id, now)
  },
}

/**
 * Drafts what is due, once: the mark is written in the draft's own transaction, and a worker that comes second waits for
 * it and finds it written. A draft that the office has thrown away is not made again.
 */
async function draftScheduled(
  tx: Tx,
  actor: Actor,
  kind: BulletinKind,
  scheduled: Scheduled,
  setAt: string | null,
  now: string,
): Promise<void> {
  const { id: jurisdiction } = actor.jurisdiction
  const { day, period } = scheduled
  const isFirst = !(await isMarked(tx, jurisdiction, kind))
  // A time that was over when the rules were set was never the rules' time.
  const drafts = !(isFirst && isBefore(scheduled, setAt, actor.jurisdiction.timeZone))
  const { rowCount } = await tx.execute(sql`
    insert into bulletin_schedule as s (jurisdiction_id, kind, drafted_on) values (${jurisdiction}, ${kind}, ${day})
    on conflict (jurisdiction_id, kind) do update set drafted_on = excluded.drafted_on
    where s.drafted_on < excluded.drafted_on`)
  if (rowCount === 0 || !drafts || (await hasBulletin(tx, jurisdiction, kind, period))) return
  const cut = await cutOffFor(tx, actor, period, undefined, now)
  const { id, title } = await insertDraft(tx, actor, { kind, corrects: null }, cut, now)
  const about = { item: null, area: null, dueAt: null, dueSetAt: null, unit: null }
  const label = { zh: `通报已拟稿：${title}`, en: `A bulletin has been drafted: ${title}` }
  const data = { bulletinId: id, bulletinKind: kind, title, ...period, label }
  const notice: NewNotice = {
    ...about,
    kind: 'bulletin_draft',
    recipient: 'office',
    cause: `bulletin_draft:${id}`,
    data,
  }
  await insertNotices(tx, jurisdiction, [notice], now)
}

async function isMarked(tx: Tx, jurisdiction: string, kind: BulletinKind): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from bulletin_schedule where jurisdiction_id = ${jurisdiction} and kind = ${kind}`)
  return rows.length > 0
}

function isBefore({ day, at }: Scheduled, setAt: string | null, zone: string): boolean {
  return setAt !== null && `${day} ${at}` < `${localDate(setAt, zone)} ${localTime(setAt, zone)}`
}

/** Whether the office has drafted it by hand. */
async function hasBulletin(tx: Tx, jurisdiction: string, kind: BulletinKind, period: Scheduled['period']) {
  const { rows } = await tx.execute(sql`
    select from bulletin where jurisdiction_id = ${jurisdiction} and kind = ${kind} and corrects is null
      and period_from = ${period.from} and period_to = ${period.to}`)
  return rows.length > 0
}
