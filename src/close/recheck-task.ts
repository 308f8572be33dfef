import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import { insertNotices } from '../db/notices.js'
import { readRules } from '../db/rules.js'
import { markSwept, sweepJobs } from '../db/sweep.js'
import type { Task } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { firstDayAfter, monthBefore } from '../domain/item/recheck-sample.js'
import { later, localDate } from '../domain/time/zone.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { drawMonth } from './recheck-draw.js'
import { joinDrawn, recheckState } from './rechecks.js'

const NAME = 'rechecks'
const EVERY_S = 600
/** A month is drawn from only when it is over for so long: what was under way at its end is in the ledger by then. */
const SETTLED_MS = 3_600_000
/** Months that a worker which was away catches up with. */
const MOST_MONTHS = 24
/** Notices in one transaction. */
const LIMIT = 1_000

/** Rechecks (回头看): draws the sample of each month that has ended, and tells whoever may make them of what comes due. */
export const recheckTask: Task = {
  name: NAME,

  due: ({ db, now }) => sweepJobs(db, NAME, now(), EVERY_S),

  async run({ db, now: clock }, data, signal) {
    const actor = await findSystemActor(db, String(data.jurisdiction))
    if (actor === undefined) return
    const now = clock()
    const { rules, version } = await readRules(db, actor.jurisdiction.id)
    const { rechecks } = rules
    if (rechecks !== null) {
      for (const period of await monthsToDraw(db, actor, now)) {
        if (signal.aborted) return
        await drawMonth(db, actor, { rules: rechecks, version }, period, now)
      }
    }
    while ((await noticeDue(db, actor, now)) === LIMIT && !signal.aborted);
    if (!signal.aborted) await markSwept(db, NAME, actor.jurisdiction.id, now)
  },
}

/** The months that have ended since the last that was drawn; the very first is the latest. */
async function monthsToDraw(db: Db, { jurisdiction }: Actor, now: string): Promise<string[]> {
  const settled = later(now, -SETTLED_MS)
  const latest = monthBefore(localDate(settled, jurisdiction.timeZone).slice(0, 7))
  const { rows } = await db.execute<{ last: string | null }>(sql`
    select max(period) as last from recheck_draw where jurisdiction_id = ${jurisdiction.id}`)
  const last = rows[0]?.last ?? monthBefore(latest)
  const months: string[] = []
  for (let month = firstDayAfter(last).slice(0, 7); month <= latest; month = firstDayAfter(month).slice(0, 7)) {
    months.push(month)
  }
  return months.slice(-MOST_MONTHS)
}

/** Tells the office and the inspectors, once, of each recheck that has come due and is still to be made; answers how many were looked at. */
function noticeDue(db: Db, actor: Actor, now: string): Promise<number> {
  const { id: jurisdiction } = actor.jurisdiction
  return db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ item: string; area: string; period: string; dueAt: string; state: string }>(sql`
      select r.item_id as item, i.area, r.period, ${instant('r.due_at')} as "dueAt", ${recheckState(now)} as state
      from recheck r ${joinDrawn}
      where r.jurisdiction_id = ${jurisdiction} and r.noticed_at is null and r.from_at <= ${now}::timestamptz
      order by r.from_at limit ${LIMIT} for update of r`)
    const notices = rows
      .filter(({ state }) => state === 'due' || state === 'overdue')
      .flatMap(({ item, area, period, dueAt }) => {
        const about = { unit: null, item, area, dueAt: null, dueSetAt: null, data: { period, dueAt } }
        const notice = { ...about, kind: 'recheck_due' as const, cause: `recheck ${item} ${period}` }
        return [
          { ...notice, recipient: 'office' as const },
          { ...notice, recipient: 'inspector' as const },
        ]
      })
    await insertNotices(tx, jurisdiction, notices, now)
    if (rows.length === 0) return 0
    const seen = JSON.stringify(rows.map(({ item, period }) => ({ item_id: item, period })))
    await tx.execute(sql`
      update recheck r set noticed_at = ${now} from json_to_recordset(${seen}::json) as s (item_id uuid, period text)
      where r.jurisdiction_id = ${jurisdiction} and r.item_id = s.item_id and r.period = s.period`)
    return rows.length
  })
}
