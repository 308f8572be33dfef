import { z } from 'zod'
import { AsOf, Cursor, RowLimit } from '../http/fields.js'
import { MoneyFen, Points, SCORE_EXAMPLE, SCORE_MEMBERS, UnitRef } from './schemas.js'

const Day = z.iso.date()

export const BookedFrom = Day.optional().meta({
  description: 'Entries booked on this local day or later.',
  example: '2026-11-01',
})
export const BookedTo = Day.optional().meta({
  description: 'Entries booked before this local day: the day after the last.',
  example: '2026-12-01',
})

export const UnitScoreQuery = z.strictObject({
  from: BookedFrom,
  to: BookedTo,
  limit: RowLimit,
  cursor: Cursor,
  asOf: AsOf,
})

const Total = z
  .strictObject({ points: Points, moneyFen: MoneyFen })
  .meta({ id: 'ScoreTotal', example: { points: 6.5, moneyFen: 0 } })

const ENTRY_EXAMPLE = {
  ...SCORE_EXAMPLE,
  running: { points: 6, moneyFen: 0 },
  assignment: { reward: '按期销号，年度考核加 2 分', penalty: '逾期未销号，通报并扣 5 分' },
}

export const UnitScoreEntry = z
  .strictObject({
    ...SCORE_MEMBERS,
    running: Total.meta({ description: 'The unit’s sum with this entry.' }),
    assignment: z
      .strictObject({ reward: z.string(), penalty: z.string() })
      .nullable()
      .meta({ description: 'What the order that was in force said of reward and penalty; null where there was none.' }),
  })
  .meta({ id: 'UnitScoreEntry', example: ENTRY_EXAMPLE })
export type ReportEntry = z.infer<typeof UnitScoreEntry>

export const UnitScoreReport = z
  .strictObject({
    asOf: z.iso.datetime({ precision: 3 }),
    unit: UnitRef,
    from: Day.nullable(),
    to: Day.nullable(),
    opening: Total.meta({ description: 'The sum of what was booked before `from`.' }),
    closing: Total.meta({ description: 'The sum of all that was booked before `to`: the opening and every entry.' }),
    entries: z.array(UnitScoreEntry).meta({ description: 'In the order of the days on which they are booked.' }),
    nextCursor: z.string().nullable(),
  })
  .meta({
    id: 'UnitScoreReport',
    example: {
      asOf: '2026-11-26T02:00:00.000Z',
      unit: SCORE_EXAMPLE.unit,
      ...{ from: '2026-11-01', to: '2026-12-01' },
      opening: { points: 6.5, moneyFen: 0 },
      closing: { points: 6, moneyFen: 0 },
      entries: [ENTRY_EXAMPLE],
      nextCursor: null,
    },
  })
