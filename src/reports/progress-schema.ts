import { z } from 'zod'
import { MINIMUM_LISTED } from '../domain/report/rank.js'
import { RATE_FIELDS } from '../http/rate-view.js'

const Count = z.int().min(0)
const counted = (description: string) => Count.meta({ description })

const StepDays = z.strictObject({ count: Count, median: z.number().nullable(), p90: z.number().nullable() }).meta({
  id: 'StepDays',
  description:
    'Local days from listing to a step, to one decimal: the median and the 90th percentile over the `count` times that an item came to it in the period.',
  example: { count: 85, median: 21, p90: 44.6 },
})

const FIGURES = {
  listed: counted('Items ever on the list (累计挂账): on account, or closed.'),
  closed: counted('Of these, struck off and not on account again (已销号).'),
  open: counted('Of these, on account (在账). `listed` = `closed` + `open`.'),
  overdue: counted('Of the open ones, those whose deadline has passed while the clock runs (逾期).'),
  returned: counted('Items of which a unit gave an order back at least once (退办, `item.returned`).'),
  extended: counted('Items of which an extension was approved at least once (延期, `item.extension_decided`).'),
  rejectedAtClosure: counted('Items whose closure was rejected at least once (验收退回, `item.closure_rejected`).'),
  reopened: counted(
    'Items that came back on account at least once (重新挂账): the office put them back (`item.reopened`), or a recheck failed.',
  ),
  recurrent: counted(
    'Of these, those of which a recheck found that the remedy did not hold, or that came back as another item (复发, `item.rechecked`, `item.recurred`).',
  ),
  rates: z
    .strictObject(RATE_FIELDS)
    .meta({ id: 'ProgressRates', description: 'As bulletins have them, each with its numerator and denominator.' }),
  inPeriod: z
    .strictObject({
      listed: counted('`item.listed`; what an import brought counts from when its old list says.'),
      closed: counted('`item.closed`, each striking-off.'),
      reopened: counted('`item.reopened`, and `item.rechecked` that failed.'),
      returned: counted('`item.returned`'),
      extended: counted('`item.extension_decided` that approved.'),
      rejectedAtClosure: counted('`item.closure_rejected`'),
    })
    .meta({
      id: 'ProgressInPeriod',
      description: 'Events in the period, each counted; an item may be counted more than once.',
    }),
  daysTo: z
    .strictObject({
      assigned: StepDays,
      accepted: StepDays,
      planned: StepDays,
      closureRequested: StepDays,
      closed: StepDays,
    })
    .meta({
      id: 'DaysToSteps',
      description:
        'How long it took to come to each step in the period, from the item’s latest listing (a reopening begins anew): orders, their signing, plans, closure requests, and the closings that hold.',
    }),
}

export const ProgressDay = z
  .strictObject({
    date: z.iso.date(),
    listed: Count,
    closed: Count,
    reopened: Count,
    open: counted('On account at the end of the local day, or at `asOf` on its day.'),
    overdue: Count,
  })
  .meta({ id: 'ProgressDay', example: { date: '2026-11-21', listed: 2, closed: 3, reopened: 0, open: 87, overdue: 4 } })

const rate = (numerator: number, denominator: number, value: number | null) => ({ numerator, denominator, value })
const days = (count: number, median: number, p90: number) => ({ count, median, p90 })
const FIGURES_EXAMPLE = {
  ...{ listed: 172, closed: 85, open: 87, overdue: 4, returned: 4, extended: 5, rejectedAtClosure: 9 },
  ...{ reopened: 2, recurrent: 1 },
  rates: {
    ...{ closure: rate(85, 172, 0.4942), onTime: rate(80, 85, 0.9412), overdue: rate(4, 87, 0.046) },
    ...{ extension: rate(5, 160, 0.0313), return: rate(4, 160, 0.025), rework: rate(9, 94, 0.0957) },
    ...{ recurrence: rate(2, 87, 0.023), recheckPass: rate(11, 12, 0.9167) },
  },
  inPeriod: { listed: 61, closed: 50, reopened: 1, returned: 2, extended: 3, rejectedAtClosure: 5 },
  daysTo: {
    ...{ assigned: days(160, 2, 5), accepted: days(151, 4, 8), planned: days(140, 9, 15) },
    ...{ closureRequested: days(90, 19, 40.5), closed: days(85, 21, 44.6) },
  },
}

export const ProgressGroupView = z
  .strictObject({
    key: z.string().nullable().meta({ description: 'Null: the items that have none.' }),
    label: z.string(),
    few: z.boolean().meta({ description: `Fewer than ${MINIMUM_LISTED} items listed: rates have no value.` }),
    ...FIGURES,
  })
  .meta({ id: 'ProgressGroup', example: { key: '341225', label: '阜南县', few: false, ...FIGURES_EXAMPLE } })

export const ProgressReportView = z
  .strictObject({
    asOf: z.iso.datetime({ precision: 3 }),
    period: z.strictObject({
      from: z.iso.date(),
      to: z.iso.date().meta({ description: 'The day after the last.' }),
    }),
    ...FIGURES,
    series: z.array(ProgressDay).meta({
      description: 'One row for each day of the period that has begun: the burn-down to zero.',
    }),
    groups: z.array(ProgressGroupView).optional().meta({ description: 'With `groupBy`: most listed first.' }),
  })
  .meta({
    id: 'ProgressReport',
    example: {
      asOf: '2026-11-22T01:30:00.000Z',
      period: { from: '2026-08-25', to: '2026-11-23' },
      ...FIGURES_EXAMPLE,
      series: [{ date: '2026-11-22', listed: 2, closed: 3, reopened: 0, open: 87, overdue: 4 }],
    },
  })
