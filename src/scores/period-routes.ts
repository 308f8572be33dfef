import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { SCORE_PERIOD_KINDS } from '../domain/score/period.js'
import { CommandHeaders, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PageQuery } from '../http/fields.js'
import { jsonPageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { PersonRef } from '../item/parts.js'
import { act } from '../ledger/act.js'
import { computeScores, REQUEST_STEPS } from './compute.js'
import { PeriodName } from './period-name.js'
import { closePeriod, endedPeriod, findPeriods, getPeriod, requireComputed } from './periods.js'
import { APPEAL_EXAMPLE, MoneyFen, Points, SCORE_EXAMPLE, UnitRef } from './schemas.js'

const TAG = 'Reward and penalty'
const Day = z.iso.date()

const EXAMPLE = {
  period: '2026-11',
  kind: 'month',
  from: '2026-11-01',
  to: '2026-12-01',
  closedAt: '2026-12-02T01:30:00.000Z',
  closedBy: APPEAL_EXAMPLE.decidedBy,
  ledger: { seq: 1234, hash: 'd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35' },
  contentSha256: '9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab',
  units: [{ unit: SCORE_EXAMPLE.unit, entries: 9, rewards: 10, penalties: -3.5, points: 6.5, moneyFen: 0 }],
}

const PeriodView = z
  .strictObject({
    period: z.string(),
    kind: z.enum(SCORE_PERIOD_KINDS),
    from: Day,
    to: Day.meta({ description: 'The day after the last.' }),
    closedAt: z.iso.datetime({ precision: 3 }),
    closedBy: PersonRef,
    ledger: z.strictObject({ seq: z.int(), hash: z.string() }).meta({ description: 'The head that it was closed at.' }),
    contentSha256: z.string().meta({ description: 'Stands in the ledger, in `score_period.closed`.' }),
    units: z
      .array(
        z.strictObject({
          unit: UnitRef.nullable().meta({ description: 'Null: what is owed to members of the public.' }),
          entries: z.int(),
          rewards: Points,
          penalties: Points,
          points: Points,
          moneyFen: MoneyFen,
        }),
      )
      .meta({ description: 'The totals, best first; to a unit, its own.' }),
  })
  .meta({ id: 'ScorePeriod', description: 'A period whose totals are frozen.', example: EXAMPLE })

const ClosePeriod = z
  .strictObject({ period: PeriodName })
  .meta({ id: 'CloseScorePeriod', example: { period: '2026-11' } })

const PeriodParams = z.object({
  id: z.string().min(1).max(40).meta({ description: 'Its name.', example: '2026-11' }),
})

/** Periods: a month, a quarter or a year is closed once, and stays as it is. */
export async function scorePeriodRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/score-periods',
    {
      config: { action: 'score.read' },
      schema: {
        tags: [TAG],
        operationId: 'listScorePeriods',
        summary: 'The closed periods',
        description: 'The latest first, each with its totals. What is not listed is open.',
        querystring: PageQuery,
        response: { 200: json('A page.', pageSchema(PeriodView, 'ScorePeriodPage', EXAMPLE)), ...responses('read') },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const [to, period] = cursor === undefined ? [] : decodeCursor(cursor, 'score-periods', 2).map(String)
      const before = to === undefined || period === undefined ? undefined : { to, period }
      const found = await findPeriods(db, request.actor, limit + 1, before)
      const page = jsonPageOf(found, limit, (last) => encodeCursor('score-periods', [last.to, last.period]))
      return sendPage(request, reply, page)
    },
  )

  app.get(
    '/v1/score-periods/:id',
    {
      config: { action: 'score.read' },
      schema: {
        tags: [TAG],
        operationId: 'getScorePeriod',
        summary: 'One closed period',
        description: 'Its totals as they were frozen.',
        params: PeriodParams,
        response: { 200: json('The period.', PeriodView), ...responses('found') },
      },
    },
    async (request, reply) => sendJson(reply, await getPeriod(db, request.actor, request.params.id)),
  )

  app.post(
    '/v1/score-periods',
    {
      config: { action: 'score_period.close' },
      schema: {
        tags: [TAG],
        operationId: 'closeScorePeriod',
        summary: 'Close a period (结账)',
        description:
          'Once it is over. All that falls in it is scored first, then its totals per unit are frozen with the ledger’s head, and their hash is written into the ledger. Whatever is scored or reversed later for a day in it is booked on the first day after it that lies in no closed period.',
        headers: CommandHeaders,
        body: ClosePeriod,
        response: { 201: json('The period.', PeriodView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const intent = intentOf(request, now())
      const period = endedPeriod(body.period, intent.now, actor.jurisdiction.timeZone)
      const computed = await computeScores(db, actor.jurisdiction.id, intent.now, { steps: REQUEST_STEPS })
      const answer = await act(db, intent, async (tx) => {
        requireComputed(computed)
        return closePeriod(tx, actor, period, intent.now)
      })
      return sendAnswer(reply, answer)
    },
  )
}
