import fc from 'fast-check'
import { type BulletinKind, documentNumber, latestScheduled, periodOf } from '../../src/domain/report/bulletin.js'
import type { BulletinTimes } from '../../src/domain/rules.js'
import { createCalendar } from '../../src/domain/time/calendar.js'
import { addDays, localDate } from '../../src/domain/time/zone.js'
import { yearsOf } from '../helpers/calendar.js'
import { t } from '../helpers/tap.js'

const ZONE = 'Asia/Shanghai'
/** Thursday. */
const TODAY = '2026-11-19'

t.test('with nothing asked for, a bulletin covers the last day, week or month that is over', async (t) => {
  const cases: Record<BulletinKind, [string, string]> = {
    daily: ['2026-11-18', '2026-11-19'],
    weekly: ['2026-11-09', '2026-11-16'],
    monthly: ['2026-10-01', '2026-11-01'],
    on_demand: ['2026-11-01', '2026-11-20'],
  }
  for (const [kind, [from, to]] of Object.entries(cases)) {
    t.strictSame(periodOf(kind as BulletinKind, {}, TODAY), { from, to }, kind)
  }
  t.strictSame(periodOf('monthly', {}, '2027-01-05'), { from: '2026-12-01', to: '2027-01-01' }, 'over the year’s end')
  t.strictSame(periodOf('on_demand', {}, '2026-11-30'), { from: '2026-11-01', to: '2026-12-01' }, 'the whole month')
})

t.test('one end of a period gives the other', async (t) => {
  const cases: [BulletinKind, { from?: string; to?: string }, string, string][] = [
    ['daily', { from: '2026-11-02' }, '2026-11-02', '2026-11-03'],
    ['daily', { to: '2026-11-02' }, '2026-11-01', '2026-11-02'],
    ['weekly', { from: '2026-11-05' }, '2026-11-05', '2026-11-12'],
    ['weekly', { to: '2026-11-05' }, '2026-10-29', '2026-11-05'],
    ['monthly', { from: '2026-09-26' }, '2026-09-26', '2026-10-26'],
    ['monthly', { to: '2026-01-01' }, '2025-12-01', '2026-01-01'],
    ['on_demand', { from: '2026-10-15' }, '2026-10-15', '2026-11-20'],
    ['on_demand', { to: '2026-11-01' }, '2026-10-01', '2026-11-01'],
  ]
  for (const [kind, asked, from, to] of cases) {
    t.strictSame(periodOf(kind, asked, TODAY), { from, to }, `${kind} ${JSON.stringify(asked)}`)
  }
})

t.test('a period that is not of its kind, or not over, is refused by name', async (t) => {
  const cases: [BulletinKind, string, string][] = [
    ['daily', '2026-11-01', '2026-11-17'],
    ['weekly', '2026-11-01', '2026-11-07'],
    ['monthly', '2026-10-01', '2026-10-31'],
    ['monthly', '2026-10-02', '2026-11-01'],
    ['monthly', '2026-08-31', '2026-10-01'],
    ['on_demand', '2025-11-18', '2026-11-20'],
    ['on_demand', '2026-11-19', '2026-11-19'],
    ['on_demand', '2026-11-20', '2026-11-19'],
    ['on_demand', '2026-11-01', '2026-11-21'],
    ['weekly', '2026-11-16', '2026-11-23'],
  ]
  for (const [kind, from, to] of cases) {
    const details = { errors: [{ pointer: '/to' }] }
    t.throws(() => periodOf(kind, { from, to }, TODAY), { code: 'invalid-request', details }, `${kind} ${from} ${to}`)
  }
  for (const day of ['29', '30', '31']) t.throws(() => periodOf('monthly', { from: `2026-01-${day}` }, TODAY), day)
  for (const day of ['29', '30', '31']) t.throws(() => periodOf('monthly', { to: `2026-03-${day}` }, TODAY), day)
  t.strictSame(periodOf('daily', { from: TODAY }, TODAY).to, '2026-11-20', 'today may be looked at')
})

/** National Day 2026 and a Saturday that is worked for it. */
const off = (date: string) => ({ date, kind: 'off' as const, name: '国庆节' })
const worked = { date: '2026-10-10', kind: 'work' as const, name: '国庆节' }
const CALENDAR = createCalendar(yearsOf([...[1, 2, 3, 4, 5, 6, 7].map((day) => off(`2026-10-0${day}`)), worked]))
const TIMES: BulletinTimes = { daily: '08:30', weekly: { weekday: 5, at: '16:00' }, monthly: { day: 3, at: '09:00' } }
const scheduled = (kind: 'daily' | 'weekly' | 'monthly', local: string, times = TIMES) =>
  latestScheduled(kind, times, CALENDAR, new Date(`${local}+08:00`).toISOString(), ZONE)

t.test('a daily dispatch falls on working days and covers the days since the one before', async (t) => {
  const cases: [string, string, string][] = [
    // now, the day on which it falls (where its period ends), the first day that it covers
    ['2026-11-19T08:30', '2026-11-19', '2026-11-18'],
    ['2026-11-19T08:29', '2026-11-18', '2026-11-17'],
    ['2026-11-16T10:00', '2026-11-16', '2026-11-13'],
    ['2026-11-15T10:00', '2026-11-13', '2026-11-12'],
    ['2026-10-08T09:00', '2026-10-08', '2026-09-30'],
    ['2026-10-05T09:00', '2026-09-30', '2026-09-29'],
    ['2026-10-12T09:00', '2026-10-12', '2026-10-10'],
  ]
  for (const [now, day, from] of cases) {
    t.strictSame(scheduled('daily', now), { day, at: '08:30', period: { from, to: day } }, now)
  }
})

t.test('weekly and monthly ones fall on their day and cover the time before it', async (t) => {
  const week = { day: '2026-11-13', at: '16:00', period: { from: '2026-11-06', to: '2026-11-13' } }
  t.strictSame(scheduled('weekly', '2026-11-19T12:00'), week)
  t.strictSame(scheduled('weekly', '2026-11-20T15:59'), week)
  t.match(scheduled('weekly', '2026-11-20T16:00'), { day: '2026-11-20' })
  const month = { day: '2026-11-03', at: '09:00', period: { from: '2026-10-01', to: '2026-11-01' } }
  t.strictSame(scheduled('monthly', '2026-11-03T09:00'), month)
  t.strictSame(scheduled('monthly', '2026-12-03T08:59'), month)
  t.match(scheduled('monthly', '2026-12-03T09:00'), { period: { from: '2026-11-01', to: '2026-12-01' } })
  const none = { daily: null, weekly: null, monthly: null }
  for (const kind of ['daily', 'weekly', 'monthly'] as const) {
    t.equal(scheduled(kind, '2026-11-19T12:00', none), undefined)
  }
})

t.test(
  'whatever the day, what is scheduled is over, is a period that may be asked for, and leaves no day out',
  async (t) => {
    const aDay = fc.integer({ min: 0, max: 800 }).map((days) => addDays('2025-06-01', days))
    fc.assert(
      fc.property(aDay, fc.constantFrom('daily', 'weekly', 'monthly'), (date, kind) => {
        const now = `${date}T04:00:00.000Z`
        const found = latestScheduled(kind, TIMES, CALENDAR, now, ZONE)
        if (found === undefined) return false
        const { day, period } = found
        const before = latestScheduled(kind, TIMES, CALENDAR, `${addDays(day, -1)}T15:00:00.000Z`, ZONE)
        const isAsked = periodOf(kind, period, localDate(now, ZONE)).to === period.to
        return day <= date && period.to <= day && isAsked && before?.period.to === period.from
      }),
    )
    t.pass()
  },
)

t.test('a document number is the pattern filled in, wherever its parts stand', async (t) => {
  t.equal(documentNumber('阜安办〔{year}〕{n}号', 2026, 12), '阜安办〔2026〕12号')
  t.equal(documentNumber('{n}/{year} ({year})', 2026, 3), '3/2026 (2026)')
})
