import { z } from 'zod'
import { SCORE_PARTS, WEIGHTS } from '../domain/report/performance.js'
import { RateView } from '../http/rate-view.js'

const Count = z.int().min(0)
const counted = (description: string) => Count.meta({ description })

const ScorePartView = z
  .strictObject({
    name: z.enum(SCORE_PARTS),
    weight: z.int(),
    ...RateView.shape,
    points: z.number().nullable().meta({ description: 'What it adds to the score; null where it does not count.' }),
  })
  .meta({
    id: 'ScorePart',
    description:
      'A rate that the score is made of. Its value is null, and it does not count, where its denominator is below `rules.minimum`.',
    example: { name: 'onTime', weight: WEIGHTS.onTime, numerator: 18, denominator: 20, value: 0.9, points: 45 },
  })

const part = (
  name: (typeof SCORE_PARTS)[number],
  numerator: number,
  denominator: number,
  value: number,
  points: number,
) => ({
  ...{ name, weight: WEIGHTS[name], numerator, denominator, value, points },
})

export const STANDING_EXAMPLE = {
  key: '01a20116-9f7a-7373-b205-b62c6b6c93e1',
  label: '阜南县交通运输局',
  rank: 1,
  score: 92.5,
  parts: [
    part('onTime', 18, 20, 0.9, 45),
    part('firstTime', 19, 20, 0.95, 19),
    part('signing', 27, 27, 1, 15),
    part('progress', 9, 10, 0.9, 13.5),
  ],
  ...{ points: 36.5, moneyFen: 150000 },
  ...{
    assigned: 28,
    closedOnTime: 18,
    closedLate: 1,
    closed: 19,
    rejected: 1,
    returned: 2,
    extended: 1,
    signedLate: 0,
  },
  ...{ open: 10, overdue: 1, overdueDays: 12, maxOverdueDays: 12, noProgress: 1 },
}

export const StandingView = z
  .strictObject({
    key: z.string().nullable().meta({
      description: 'A unit’s id, a county’s code, an official’s name; null: no unit had the order.',
    }),
    label: z.string(),
    rank: z.int().nullable().meta({
      description:
        'By score, ties shared (1, 2, 2, 4), among the rows that the caller sees; null without a score, and for a unit, which sees no other.',
    }),
    score: z.number().min(0).max(100).nullable().meta({
      description: 'To one decimal; null where too few deadlines have come due to be fair.',
    }),
    parts: z.array(ScorePartView),
    points: z.number().nullable().meta({
      description:
        'The sum of the entries (`item.scored`) that are booked for the unit in the period, of the items asked for; `/v1/reports/units/{id}/score` explains each. Null: of areas and officials none are kept.',
    }),
    moneyFen: z.int().nullable().meta({ description: 'The money of these entries, in fen.' }),
    assigned: counted('Orders given in the period (`item.assigned`), reassignments too.'),
    closedOnTime: counted('Closings in the period at or before the deadline in force.'),
    closedLate: counted('Closings in the period after it.'),
    closed: counted('All closings in the period, also where no deadline is known.'),
    rejected: counted('Closures rejected in the period (`item.closure_rejected`).'),
    returned: counted('Orders given back in the period (`item.returned`), by the unit that gave them back.'),
    extended: counted('Extensions approved in the period.'),
    signedLate: Count.nullable().meta({
      description:
        'Orders given in the period that were not answered (signed for, given back, or withdrawn) by the end of the rules’ working day for signing. An order that still waits counts once that has passed, unless the clock stands. Null: the rules set no limit.',
    }),
    open: counted('On account at `asOf`.'),
    overdue: counted('Of these, overdue.'),
    overdueDays: counted('The days that these are overdue, together.'),
    maxOverdueDays: counted('The longest of them.'),
    noProgress: Count.nullable().meta({
      description:
        'In remediation with the clock running, and nothing heard (signing, plan or progress report) for the rules’ days. Null: the rules set no limit.',
    }),
  })
  .meta({ id: 'Standing', example: STANDING_EXAMPLE })

export const RankingView = z
  .strictObject({
    asOf: z.iso.datetime({ precision: 3 }),
    period: z.strictObject({
      from: z.iso.date(),
      to: z.iso.date().meta({ description: 'The day after the last.' }),
    }),
    rules: z.strictObject({
      version: z.int(),
      minimum: z.int().meta({ description: 'Rates of fewer have no value and do not count.' }),
      signingWorkingDays: z.int().nullable(),
      progressDays: z.int().nullable(),
    }),
    groups: z.array(StandingView),
  })
  .meta({
    id: 'Ranking',
    example: {
      asOf: '2026-11-22T01:30:00.000Z',
      period: { from: '2025-11-23', to: '2026-11-23' },
      rules: { version: 0, minimum: 5, signingWorkingDays: 3, progressDays: 15 },
      groups: [STANDING_EXAMPLE],
    },
  })
