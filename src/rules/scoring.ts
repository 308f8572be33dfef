import { z } from 'zod'
import { DEFAULT_SCORING, type Scoring } from '../domain/score/scoring.js'

const MAX_POINTS = 1_000
/** Ten million yuan. */
const MAX_FEN = 1_000_000_000
const MAX_DAYS = 365

const count = (description: string, example: number) => z.int().min(1).max(MAX_DAYS).meta({ description, example })

const points = (min: number, max: number) =>
  z
    .number()
    .min(min)
    .max(max)
    .multipleOf(0.01, '积分最多两位小数。 | Points have at most two decimals.')
    .meta({ description: 'To two decimals.', example: max === 0 ? -0.5 : 2 })
const money = (min: number, max: number) =>
  z.int().min(min).max(max).nullable().meta({ description: 'Fen (1/100 yuan); null: no money.', example: null })

const reward = { points: points(0, MAX_POINTS), moneyFen: money(0, MAX_FEN) }
const penalty = { points: points(-MAX_POINTS, 0), moneyFen: money(-MAX_FEN, 0) }

function rule<S extends z.ZodRawShape>(shape: S, description: string) {
  return z
    .strictObject(shape)
    .nullable()
    .meta({ description: `${description} Null: the rule is off.` })
}

/** What earns and costs points: rewards are not negative, penalties not positive. */
export const ScoringView = z
  .strictObject({
    closedOnTime: rule(reward, 'Closed (销号) at or before the deadline in force.'),
    closedEarly: rule(
      { days: count('Days before the deadline’s day, at least.', 7), ...reward },
      'Closed early, on top of `closedOnTime`.',
    ),
    signedLate: rule(
      { workingDays: count('Working days after the day of the assignment.', 3), ...penalty },
      'Signed for late.',
    ),
    overdueDay: rule(
      { maxDays: count('The cap: no more days than these cost, for one item and deadline.', 20), ...penalty },
      'Each day overdue, counted by the midnights that find the item so.',
    ),
    closureRejected: rule(penalty, 'A closure request was rejected.'),
    recheckFailed: rule(penalty, 'A recheck failed: to the unit whose work it was.'),
    publicReportConfirmed: rule(
      reward,
      'An item with source `public` or `hotline` was listed. Nobody’s points: what is owed to whoever reported.',
    ),
    returned: rule(penalty, 'An order was returned.'),
    noProgress: rule(
      { days: count('Days without a word, and again after as many more.', 15), ...penalty },
      'No progress while remediating.',
    ),
    appealDays: z
      .int()
      .min(0)
      .max(MAX_DAYS)
      .meta({ description: 'Days within which a unit may appeal against an entry; 0: on its day only.', example: 15 }),
  } satisfies Record<keyof Scoring, z.ZodType>)
  .meta({
    id: 'Scoring',
    description:
      'What earns and costs points and money (奖惩积分). An entry goes by the version in force at its cause.',
    example: DEFAULT_SCORING,
  })
