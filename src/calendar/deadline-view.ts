import { z } from 'zod'
import { DEADLINE_KINDS } from '../domain/time/deadline-story.js'
import { PERSON_EXAMPLE } from '../http/examples.js'
import { ITEM_EXAMPLE } from '../item/fields.js'

const At = z.iso.datetime({ precision: 3 })

const CalendarYears = z
  .array(z.strictObject({ year: z.int(), calendarVersion: z.string().nullable() }))
  .meta({ description: 'The years that were counted through; `calendarVersion` null: not published then.' })

const Cause = z
  .strictObject({
    seq: z.int().meta({ description: 'Its place in the ledger.' }),
    type: z.string().meta({ example: 'item.assigned' }),
    at: At,
    by: z.strictObject({ id: z.uuid(), name: z.string().nullable(), role: z.string() }),
    dueAt: At.nullable().meta({ description: 'The deadline that it gave; null where it says none itself.' }),
  })
  .meta({ id: 'DeadlineCause' })

const Stand = z
  .strictObject({ from: At, to: At.nullable().meta({ description: 'Null: it stands.' }), reason: z.string() })
  .meta({ id: 'DeadlineStand' })

const CountedDay = z
  .strictObject({
    date: z.iso.date(),
    counted: z.boolean(),
    kind: z.enum(['working', 'makeUp', 'weekend', 'holiday']).meta({
      description:
        '`working` and `makeUp` (调休补班) are counted, `weekend` and `holiday` skipped. In a year that is not published the holidays are those that the law names.',
    }),
    name: z.string().nullable().meta({ description: 'The holiday’s, also of a day worked for it.' }),
    n: z.int().nullable().meta({ description: 'Which working day it is; null where it was skipped.' }),
  })
  .meta({ id: 'DeadlineDay' })

const BY = { id: PERSON_EXAMPLE.id, name: '安委办 周敏', role: 'office' }
const DUE_AT = '2026-11-24T15:59:59.999Z'

export const DeadlineView = z
  .strictObject({
    itemId: z.uuid(),
    itemCode: z.string(),
    itemVersion: z.int(),
    dueAt: At.nullable().meta({ description: 'The deadline; null where the item has none.' }),
    dueDate: z.iso.date().nullable().meta({ description: 'Its day in the jurisdiction’s time zone.' }),
    timeZone: z.string(),
    provisional: z.boolean().meta({ description: 'Counted past the last year that was published then.' }),
    kind: z.enum(DEADLINE_KINDS).nullable().meta({
      description:
        'How it was given: as a `date`, in `workingDays`, by `default` for the level, by an `extension`, or `imported`.',
    }),
    givenBy: Cause.nullable(),
    changes: z.array(Cause).meta({
      description: 'What moved it since, oldest first: resumptions, recomputations, a return to the level’s default.',
    }),
    stood: z.array(Stand).meta({ description: 'The times for which the clock stood (中止计时).' }),
    stoodMs: z.int().min(0).meta({ description: 'By so much they moved the deadline.' }),
    from: z.iso.date().nullable().meta({
      description: 'The day after which working days are counted; null where nothing was counted.',
    }),
    workingDays: z.int().nullable(),
    calendar: CalendarYears,
    days: z
      .array(CountedDay)
      .nullable()
      .meta({ description: 'Every day that the count came over; null where nothing was counted.' }),
    byPresentCalendar: z
      .strictObject({ dueAt: At, provisional: z.boolean(), calendar: CalendarYears, differs: z.boolean() })
      .nullable()
      .meta({
        description:
          'The same count by the calendar in force now, for what is on account. Where it `differs`, `POST /v1/calendar/{year}/recomputation` moves the deadline; nothing else does.',
      }),
  })
  .meta({
    id: 'DeadlineExplanation',
    example: {
      ...{ itemId: ITEM_EXAMPLE.id, itemCode: ITEM_EXAMPLE.code, itemVersion: 3, dueAt: DUE_AT },
      ...{ dueDate: '2026-11-24', timeZone: 'Asia/Shanghai', provisional: false, kind: 'workingDays' },
      givenBy: { seq: 43, type: 'item.assigned', at: '2026-11-20T06:10:00.000Z', by: BY, dueAt: DUE_AT },
      ...{ changes: [], stood: [], stoodMs: 0, from: '2026-11-20', workingDays: 2 },
      calendar: [{ year: 2026, calendarVersion: 'cn-1a2b3c4d' }],
      days: [
        { date: '2026-11-21', counted: false, kind: 'weekend', name: null, n: null },
        { date: '2026-11-22', counted: false, kind: 'weekend', name: null, n: null },
        { date: '2026-11-23', counted: true, kind: 'working', name: null, n: 1 },
        { date: '2026-11-24', counted: true, kind: 'working', name: null, n: 2 },
      ],
      byPresentCalendar: {
        ...{ dueAt: DUE_AT, provisional: false, differs: false },
        calendar: [{ year: 2026, calendarVersion: 'cn-1a2b3c4d' }],
      },
    },
  })
