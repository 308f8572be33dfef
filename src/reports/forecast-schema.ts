import { z } from 'zod'
import { OUTLOOKS } from '../domain/report/forecast.js'

const Count = z.int().min(0)
const Day = z.iso.date().nullable()

const FIELDS = {
  open: Count.meta({ description: 'On account now.' }),
  added: Count.meta({ description: 'Listed or reopened in the window.' }),
  closed: Count.meta({ description: 'Struck off in the window.' }),
  outlook: z.enum(OUTLOOKS).meta({
    description:
      '`reached`: none is on account. `expected`: on the day that `reachesZero` says. `not_at_this_pace`: no more is closed than comes in, or it would take longer than a hundred years. `too_few_data`: fewer than 4 weeks or 5 closings.',
  }),
  reachesZero: Day.meta({ description: 'Null unless it is expected.' }),
  earliest: Day.meta({ description: 'With a chance of 10 % by then.' }),
  latest: Day.meta({ description: 'With a chance of 90 % by then; null where not even that is to be had.' }),
  netPerWeek: z.number().meta({ description: 'Closed less added, a week.' }),
  dispersion: z.number().min(1).meta({
    description: 'How much more the weeks differ than chance would have it (1: no more); it widens the interval.',
  }),
}

const EXAMPLE = {
  ...{ open: 87, added: 24, closed: 96, outlook: 'expected', reachesZero: '2027-03-04' },
  ...{ earliest: '2027-01-24', latest: '2027-05-03', netPerWeek: 6, dispersion: 1.2 },
}
export const FORECAST_GROUP_EXAMPLE = { key: '341225', label: '阜南县', ...EXAMPLE }

export const ForecastGroupView = z
  .strictObject({ key: z.string().nullable(), label: z.string(), ...FIELDS })
  .meta({ id: 'ForecastGroup', example: FORECAST_GROUP_EXAMPLE })

export const ForecastReportView = z
  .strictObject({
    asOf: z.iso.datetime({ precision: 3 }),
    window: z.strictObject({ from: z.iso.date(), to: z.iso.date(), weeks: z.int() }).meta({
      description: 'The whole weeks that the pace was taken from; fewer than asked where the list is younger.',
    }),
    ...FIELDS,
    groups: z.array(ForecastGroupView).meta({ description: 'Most open first.' }),
  })
  .meta({
    id: 'ForecastReport',
    example: {
      asOf: '2026-11-22T01:30:00.000Z',
      window: { from: '2026-08-30', to: '2026-11-22', weeks: 12 },
      ...EXAMPLE,
      groups: [FORECAST_GROUP_EXAMPLE],
    },
  })
