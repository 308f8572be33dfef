import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { ENTRY_RULES } from '../domain/score/entry.js'
import { fileOr } from '../export/docs.js'
import { sendFile } from '../export/send.js'
import { CommandHeaders, intentOf, sendAnswer, sendJson, sendRows } from '../http/command.js'
import { Cursor, IdParams, RowLimit, Uuid } from '../http/fields.js'
import { formatOf, LIST_FORMATS } from '../http/negotiate.js'
import { nextLink, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { act } from '../ledger/act.js'
import { readHead } from '../ledger/history.js'
import { computeScores, REQUEST_STEPS } from './compute.js'
import { PeriodName } from './period-name.js'
import { APPEALED, findScores, getScore, inOrder, scoreRows } from './query.js'
import { findUnitScores, getScoredUnit, readTotals, unitScoreRows } from './report.js'
import { BookedFrom, BookedTo, UnitScoreEntry, UnitScoreQuery, UnitScoreReport } from './report-schemas.js'
import { ComputeScores, SCORE_EXAMPLE, ScoreComputation, ScoreView } from './schemas.js'
import { SCORE_SHEET, UNIT_SCORE_SHEET } from './sheets.js'

const TAG = 'Reward and penalty'

const ScoresQuerystring = z.strictObject({
  unit: Uuid.optional().meta({ description: 'Entries of this unit.', example: SCORE_EXAMPLE.unit.id }),
  item: z.string().min(1).max(40).optional().meta({ description: 'UUID or code of an item.', example: '2026-000172' }),
  rule: z.enum(ENTRY_RULES).optional().meta({ description: 'Entries under one rule.', example: 'overdue_day' }),
  period: PeriodName.optional().meta({
    description: 'Entries that count in a month `2026-03`, a quarter `2026-Q1` or a year `2026`.',
    example: '2026-Q1',
  }),
  from: BookedFrom,
  to: BookedTo,
  appealed: z.enum(APPEALED).optional().meta({
    description: 'By what has come of appeals: `any` that has one, `none`, or those in one state.',
    example: 'pending',
  }),
  limit: RowLimit,
  cursor: Cursor,
})

/** Reward and penalty (奖惩): the entries, and what they make of a unit. */
export async function scoreRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
  app.get(
    '/v1/scores',
    {
      config: { action: 'score.read' },
      schema: {
        tags: [TAG],
        operationId: 'listScores',
        summary: 'Scores (奖惩积分)',
        description: 'The entries, the latest first. A unit sees its own; a limited supervisor those of their area.',
        querystring: ScoresQuerystring,
        response: {
          200: fileOr('A page; as a file, all entries.', pageSchema(ScoreView, 'ScorePage', SCORE_EXAMPLE), ScoreView),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const { actor, query } = request
      const format = formatOf(request, reply, LIST_FORMATS)
      if (format === 'json') return sendPage(request, reply, await findScores(db, actor, query))
      return sendFile(request, reply, deps, { format, sheet: SCORE_SHEET, rows: scoreRows(actor, query, query.limit) })
    },
  )

  app.get(
    '/v1/scores/:id',
    {
      config: { action: 'score.read' },
      schema: {
        tags: [TAG],
        operationId: 'getScore',
        summary: 'One entry',
        description: 'With its appeal, and what has reversed it.',
        params: IdParams,
        response: { 200: json('The entry.', ScoreView), ...responses('found') },
      },
    },
    async (request, reply) => sendJson(reply, await getScore(db, request.actor, request.params.id)),
  )

  app.post(
    '/v1/scores/computation',
    {
      config: { action: 'score.compute' },
      schema: {
        tags: [TAG],
        operationId: 'computeScores',
        summary: 'Compute the scores now',
        description:
          'What the schedule does by itself within a second or two: scores all that has happened and every day that has begun. Again makes nothing twice.',
        headers: CommandHeaders,
        body: ComputeScores,
        response: { 200: json('What was done.', ScoreComputation), ...responses('write') },
      },
    },
    async (request, reply) => {
      const intent = intentOf(request, now())
      const { id } = request.actor.jurisdiction
      const computed = await computeScores(db, id, intent.now, { steps: REQUEST_STEPS })
      const answer = await act(db, intent, async (tx) => {
        const { seq } = await readHead(tx, id)
        return { status: 200, headers: {}, body: JSON.stringify({ ...computed, seq }), events: [] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.get(
    '/v1/reports/units/:id/score',
    {
      config: { action: 'score.read' },
      schema: {
        tags: ['Reports'],
        operationId: 'reportUnitScore',
        summary: 'A unit’s score, every point explained',
        description:
          'What it had before `from`, every entry booked until `to` with its cause, the sum so far, its appeal and the order’s own reward and penalty beside it. A unit sees its own; a limited supervisor what comes from the items of their area, also in the sums.',
        params: IdParams,
        querystring: UnitScoreQuery,
        response: {
          200: fileOr('The report; as a file, all entries.', UnitScoreReport, UnitScoreEntry),
          ...responses('foundList'),
        },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const at = now()
      const past = await asOfPast(db, actor, request.query.asOf, at)
      const query = { ...inOrder(request.query), past }
      const unit = await getScoredUnit(db, actor, params.id)
      const format = formatOf(request, reply, LIST_FORMATS)
      if (format !== 'json') {
        const rows = unitScoreRows(actor, unit.id, query, query.limit)
        return sendFile(request, reply, deps, { format, sheet: UNIT_SCORE_SHEET, rows, past })
      }
      const { rows, nextCursor } = await findUnitScores(db, actor, unit.id, query)
      const totals = await readTotals(db, actor, unit.id, query)
      if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
      const { from = null, to = null } = query
      const about = JSON.stringify({ asOf: past?.at ?? at, unit, from, to, ...totals }).slice(0, -1)
      return sendRows(reply, `${about},"entries":[`, rows, `],"nextCursor":${JSON.stringify(nextCursor)}}`)
    },
  )
}
