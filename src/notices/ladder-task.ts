import { insertNotices } from '../db/notices.js'
import { readRules } from '../db/rules.js'
import { dueSweeps, markSwept } from '../db/sweep.js'
import type { Task, TaskDeps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { type Rules, stepsOf } from '../domain/rules.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { type Climb, escalateItems, type ResumePoint } from './escalate-items.js'
import { cancelOutdated } from './outdated.js'
import { noticesAbout } from './recipients.js'
import { noticeUnplanned, noticeUnreceived, noticeUnsigned, noticeWithoutProgress } from './waiting.js'

const NAME = 'ladder'
const EVERY_S = 60
/** Items in one transaction: the ledger's head is locked for as long as it takes to append their events. */
const CHUNK = 500
/** When there is more than one chunk to do, so many jobs do it together. */
const HELPERS = 4

/** The ladder (督办阶梯): warnings before the deadline, rungs after it, and whoever lets an item lie. */
export const ladderTask: Task = {
  name: NAME,

  async due({ db, now }) {
    const sweeps = await dueSweeps(db, NAME, now(), EVERY_S)
    return sweeps.flatMap(({ jurisdiction, behind }) =>
      Array.from({ length: behind ? HELPERS : 1 }, (_, helper) => ({
        key: `${jurisdiction}/${helper}`,
        data: { jurisdiction, helper },
      })),
    )
  },

  async run(deps, data, signal) {
    const actor = await findSystemActor(deps.db, String(data.jurisdiction))
    if (actor === undefined) return
    const now = deps.now()
    const { rules, version } = await readRules(deps.db, actor.jurisdiction.id)
    // The helpers climb; the first job also does what is done once.
    const isFirst = data.helper === 0
    if (isFirst) await cancelOutdated(deps.db, actor.jurisdiction.id, now)
    const finished = await climbAll(deps, actor, { rules, version }, now, signal)
    if (!isFirst || !finished) return
    await noticeUnsigned(deps.db, actor, rules, now)
    await noticeUnplanned(deps.db, actor, rules, now)
    await noticeWithoutProgress(deps.db, actor, rules, now)
    await noticeUnreceived(deps.db, actor, rules, now)
    await markSwept(deps.db, NAME, actor.jurisdiction.id, now)
  },
}

/** Chunk after chunk until nothing is left to climb; false when it was told to stop before. */
async function climbAll(
  { db }: TaskDeps,
  actor: Actor,
  { rules, version }: { rules: Rules; version: number },
  now: string,
  signal: AbortSignal,
): Promise<boolean> {
  const ladder = { steps: stepsOf(rules), rules: version }
  let after: ResumePoint | undefined
  for (let chunk = 0; ; chunk++) {
    if (signal.aborted) return false
    after = await escalateItems(db, actor, ladder, { now, after, limit: CHUNK }, (tx, climbs) =>
      insertNotices(tx, actor.jurisdiction.id, climbs.flatMap(noticesOf), now).then(() => undefined),
    )
    if (after === undefined) return true
    if (chunk === 0) await markSwept(db, NAME, actor.jurisdiction.id, now, true)
  }
}

function noticesOf({ item, steps }: Climb) {
  return steps.flatMap(({ rung, day, label, recipients }) =>
    noticesAbout(item, recipients, {
      kind: 'escalation',
      cause: `escalation ${item.id} ${item.dueSetAt} ${rung}`,
      data: { rung, day, label },
    }),
  )
}
