import type { Task } from '../deps.js'
import { computeScores, dueForScoring } from './compute.js'

/** Follows the ledger and the days, and scores (奖惩积分) what the rules say. */
export const scoresTask: Task = {
  name: 'scores',

  async due({ db, now }) {
    const due = await dueForScoring(db, now())
    return due.map((jurisdiction) => ({ key: jurisdiction, data: { jurisdiction } }))
  },

  async run({ db, now }, { jurisdiction }, signal) {
    await computeScores(db, String(jurisdiction), now(), { steps: Number.POSITIVE_INFINITY, signal })
  },
}
