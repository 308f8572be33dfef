import { z } from 'zod'
import { PERSON_EXAMPLE } from '../http/examples.js'
import { text } from '../http/fields.js'
import { PersonRef } from '../item/parts.js'

/** As many days of a year as a calendar may name; a year of the State Council's names about 36. */
const MAX_DAYS = 200
const FIRST_YEAR = 2000
const LAST_YEAR = 2100

const At = z.iso.datetime({ precision: 3 })
const Year = z.coerce.number().int().min(FIRST_YEAR).max(LAST_YEAR)
const YearNumber = z.int().min(FIRST_YEAR).max(LAST_YEAR)
const YEAR_VERSION = /^(0|[1-9]\d{0,8}|cn-[0-9a-f]{8})$/

export const YearParams = z.object({ year: Year.meta({ description: 'The year, 2000 to 2100.', example: 2027 }) })

export const CalendarQuery = z.strictObject({
  year: Year.optional().meta({ description: 'Only this year’s days.', example: 2026 }),
})

export const YearQuery = z.strictObject({
  version: z
    .string()
    .regex(YEAR_VERSION, '须为版本号，如 2，或 cn-1a2b3c4d。 | A version: 2, or cn-1a2b3c4d.')
    .optional()
    .meta({
      description:
        'This version instead of the one in force: a number, 0 for what the service ships, or what a deadline’s basis calls a shipped year.',
      example: '0',
    }),
})

const Day = z
  .strictObject({
    date: z.iso.date().meta({ example: '2026-10-01' }),
    kind: z.enum(['off', 'work']).meta({ description: '`off`: a holiday; `work`: a make-up working day (调休补班).' }),
    name: text(40).meta({ description: 'The holiday’s, also for a day worked for it.', example: '国庆节' }),
  })
  .meta({ id: 'CalendarDay' })

const calendarVersion = z.string().meta({
  description: 'What a deadline’s basis calls the year: `v2`, or `cn-` and eight digits of a shipped year’s hash.',
  example: 'cn-1a2b3c4d',
})

export const Calendar = z
  .strictObject({
    timeZone: z.string(),
    firstYear: z.int(),
    lastYear: z.int().meta({ description: 'Deadlines counted past this year are provisional.' }),
    years: z.array(z.strictObject({ year: z.int(), calendarVersion })).meta({ description: 'The published years.' }),
    days: z.array(z.strictObject({ date: z.iso.date(), kind: z.enum(['off', 'work']), name: z.string() })),
  })
  .meta({
    id: 'Calendar',
    example: {
      ...{ timeZone: 'Asia/Shanghai', firstYear: 2020, lastYear: 2026 },
      years: [{ year: 2026, calendarVersion: 'cn-1a2b3c4d' }],
      days: [{ date: '2026-10-01', kind: 'off', name: '国庆节' }],
    },
    description: 'Statutory holidays (`off`) and make-up working days (`work`); ordinary weekends are not listed.',
  })

export const DAYS_EXAMPLE = [
  { date: '2027-01-01', kind: 'off', name: '元旦' },
  { date: '2027-02-05', kind: 'off', name: '春节' },
  { date: '2027-02-14', kind: 'work', name: '春节' },
]
const SET_BY = { id: PERSON_EXAMPLE.id, name: '管理员' }

const year = {
  year: YearNumber,
  version: z.int().min(0).meta({ description: 'How often the jurisdiction has set the year; 0: never.' }),
  calendarVersion: calendarVersion.nullable().meta({ description: 'Null where the year is not published.' }),
  isShipped: z.boolean().meta({ description: 'It is as the service ships it, not as the jurisdiction set it.' }),
  days: z.array(Day),
  note: z.string().nullable(),
  setAt: At.nullable(),
  setBy: PersonRef.nullable(),
}
export const YEAR_EXAMPLE = {
  ...{ year: 2027, version: 1, calendarVersion: 'v1', isShipped: false, days: DAYS_EXAMPLE },
  ...{ note: '国办发明电〔2026〕9号', setAt: '2026-11-22T01:30:00.000Z', setBy: SET_BY },
}
export const YearView = z
  .strictObject(year)
  .meta({ id: 'CalendarYear', description: 'The named days of a year.', example: YEAR_EXAMPLE })

export const YearVersionView = z
  .strictObject({ version: year.version, isShipped: year.isShipped, note: year.note, setAt: At, setBy: PersonRef })
  .meta({ id: 'CalendarYearVersion' })
export const YEAR_VERSION_EXAMPLE = {
  version: 1,
  isShipped: false,
  note: null,
  setAt: YEAR_EXAMPLE.setAt,
  setBy: SET_BY,
}

export const SetYear = z
  .strictObject({
    days: z
      .array(Day)
      .min(1)
      .max(MAX_DAYS)
      .superRefine(refuseRepetition)
      .nullable()
      .meta({ description: 'All named days of the year; null: the year as it is shipped is in force again.' }),
    note: text(500).nullish().meta({ description: 'What it rests on, such as a document number.' }),
    year: z.int().optional(),
    version: z.int().optional(),
    calendarVersion: z.string().nullish(),
    isShipped: z.boolean().optional(),
    setAt: z.string().nullish(),
    setBy: z.looseObject({}).nullish(),
    affected: z.looseObject({}).optional(),
  })
  .meta({
    id: 'SetCalendarYear',
    description:
      'The year, whole: a day that is left out is an ordinary one. What else `GET` and `PUT` answer is let be, so that it can be changed and sent back.',
    example: { days: [{ date: '2026-10-01', kind: 'off', name: '国庆节' }], note: '国办发明电〔2025〕7号' },
  })

/** A date stands for one thing. */
function refuseRepetition(days: readonly { date: string }[], ctx: z.RefinementCtx): void {
  const known = new Set<string>()
  for (const [k, { date }] of days.entries()) {
    if (known.has(date))
      ctx.addIssue({ code: 'custom', path: [k, 'date'], message: '日期重复。 | A date is named twice.' })
    known.add(date)
  }
}

const move = {
  id: z.uuid(),
  code: z.string(),
  title: z.string(),
  from: z.iso.date().meta({ description: 'The day after which the working days are counted.' }),
  workingDays: z.int(),
  dueAt: At.meta({ description: 'Before.' }),
  dueProvisional: z.boolean(),
  newDueAt: At.meta({ description: 'After.' }),
  newDueProvisional: z.boolean(),
}
export const MOVE_EXAMPLE = {
  ...{ id: '01a20116-9f7b-7e01-9c33-6c1f3a2f1f10', code: '2026-000172', title: '临水弯道无护栏' },
  ...{ from: '2026-12-25', workingDays: 20, dueAt: '2027-01-22T15:59:59.999Z', dueProvisional: true },
  ...{ newDueAt: '2027-01-25T15:59:59.999Z', newDueProvisional: false },
}
export const MoveView = z.strictObject(move).meta({ id: 'DeadlineMove' })
const suspended = z.int().min(0).meta({
  description:
    'How many more would move but are suspended: their clock stands and their deadline with it. Once resumed they are among those that move.',
})

export const YearSet = z
  .strictObject({
    ...year,
    affected: z.strictObject({ total: z.int().min(0), suspended, items: z.array(MoveView) }).meta({
      description:
        'The items whose deadline would move, or would be certain or provisional: how many, and the first 100 by deadline. `GET /v1/calendar/{year}/recomputation` has them all.',
    }),
  })
  .meta({
    id: 'CalendarYearSet',
    description: 'The year as it is now, and what it would change.',
    example: { ...YEAR_EXAMPLE, affected: { total: 1, suspended: 0, items: [MOVE_EXAMPLE] } },
  })

export const MovePage = z
  .strictObject({
    data: z.array(MoveView),
    nextCursor: z.string().nullable(),
    total: z.int().optional(),
    suspended,
  })
  .meta({ id: 'DeadlineMovePage', example: { data: [MOVE_EXAMPLE], nextCursor: null, suspended: 0 } })

export const Recompute = z
  .strictObject({
    limit: z.int().min(1).max(1000).default(1000).meta({ description: 'At most so many items in this request.' }),
  })
  .meta({ id: 'RecomputeDeadlines', example: { limit: 1000 } })

export const Recomputed = z
  .strictObject({
    year: YearNumber,
    version: year.version,
    moved: z.int().min(0).meta({ description: 'How many deadlines this request moved.' }),
    remaining: z.int().min(0).meta({
      description: 'The number that is left: over the limit, or locked by another change. Repeat until it is 0.',
    }),
    suspended,
    items: z.array(MoveView).meta({ description: 'Those that this request moved, by deadline.' }),
  })
  .meta({
    id: 'DeadlinesRecomputed',
    example: { year: 2027, version: 1, moved: 1, remaining: 0, suspended: 0, items: [MOVE_EXAMPLE] },
  })
