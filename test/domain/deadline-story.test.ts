import fc from 'fast-check'
import type { HappenedItemEvent } from '../../src/domain/item/events.js'
import { fold } from '../../src/domain/item/evolve.js'
import {
  addWorkingDays,
  type CalendarDay,
  calendarVersion,
  calendarYears,
  createCalendar,
  isCountedOtherwise,
  versionsOf,
} from '../../src/domain/time/calendar.js'
import { deadlineAfter, recount } from '../../src/domain/time/deadline.js'
import { DEADLINE_EVENTS, type DeadlineEvent, deadlineStory, stoodMsOf } from '../../src/domain/time/deadline-story.js'
import { statutoryHolidays } from '../../src/domain/time/statutory.js'
import { addDays, localDate } from '../../src/domain/time/zone.js'
import { yearsOf } from '../helpers/calendar.js'
import { DAY_MS, EVENT, happened, IDENTITY, IMPORTED } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const ZONES = [
  'Asia/Shanghai',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'America/St_Johns',
]
const off = (date: string): CalendarDay => ({ date, kind: 'off', name: '假' })

/** Events one a day, each with its place in the ledger. */
function told(...events: Parameters<typeof happened>[0][]): DeadlineEvent[] {
  const isAbout = (event: HappenedItemEvent & { seq: number }): event is DeadlineEvent =>
    (DEADLINE_EVENTS as readonly string[]).includes(event.type)
  return events.map((event, k) => ({ ...happened(event, k), seq: k + 1 })).filter(isAbout)
}
const resumed = { type: 'item.resumed', data: { reason: null, dueAt: '2026-06-01T00:00:00.000Z' } } as const
const extended = {
  type: 'item.extension_decided',
  data: { approved: true, dueAt: '2026-08-01T00:00:00.000Z', reason: null },
} as const
const refusedExtension = { ...extended, data: { approved: false, dueAt: null, reason: '理由不足' } } as const
const recomputed = {
  type: 'item.deadline_recomputed',
  data: { ...EVENT.listed.data, previousDueAt: EVENT.listed.data.dueAt },
} as const
const returned = { type: 'item.returned', data: { unit: '', reason: '非我单位' } } as const

const STORIES: [string, Parameters<typeof told>, ReturnType<typeof deadlineStory>['kind'], number | null, number[]][] =
  [
    ['nothing but a report', [EVENT.reported], null, null, []],
    ['listed', [EVENT.reported, EVENT.listed], 'default', 2, []],
    ['assigned', [EVENT.reported, EVENT.listed, EVENT.assigned], 'workingDays', 3, []],
    ['returned', [EVENT.reported, EVENT.listed, EVENT.assigned, returned], 'default', 2, [4]],
    ['an import', [{ type: 'item.imported', data: IMPORTED }], 'imported', 1, []],
    ['an import without a date', [{ type: 'item.imported', data: { ...IMPORTED, dueAt: null } }], null, null, []],
    [
      'an import that comes back',
      [{ type: 'item.imported', data: IMPORTED }, EVENT.assigned, returned],
      'imported',
      1,
      [3],
    ],
    [
      'recomputed while listed, and back',
      [EVENT.listed, recomputed, EVENT.assigned, recomputed, returned],
      'default',
      1,
      [2, 5],
    ],
    ['extended', [EVENT.listed, EVENT.assigned, recomputed, extended], 'extension', 4, []],
    ['an extension refused', [EVENT.listed, EVENT.assigned, recomputed, refusedExtension], 'workingDays', 2, [3]],
    [
      'stood, and closed',
      [EVENT.listed, EVENT.assigned, EVENT.suspended, resumed, EVENT.closed],
      'workingDays',
      2,
      [4],
    ],
    ['closed while it stood', [EVENT.listed, EVENT.assigned, EVENT.suspended, EVENT.closed], 'workingDays', 2, [4]],
  ]

t.test('who gave a deadline and what moved it is read off the events', async (t) => {
  for (const [name, events, kind, givenBy, changes] of STORIES) {
    const story = deadlineStory(told(...events))
    t.same(
      [story.kind, story.givenBy?.seq ?? null, story.changes.map(({ seq }) => seq)],
      [kind, givenBy, changes],
      name,
    )
  }
})

t.test('the times for which the clock stood add up to what the deadline moved by', async () => {
  fc.assert(
    fc.property(fc.nat(12), fc.boolean(), (count, isExtended) => {
      const steps = Array.from({ length: count }, (_, k) => (k % 2 === 0 ? EVENT.suspended : resumed))
      const extensions = isExtended ? [EVENT.extensionRequested, refusedExtension] : []
      const events = [EVENT.reported, EVENT.listed, EVENT.assigned, EVENT.accepted, ...extensions, ...steps]
      const item = fold(
        IDENTITY,
        events.map((event, k) => happened(event, k)),
      )
      const { stands, changes } = deadlineStory(told(...events))
      const closed = Math.floor(count / 2)
      return (
        stoodMsOf(stands) === closed * DAY_MS &&
        item.dueBasis?.stoodMs === stoodMsOf(stands) &&
        changes.length === closed &&
        stands.length === Math.ceil(count / 2) &&
        (item.suspension === null) === stands.every(({ to }) => to !== null)
      )
    }),
  )
})

t.test('what a count went by can be read again, year by year', async () => {
  const years = fc.uniqueArray(fc.integer({ min: 2024, max: 2030 }), { minLength: 1 })
  const dates = fc.integer({ min: 0, max: 2000 }).map((k) => addDays('2023-06-01', k))
  fc.assert(
    fc.property(years, dates, fc.integer({ min: 1, max: 400 }), (published, from, n) => {
      const calendar = createCalendar(published.map((year) => ({ year, version: `v${year % 7}`, days: [] })))
      const { date, provisional } = addWorkingDays(calendar, from, n)
      const text = calendarVersion(calendar, from, date)
      const known = versionsOf(text)
      return (
        [...known].every(([year, version]) => calendar.years.get(year) === version) &&
        calendarYears(text).some(({ calendarVersion }) => calendarVersion === null) === provisional &&
        calendarYears(text).every(({ year }) => !isCountedOtherwise(calendar, text, year)) &&
        !isCountedOtherwise(calendar, text, 2099)
      )
    }),
  )
})

t.test(
  'a year in another version moves only what was counted through it, and to where a new count would put it',
  async () => {
    const zones = fc.constantFrom(...ZONES)
    const instants = fc.integer({ min: 0, max: 700 * 24 }).map((h) => new Date(Date.UTC(2026, 0, 1, h)).toISOString())
    const added = fc.uniqueArray(
      fc.integer({ min: 0, max: 364 }).map((k) => addDays('2027-01-01', k)),
      { minLength: 1, maxLength: 40 },
    )
    const before = createCalendar(yearsOf([off('2026-01-01'), off('2026-10-01')]))
    // What is published has the holidays by law, which were off before too.
    const lawful = [...statutoryHolidays(2027).keys()].map(off)
    fc.assert(
      fc.property(zones, instants, fc.integer({ min: 1, max: 300 }), added, (zone, at, n, days) => {
        const after = createCalendar(yearsOf([...before.days.values(), ...lawful, ...days.map(off)]))
        const given = deadlineAfter(before, zone, n, at)
        const anew = recount(after, zone, given.basis)
        const isOther = isCountedOtherwise(after, given.basis.calendar, 2027)
        const isMoved = anew.dueAt !== given.dueAt || anew.provisional !== given.provisional
        return (
          (!isMoved || isOther) &&
          anew.dueAt >= given.dueAt &&
          anew.dueAt === deadlineAfter(after, zone, n, at).dueAt &&
          !isCountedOtherwise(after, anew.basis.calendar, 2027) &&
          localDate(anew.dueAt, zone) === addWorkingDays(after, given.basis.from, n).date
        )
      }),
    )
  },
)
