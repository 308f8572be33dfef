import type { App, Deps } from '../deps.js'
import { CommandHeaders, intentOf, sendAnswer } from '../http/command.js'
import { IdParams } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { appealAgainstScore, decideAppeal, takeScoreBack } from './appeals.js'
import { AppealScore, DecideScoreAppeal, ReverseScore, ScoreView } from './schemas.js'

const TAG = 'Reward and penalty'

/** What is contested, and what is taken back. */
export async function scoreAppealRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.post(
    '/v1/scores/:id/appeals',
    {
      config: { action: 'score.appeal' },
      schema: {
        tags: [TAG],
        operationId: 'appealAgainstScore',
        summary: 'Appeal against an entry (申诉)',
        description:
          'By the unit whose entry it is, once, and within the days that the rules give (`scoring.appealDays`).',
        params: IdParams,
        headers: CommandHeaders,
        body: AppealScore,
        response: { 201: json('The entry with the appeal.', ScoreView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      return sendAnswer(reply, await appealAgainstScore(db, intentOf(request, now()), params.id, body.reason))
    },
  )

  app.post(
    '/v1/scores/:id/appeal-decision',
    {
      config: { action: 'score.decide' },
      schema: {
        tags: [TAG],
        operationId: 'decideScoreAppeal',
        summary: 'Decide an appeal',
        description:
          'Approved, the entry is reversed by a new one; refused, it stands. The unit concerned and the person who appealed do not decide.',
        params: IdParams,
        headers: CommandHeaders,
        body: DecideScoreAppeal,
        response: { 200: json('The entry with the decision.', ScoreView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      return sendAnswer(reply, await decideAppeal(db, intentOf(request, now()), params.id, body))
    },
  )

  app.post(
    '/v1/scores/:id/reversal',
    {
      config: { action: 'score.decide' },
      schema: {
        tags: [TAG],
        operationId: 'reverseScore',
        summary: 'Reverse an entry (冲销)',
        description:
          'Without an appeal. The entry stays, and a new one with the opposite points names it; it counts in the same period, or, when that is closed, in the next open one. The unit concerned cannot reverse.',
        params: IdParams,
        headers: CommandHeaders,
        body: ReverseScore,
        response: { 200: json('The entry with what has reversed it.', ScoreView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      return sendAnswer(reply, await takeScoreBack(db, intentOf(request, now()), params.id, body.reason))
    },
  )
}
