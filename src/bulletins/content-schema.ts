import { z } from 'zod'
import { LEVELS, STATUSES } from '../domain/item/words.js'
import { BULLETIN_KINDS } from '../domain/report/bulletin.js'
import { RATE_FIELDS } from '../http/rate-view.js'

/** The version of the content's form. A bulletin keeps the form that it was issued in. */
export const CONTENT_VERSION = 1

const Count = z.int().min(0)
const Day = z.iso.date()
const At = z.iso.datetime({ precision: 3 })
const Hash = z.string().regex(/^[0-9a-f]{64}$/)
const Words = z.strictObject({ zh: z.string(), en: z.string() })

const COUNTED = {
  listed: Count.meta({ description: 'Ever on the list (累计挂账): on account now, or closed.' }),
  closed: Count.meta({ description: 'Struck off, and not on account again (已销号).' }),
  closedUndated: Count.meta({ description: 'Of these, those whose old list did not say when: they are in no series.' }),
  onAccount: Count.meta({ description: 'On account at the cut-off (在账).' }),
  reported: Count.meta({ description: 'Waiting for evaluation (待核实).' }),
  overdue: Count,
  dueSoon: Count.meta({ description: 'Due within 7 days.' }),
  suspended: Count,
  extensionPending: Count,
  underSupervision: Count,
  openAtStart: Count.meta({ description: 'On account when the period began.' }),
  newlyListed: Count.meta({
    description: 'Listed in the period; what an import brought counts from when its old list says.',
  }),
  reopenedInPeriod: Count.meta({ description: 'On account again in the period: reopened, or a recheck failed.' }),
  closedInPeriod: Count.meta({ description: 'Strikings-off in the period.' }),
  openAtEnd: Count.meta({
    description:
      'On account when the period ended: `openAtStart` + `newlyListed` + `reopenedInPeriod` − `closedInPeriod`.',
  }),
  extendedInPeriod: Count,
  returnedInPeriod: Count,
  closureRejectedInPeriod: Count,
}
const Buckets = z.strictObject({ d1to7: Count, d8to30: Count, d31to90: Count, over90: Count })

const Figures = z
  .strictObject({
    ...COUNTED,
    overdueByAge: Buckets,
    medianDaysToClose: z.number().nullable().meta({ description: 'Local days from listing to closing.' }),
  })
  .meta({ id: 'BulletinFigures' })

const { closure, onTime, overdue, ...others } = RATE_FIELDS
const RATES = { closure, onTime, overdue }
const Rates = z.strictObject({ ...RATES, ...others }).meta({ id: 'BulletinRates' })

const Standing = z
  .strictObject({
    key: z.string().nullable().meta({ description: 'A unit’s id, or a county’s code; null: no unit is responsible.' }),
    name: z.string().nullable(),
    rank: z.int().nullable().meta({ description: 'By closure rate, ties shared; null where there are too few items.' }),
    previousRank: z.int().nullable(),
    few: z.boolean().meta({ description: 'Fewer than `rules.minimumListed` items: no rate, no rank.' }),
    listed: Count,
    onAccount: Count,
    closed: Count,
    newlyListed: Count,
    closedInPeriod: Count,
    overdue: Count,
    maxOverdueDays: Count,
    rates: z.strictObject(RATES),
  })
  .meta({ id: 'BulletinStanding' })

const Named = z.strictObject({ id: z.string(), code: z.string(), title: z.string() })
const Overdue = z
  .strictObject({
    ...Named.shape,
    level: z.enum(LEVELS).nullable(),
    area: z.strictObject({ code: z.string(), name: z.string().nullable() }),
    road: z.string().nullable(),
    chainage: z.string().nullable(),
    address: z.string().nullable(),
    unit: z.strictObject({ id: z.string(), name: z.string().nullable() }).nullable(),
    leadOfficial: z.strictObject({ name: z.string(), title: z.string().optional() }).nullable(),
    dueAt: At,
    overdueDays: Count,
    rung: z.string().nullable(),
    named: z.boolean().meta({ description: 'It has reached the rung of the ladder at which items are named.' }),
  })
  .meta({ id: 'BulletinOverdueItem' })

const SeriesDay = z
  .strictObject({ date: Day, listed: Count, closed: Count, reopened: Count, open: Count, overdue: Count })
  .meta({ id: 'BulletinSeriesDay', description: '`open` and `overdue` are at the end of the local day.' })

/** An object with the same value under each name. */
function each<N extends string, V extends z.ZodType>(names: readonly N[], value: V) {
  return z.strictObject(Object.fromEntries(names.map((name) => [name, value])) as Record<N, V>)
}

const Changes = z
  .strictObject({
    figures: each(Object.keys(COUNTED) as CountName[], z.int()),
    rates: each(Rates.keyof().options, z.number().nullable()),
    overdue: z
      .strictObject({
        came: z.array(Named),
        went: z.array(z.strictObject({ ...Named.shape, status: z.enum(STATUSES), dueAt: At.nullable() })),
      })
      .nullable()
      .meta({ description: 'Null where one of the two bulletins has more overdue items than are named.' }),
  })
  .meta({ id: 'BulletinChanges', description: 'What differs from the previous bulletin of the same kind.' })

const Scores = z
  .strictObject({
    period: z
      .strictObject({ period: z.string(), seq: z.int(), contentSha256: Hash })
      .nullable()
      .meta({ description: 'The closed score period of the same days, where it was closed by the cut-off.' }),
    units: z.array(
      z.strictObject({
        key: z.string().nullable().meta({ description: 'A unit’s id; null: what is owed to members of the public.' }),
        name: z.string().nullable(),
        entries: Count,
        rewards: z.number(),
        penalties: z.number(),
        points: z.number(),
        moneyFen: z.int(),
      }),
    ),
  })
  .meta({ id: 'BulletinScores', description: 'What was booked in the period, by unit, best first (奖惩积分).' })

const rungExample = { rung: 'bulletin_naming', days: 15, label: { zh: '通报', en: 'Named in the bulletin' } }

export const BulletinContent = z
  .strictObject({
    version: z.literal(CONTENT_VERSION),
    jurisdiction: z.strictObject({ id: z.string(), name: z.string(), timeZone: z.string() }),
    kind: z.enum(BULLETIN_KINDS),
    period: z.strictObject({ from: Day, to: Day.meta({ description: 'The day after the last.' }), days: z.int() }),
    asOf: At,
    ledger: z.strictObject({ seq: z.int(), hash: Hash }).meta({ description: 'The head that it was made from.' }),
    rules: z.strictObject({
      version: z.int(),
      minimumListed: z.int(),
      ladder: z
        .array(z.strictObject({ rung: z.string(), days: z.int(), label: Words }))
        .meta({ example: [rungExample] }),
    }),
    figures: Figures,
    rates: Rates,
    units: z.array(Standing),
    areas: z.array(Standing),
    overdueItems: z.strictObject({
      total: Count,
      items: z.array(Overdue).meta({ description: 'Named ones first, then the longest overdue; at most 5,000.' }),
    }),
    series: z.array(SeriesDay),
    scores: Scores.optional().meta({ description: 'Bulletins from before there were scores have none.' }),
    previous: z
      .strictObject({ id: z.string(), number: z.string(), from: Day, to: Day, seq: z.int(), contentSha256: Hash })
      .nullable(),
    changes: Changes.nullable(),
  })
  .meta({ id: 'BulletinContent' })

export type Content = z.infer<typeof BulletinContent>
export type Standing = z.infer<typeof Standing>
export type RateName = keyof Content['rates']
export type CountName = keyof typeof COUNTED
export type Changes = z.infer<typeof Changes>
export const COUNTED_FIGURES = Object.keys(COUNTED) as CountName[]
export const RATE_NAMES = Rates.keyof().options
