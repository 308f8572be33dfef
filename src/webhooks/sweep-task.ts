import { sql } from 'drizzle-orm'
import { markSwept, sweepJobs } from '../db/sweep.js'
import type { Task } from '../deps.js'
import { later } from '../domain/time/zone.js'

const NAME = 'webhook-sweep'
const EVERY_S = 3_600
const DAY_MS = 86_400_000
const SUCCEEDED_KEPT_DAYS = 30
/** Dead ones, and what waits for a subscription that nobody has switched on again. */
const OTHERS_KEPT_DAYS = 90
/** Deliveries in one statement. */
const CHUNK = 1_000

/** Clears away what was delivered long ago, and secrets that no longer sign. */
export const sweepTask: Task = {
  name: NAME,

  due: ({ db, now }) => sweepJobs(db, NAME, now(), EVERY_S),

  async run({ db, now: clock }, { jurisdiction }, signal) {
    const now = clock()
    await db.execute(sql`
      update subscription set previous_secret = null, previous_secret_until = null
      where jurisdiction_id = ${jurisdiction} and previous_secret_until <= ${now}`)
    const [succeeded, others] = [later(now, -SUCCEEDED_KEPT_DAYS * DAY_MS), later(now, -OTHERS_KEPT_DAYS * DAY_MS)]
    const old = [
      sql`d.finished_at < ${succeeded} and d.state = 'succeeded'`,
      sql`d.finished_at < ${others}`,
      sql`d.state = 'pending' and d.created_at < ${others} and exists (
        select from subscription s where s.jurisdiction_id = d.jurisdiction_id and s.id = d.subscription_id and not s.active)`,
    ]
    for (const condition of old) {
      let swept = CHUNK
      while (swept === CHUNK && !signal.aborted) {
        const { rowCount } = await db.execute(sql`
          delete from webhook_delivery where jurisdiction_id = ${jurisdiction} and id in (
            select d.id from webhook_delivery d where d.jurisdiction_id = ${jurisdiction} and ${condition} limit ${CHUNK})`)
        swept = rowCount ?? 0
      }
    }
    if (!signal.aborted) await markSwept(db, NAME, String(jurisdiction), now)
  },
}
