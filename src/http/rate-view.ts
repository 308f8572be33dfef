import { z } from 'zod'

const Count = z.int().min(0)

/** A rate with what it is made of, as `domain/rate.ts` makes it. */
export const RateView = z
  .strictObject({ numerator: Count, denominator: Count, value: z.number().min(0).max(1).nullable() })
  .meta({
    id: 'Rate',
    description:
      'To four decimals, half up. `value` is null when the denominator is 0, or where a unit or area has too few items to be compared.',
    example: { numerator: 85, denominator: 172, value: 0.4942 },
  })

/** The rates of a list, each with its definition. */
export const RATE_FIELDS = {
  closure: RateView.meta({ description: 'Closure rate (整改率): closed ÷ ever listed.' }),
  onTime: RateView.meta({
    description: 'Closed on time (按期销号率): of the closed whose deadline and closing are known.',
  }),
  overdue: RateView.meta({ description: 'Overdue rate (逾期率): overdue ÷ on account.' }),
  extension: RateView.meta({ description: 'Extended at least once ÷ ever assigned.' }),
  return: RateView.meta({ description: 'Returned at least once ÷ ever assigned.' }),
  rework: RateView.meta({ description: 'Closure rejected at least once ÷ closure ever applied for.' }),
  recurrence: RateView.meta({
    description: 'On account again at least once, or confirmed to have come back as another item, ÷ ever closed.',
  }),
  recheckPass: RateView.meta({ description: 'Rechecks passed ÷ rechecks made.' }),
}
