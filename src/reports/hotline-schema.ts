import { z } from 'zod'
import { RateView } from '../http/rate-view.js'

const Count = z.int().min(0)

const FIELDS = {
  calls: Count.meta({ description: 'Items from the hotline that were filed in the period.' }),
  answerWanted: Count.meta({ description: 'Of these, those whose caller wants an answer.' }),
  answered: Count.meta({ description: 'Of these, those whose caller has the first answer.' }),
  hazards: Count.meta({
    description: 'Calls that were neither dismissed nor merged; a merged one counts where it went.',
  }),
  closed: Count.meta({ description: 'Of these, those that are struck off.' }),
  rated: Count.meta({ description: 'Calls whose caller was asked for an opinion.' }),
  satisfied: Count.meta({ description: 'Of these, very, plainly or basically satisfied.' }),
  rates: z.strictObject({
    response: RateView.meta({ description: 'Response (响应率): answered ÷ answer wanted.' }),
    resolution: RateView.meta({ description: 'Resolution (解决率): closed ÷ hazards.' }),
    satisfaction: RateView.meta({ description: 'Satisfaction (满意率): satisfied ÷ rated.' }),
  }),
}

const EXAMPLE = {
  ...{ calls: 40, answerWanted: 36, answered: 35, hazards: 32, closed: 24, rated: 30, satisfied: 27 },
  rates: {
    response: { numerator: 35, denominator: 36, value: 0.9722 },
    resolution: { numerator: 24, denominator: 32, value: 0.75 },
    satisfaction: { numerator: 27, denominator: 30, value: 0.9 },
  },
}
const GROUP_EXAMPLE = { key: '341225', label: '阜南县', ...EXAMPLE }

const HotlineGroupView = z
  .strictObject({ key: z.string().nullable(), label: z.string(), ...FIELDS })
  .meta({ id: 'HotlineGroup', example: GROUP_EXAMPLE })
const HotlineFiguresView = z.strictObject(FIELDS).meta({ id: 'HotlineFigures', example: EXAMPLE })

export const HotlineRow = z.union([HotlineFiguresView, HotlineGroupView]).meta({ example: GROUP_EXAMPLE })

export const HotlineReportView = z
  .strictObject({
    asOf: z.iso.datetime({ precision: 3 }),
    period: z.strictObject({
      from: z.iso.date(),
      to: z.iso.date().meta({ description: 'The day after the last.' }),
    }),
    ...FIELDS,
    groups: z.array(HotlineGroupView).optional().meta({ description: 'With `groupBy`: most calls first.' }),
  })
  .meta({
    id: 'HotlineReport',
    example: {
      asOf: '2026-11-22T01:30:00.000Z',
      period: { from: '2026-10-01', to: '2026-11-01' },
      ...EXAMPLE,
      groups: [GROUP_EXAMPLE],
    },
  })
