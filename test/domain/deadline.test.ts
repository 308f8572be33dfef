import fc from 'fast-check'
import { addWorkingDays, type CalendarDay, createCalendar } from '../../src/domain/time/calendar.js'
import { deadlineAfter, recount } from '../../src/domain/time/deadline.js'
import { addDays, localDate } from '../../src/domain/time/zone.js'
import { yearsOf } from '../helpers/calendar.js'
import { t } from '../helpers/tap.js'

const off = (...dates: string[]) => dates.map((date): CalendarDay => ({ date, kind: 'off', name: '假' }))
const calendar = createCalendar(yearsOf([...off('2026-01-01', '2026-10-01'), ...off('2027-01-01')]))
const ZONES = ['Asia/Shanghai', 'UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Australia/Lord_Howe']

t.test('a deadline is the end of its last working day in the zone, and knows how it came about', async (t) => {
  const basis = { from: '2026-03-02', workingDays: 5, calendar: '2026:t2026', stoodMs: 0 }
  const deadline = { dueAt: '2026-03-09T15:59:59.999Z', provisional: false, basis }
  t.same(deadlineAfter(calendar, 'Asia/Shanghai', 5, '2026-03-02T01:00:00.000Z'), deadline)
  t.same(deadlineAfter(calendar, 'Asia/Shanghai', 5, '2026-03-01T16:00:00.000Z'), deadline, 'it is Monday there')
  const sunday = deadlineAfter(calendar, 'Asia/Shanghai', 5, '2026-03-01T15:59:59.999Z')
  t.match(sunday, { dueAt: '2026-03-06T15:59:59.999Z', basis: { from: '2026-03-01' } })
})

t.test('clocks that are put forward or back do not change how many days are given', async (t) => {
  const orders: [string, string, string, string][] = [
    ['America/New_York', '2026-03-05T12:00:00.000Z', '2026-03-10T03:59:59.999Z', 'over the night that lacks an hour'],
    ['America/New_York', '2026-10-29T12:00:00.000Z', '2026-11-03T04:59:59.999Z', 'over the night that has one more'],
    ['Europe/Berlin', '2026-03-26T23:30:00.000Z', '2026-03-31T21:59:59.999Z', 'from after midnight there'],
    ['Europe/Berlin', '2026-10-22T22:30:00.000Z', '2026-10-27T22:59:59.999Z', 'from after midnight there'],
    ['Africa/Cairo', '2026-04-22T12:00:00.000Z', '2026-04-24T20:59:59.999Z', 'to a day that begins at one o’clock'],
    ['Pacific/Apia', '2026-10-01T12:00:00.000Z', '2026-10-06T10:59:59.999Z', 'on the other side of the date line'],
  ]
  for (const [zone, at, dueAt, why] of orders) {
    t.match(deadlineAfter(calendar, zone, 2, at), { dueAt, provisional: false }, `${zone} ${why}`)
  }
})

t.test('a deadline counted anew from its own basis stays, and the time that the clock stood comes on top', async () => {
  const instants = fc.integer({ min: 0, max: 700 * 24 }).map((h) => new Date(Date.UTC(2026, 0, 1, h)).toISOString())
  const counts = fc.integer({ min: 1, max: 200 })
  const stood = fc.integer({ min: 0, max: 400 * 86_400_000 })
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), instants, counts, stood, (zone, at, n, stoodMs) => {
      const first = deadlineAfter(calendar, zone, n, at)
      const again = recount(calendar, zone, { ...first.basis, stoodMs })
      return (
        first.basis.from === localDate(at, zone) &&
        localDate(first.dueAt, zone) === addWorkingDays(calendar, first.basis.from, n).date &&
        Date.parse(again.dueAt) - Date.parse(first.dueAt) === stoodMs &&
        again.provisional === first.provisional &&
        again.basis.calendar === first.basis.calendar
      )
    }),
  )
})

t.test('one more day off moves a deadline that is counted over it by at least a day, and no other', async () => {
  const days = fc.integer({ min: 0, max: 500 }).map((k) => addDays('2026-01-05', k))
  fc.assert(
    fc.property(days, fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 60 }), (from, k, n) => {
      const added = addDays(from, k)
      const more = createCalendar(yearsOf([...calendar.days.values(), ...off(added)]))
      const before = addWorkingDays(calendar, from, n).date
      const after = addWorkingDays(more, from, n).date
      const isWorked = !calendar.days.has(added) && ![0, 6].includes(new Date(`${added}T00:00:00Z`).getUTCDay())
      return isWorked && added > from && added <= before ? after > before : after === before
    }),
  )
})
