import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  addWorkingDays,
  type CalendarDay,
  calendarVersion,
  calendarYears,
  countWorkingDays,
  createCalendar,
  explainWorkingDays,
  isCountedByLaw,
  isCountedOtherwise,
  isWorkingDay,
  MAX_WORKING_DAYS,
  versionsOf,
} from '../../src/domain/time/calendar.js'
import { statutoryHolidays } from '../../src/domain/time/statutory.js'
import { addDays } from '../../src/domain/time/zone.js'
import { yearsOf } from '../helpers/calendar.js'
import { t } from '../helpers/tap.js'

const published = readFileSync(new URL('../../../migrations/reference/holidays.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line): CalendarDay => {
    const [day = '', name = '', kind = ''] = line.split(',')
    return { date: day, name, kind: kind as CalendarDay['kind'] }
  })
const calendar = createCalendar(yearsOf(published))
const noDays = createCalendar([])

const date = fc.integer({ min: 0, max: 3500 }).map((n) => addDays('2019-06-01', n))
const count = fc.integer({ min: 1, max: 300 })

t.test('a calendar knows the years that were published', async (t) => {
  t.same([...calendar.years.keys()], [2020, 2021, 2022, 2023, 2024, 2025, 2026])
  t.equal(noDays.years.size, 0)
  for (const day of ['2026-02-30', '2025-12-31', '', '2027-01-01']) {
    const year = { year: 2026, version: 'v1', days: [{ date: day, kind: 'off' as const, name: '' }] }
    t.throws(() => createCalendar([year]), RangeError, `${day} is no date of 2026`)
  }
})

t.test('of two entries for one date the later one holds', async (t) => {
  const [off, work] = (['off', 'work'] as const).map((kind) => ({ date: '2026-03-02', kind, name: '' })) as [
    CalendarDay,
    CalendarDay,
  ]
  t.equal(isWorkingDay(createCalendar(yearsOf([work, off])), off.date), false)
  t.equal(isWorkingDay(createCalendar(yearsOf([off, work])), off.date), true)
})

t.test('holidays are off, make-up weekends are worked, and the rest is Monday to Friday', async (t) => {
  const days: [string, boolean, string][] = [
    ['2026-03-02', true, 'Monday'],
    ['2026-03-06', true, 'Friday'],
    ['2026-03-07', false, 'Saturday'],
    ['2026-03-08', false, 'Sunday'],
    ['2024-02-04', true, 'Sunday worked for Spring Festival 2024'],
    ['2024-02-09', true, 'the eve of 2024 was left to employers'],
    ['2024-02-12', false, 'Spring Festival 2024'],
    ['2024-02-18', true, 'Sunday worked for Spring Festival 2024'],
    ['2024-10-07', false, 'National Day 2024'],
    ['2024-10-12', true, 'Saturday worked for National Day 2024'],
    ['2025-01-26', true, 'Sunday worked for Spring Festival 2025'],
    ['2025-01-28', false, 'the eve of 2025'],
    ['2025-10-08', false, 'National Day and Mid-Autumn 2025'],
    ['2025-10-11', true, 'Saturday worked for National Day 2025'],
    ['2026-01-04', true, 'Sunday worked for New Year 2026'],
    ['2026-02-14', true, 'Saturday worked for Spring Festival 2026'],
    ['2026-02-23', false, 'Spring Festival 2026'],
    ['2026-10-07', false, 'National Day 2026'],
    ['2026-10-10', true, 'Saturday worked for National Day 2026'],
    ['2027-01-01', false, 'not published yet, but New Year’s Day by law'],
    ['2027-01-02', false, 'not published yet: a Saturday like others'],
    ['2027-01-05', true, 'not published yet: a Tuesday like others'],
    ['2022-12-31', false, 'named by the notice for 2023'],
    ['1999-12-31', true, 'a Friday before the first year'],
  ]
  for (const [day, works, why] of days) t.equal(isWorkingDay(calendar, day), works, `${day} ${why}`)
  t.throws(() => isWorkingDay(calendar, '2026-02-30'), RangeError)
})

t.test('a published year has as many working days as the law leaves', async (t) => {
  t.equal(countWorkingDays(calendar, '2023-12-31', '2024-12-31'), 366 - 104 - 11)
  t.equal(countWorkingDays(calendar, '2024-12-31', '2025-12-31'), 365 - 104 - 13)
  t.equal(countWorkingDays(calendar, '2025-12-31', '2026-12-31'), 365 - 104 - 13)
})

t.test('the day of the order does not count, and holidays are passed over', async (t) => {
  const orders: [string, number, string, string][] = [
    ['2026-03-02', 1, '2026-03-03', 'the next day'],
    ['2026-03-06', 1, '2026-03-09', 'over a weekend'],
    ['2026-03-07', 1, '2026-03-09', 'from a Saturday'],
    ['2024-02-08', 2, '2024-02-18', 'over Spring Festival 2024 to a Sunday that is worked'],
    ['2024-09-27', 3, '2024-10-08', 'over National Day 2024, with Sunday 29 September worked'],
    ['2025-01-24', 3, '2025-02-05', 'over Spring Festival 2025, with Sunday 26 January worked'],
    ['2025-09-26', 5, '2025-10-10', 'over National Day 2025, with Sunday 28 September worked'],
    ['2026-02-12', 3, '2026-02-24', 'over Spring Festival 2026, with Saturday 14 February worked'],
    ['2026-09-30', 3, '2026-10-10', 'over National Day 2026 to a Saturday that is worked'],
    ['2026-12-30', 1, '2026-12-31', 'to the last published day'],
  ]
  for (const [from, n, to, why] of orders)
    t.same(addWorkingDays(calendar, from, n), { date: to, provisional: false }, why)
})

t.test('a date is provisional as soon as the count touches a year that is not published', async (t) => {
  t.same(addWorkingDays(calendar, '2026-12-30', 2), { date: '2027-01-04', provisional: true })
  t.same(addWorkingDays(calendar, '2026-12-31', 1), { date: '2027-01-04', provisional: true })
  t.same(addWorkingDays(calendar, '2026-12-21', 15), { date: '2027-01-12', provisional: true })
  t.same(addWorkingDays(calendar, '2019-12-31', 1), { date: '2020-01-02', provisional: false }, 'only later days count')
  t.same(addWorkingDays(calendar, '2019-12-30', 2), { date: '2020-01-02', provisional: true })
  t.same(addWorkingDays(noDays, '2026-03-02', 1), { date: '2026-03-03', provisional: true })
})

t.test('a year between others that was not published makes what is counted over it provisional', async (t) => {
  const days = (year: number): CalendarDay[] => [{ date: `${year}-01-01`, kind: 'off', name: '元旦' }]
  const gap = createCalendar(yearsOf([...days(2026), ...days(2028)]))
  t.equal(addWorkingDays(gap, '2026-12-01', 5).provisional, false)
  t.equal(addWorkingDays(gap, '2026-12-30', 5).provisional, true)
  t.equal(addWorkingDays(gap, '2026-12-30', 280).provisional, true, 'into a year that was')
  t.equal(addWorkingDays(gap, '2027-12-31', 5).provisional, false)
})

t.test('in a year that is not published the holidays by law are off, whatever the notice will add', async (t) => {
  const orders: [string, number, string, string][] = [
    ['2026-11-30', 24, '2027-01-04', 'over New Year’s Day, a Friday'],
    ['2027-02-04', 1, '2027-02-09', 'over Spring Festival, from its eve on a Friday to Monday the third'],
    ['2027-04-02', 1, '2027-04-06', 'over Qingming, a Monday'],
    ['2027-04-30', 1, '2027-05-03', 'over 1 and 2 May, a weekend'],
    ['2027-06-08', 1, '2027-06-10', 'over Duanwu, a Wednesday'],
    ['2027-09-14', 1, '2027-09-16', 'over Mid-Autumn, a Wednesday'],
    ['2027-09-30', 1, '2027-10-04', 'over the first three days of October'],
    ['2028-01-24', 1, '2028-01-31', 'over Spring Festival 2028, from Tuesday to Friday, and a weekend'],
    ['2033-01-28', 1, '2033-02-03', 'over Spring Festival 2033, with a leap month that year'],
  ]
  for (const [from, n, to, why] of orders)
    t.same(addWorkingDays(calendar, from, n), { date: to, provisional: true }, why)
  t.match(explainWorkingDays(calendar, '2026-12-31', 1)[0], { date: '2027-01-01', kind: 'holiday', name: '元旦' })
  t.match(explainWorkingDays(calendar, '2026-12-30', 1), [{ date: '2026-12-31' }])
  const own = createCalendar(yearsOf([{ date: '2027-01-04', kind: 'off', name: '元旦' }]))
  t.same(
    addWorkingDays(own, '2026-12-31', 1),
    { date: '2027-01-01', provisional: false },
    'a published year is as it is published',
  )
})

/**
 * Spring Festival, Qingming, Duanwu and Mid-Autumn by the tables of another library (chinese-days 1.5.7), which two others agree with
 * up to 2100. The calendar of ICU has some of them a day off.
 */
const ALMANAC = [
  '2025 01-29 04-04 05-31 10-06',
  '2026 02-17 04-05 06-19 09-25',
  '2027 02-06 04-05 06-09 09-15',
  '2028 01-26 04-04 05-28 10-03',
  '2029 02-13 04-04 06-16 09-22',
  '2030 02-03 04-05 06-05 09-12',
  '2031 01-23 04-05 06-24 10-01',
  '2032 02-11 04-04 06-12 09-19',
  '2033 01-31 04-04 06-01 09-08',
  '2034 02-19 04-05 06-20 09-27',
  '2035 02-08 04-05 06-10 09-16',
  '2036 01-28 04-04 05-30 10-04',
  '2037 02-15 04-04 06-18 09-24',
  '2038 02-04 04-05 06-07 09-13',
  '2039 01-24 04-05 05-27 10-02',
  '2040 02-12 04-04 06-14 09-20',
  '2041 02-01 04-04 06-03 09-10',
  '2042 01-22 04-04 06-22 09-28',
  '2043 02-10 04-05 06-11 09-17',
  '2044 01-30 04-04 05-31 10-05',
  '2045 02-17 04-04 06-19 09-25',
  '2046 02-06 04-04 06-08 09-15',
  '2047 01-26 04-05 05-29 10-04',
  '2048 02-14 04-04 06-15 09-22',
  '2049 02-02 04-04 06-04 09-11',
  '2050 01-23 04-04 06-23 09-30',
]

t.test(
  'the holidays by law are off in the years that were published since, and are where almanacs put them',
  async (t) => {
    const off = new Map(published.filter(({ kind }) => kind === 'off').map(({ date: day, name }) => [day, name]))
    for (const year of [2025, 2026]) {
      const days = statutoryHolidays(year)
      t.equal(days.size, 13)
      for (const [day, name] of days) t.ok(off.get(day)?.includes(name.slice(0, 2)), `${day} ${name} ${off.get(day)}`)
    }
    t.equal(statutoryHolidays(2024).size, 0, 'before the law')
    t.equal(statutoryHolidays(2101).size, 0, 'farther than was compared')
    for (const line of ALMANAC) {
      const [year, springFestival, qingming, duanwu, midAutumn] = line.split(' ')
      const days = [...statutoryHolidays(Number(year))]
      const of = (name: string) => days.filter((one) => one[1].includes(name)).map(([day]) => day.slice(5))
      t.equal(of('春节')[1], springFestival, `Spring Festival ${year}`)
      t.equal(of('春节').length, 4)
      t.same(of('清明节'), [qingming], `Qingming ${year}`)
      t.same(of('端午节'), [duanwu], `Duanwu ${year}`)
      t.same(of('中秋节'), [midAutumn], `Mid-Autumn ${year}`)
      t.same(of('国庆节'), ['10-01', '10-02', '10-03'])
    }
  },
)

t.test('a count that was made without the holidays by law is explained as it was made', async (t) => {
  const before = createCalendar(yearsOf(published), false)
  const { date: day } = addWorkingDays(before, '2026-11-30', 24)
  t.equal(day, '2027-01-01')
  const text = calendarVersion(before, '2026-11-30', day)
  t.match(text, /2027:none$/)
  t.equal(isCountedByLaw(text), false)
  t.equal(isCountedByLaw(calendarVersion(calendar, '2026-11-30', '2027-01-04')), true)
  t.equal(isCountedByLaw('2019:none 2020:t2020'), true, 'the law says nothing of 2019')
  t.equal(isCountedOtherwise(calendar, text, 2027), true, 'a new count is another')
  t.same(calendarYears('2027:law-2024'), [{ year: 2027, calendarVersion: null }])
  t.equal(versionsOf('2026:v1 2027:law-2024').size, 1)
})

t.test('counts and dates out of bounds are refused', async (t) => {
  for (const n of [0, -1, 1.5, MAX_WORKING_DAYS + 1, Number.NaN]) {
    t.throws(() => addWorkingDays(calendar, '2026-03-02', n), RangeError, `${n} working days`)
  }
  t.match(addWorkingDays(calendar, '2026-03-02', MAX_WORKING_DAYS), { provisional: true })
  t.throws(() => addWorkingDays(calendar, '2026-02-30', 1), RangeError)
  t.throws(() => addWorkingDays(calendar, '9999-12-31', 1), RangeError)
  t.throws(() => countWorkingDays(calendar, '2026-02-30', '2026-03-02'), RangeError)
  t.throws(() => countWorkingDays(calendar, '2026-03-02', '2026-02-30'), RangeError)
  t.throws(() => countWorkingDays(calendar, '0001-01-01', '9999-12-31'), RangeError)
})

t.test('working days are counted without the first day and with the last', async (t) => {
  t.equal(countWorkingDays(calendar, '2026-03-02', '2026-03-03'), 1)
  t.equal(countWorkingDays(calendar, '2026-03-06', '2026-03-08'), 0)
  t.equal(countWorkingDays(calendar, '2026-03-02', '2026-03-02'), 0)
  t.equal(countWorkingDays(calendar, '2026-03-03', '2026-03-02'), 0, 'nothing lies between a day and an earlier one')
})

t.test('adding and counting are inverse, and never end on a day off', async () => {
  fc.assert(
    fc.property(date, count, (from, n) => {
      const { date: to } = addWorkingDays(calendar, from, n)
      return (
        countWorkingDays(calendar, from, to) === n &&
        countWorkingDays(calendar, from, addDays(to, -1)) === n - 1 &&
        isWorkingDay(calendar, to)
      )
    }),
  )
})

t.test('more days never end earlier, nor does a later order', async () => {
  fc.assert(
    fc.property(date, date, count, (a, b, n) => {
      const [earlier, later] = a < b ? [a, b] : [b, a]
      const end = addWorkingDays(calendar, earlier, n).date
      return end < addWorkingDays(calendar, earlier, n + 1).date && end <= addWorkingDays(calendar, later, n).date
    }),
  )
})

t.test('a count survives a calendar in which hardly a day is worked', async () => {
  const day = fc.record({ date: date, kind: fc.constantFrom('off' as const, 'work' as const), name: fc.constant('') })
  fc.assert(
    fc.property(fc.array(day, { maxLength: 400 }), date, count, (days, from, n) => {
      const own = createCalendar(yearsOf(days))
      const { date: to } = addWorkingDays(own, from, n)
      return isWorkingDay(own, to) && countWorkingDays(own, from, to) === n
    }),
    { numRuns: 50 },
  )
})

t.test('a count names the version of every year that it came through, and of no other', async (t) => {
  const version = (year: number) => calendar.years.get(year)
  const counts: [string, string, string][] = [
    ['2026-03-02', '2026-03-03', `2026:${version(2026)}`],
    ['2025-12-31', '2026-01-05', `2026:${version(2026)}`],
    ['2025-12-30', '2026-01-05', `2025:${version(2025)} 2026:${version(2026)}`],
    ['2026-12-30', '2028-01-03', `2026:${version(2026)} 2027:law-2024 2028:law-2024`],
    ['2019-12-30', '2020-01-02', `2019:none 2020:${version(2020)}`],
  ]
  for (const [from, to, expected] of counts) t.equal(calendarVersion(calendar, from, to), expected)
})

t.test('a count over Spring Festival 2026 is explained day by day', async (t) => {
  t.same(
    explainWorkingDays(calendar, '2026-02-12', 3).map(({ date: day, kind, n }) => `${day} ${kind} ${n}`),
    [
      ...['2026-02-13 working 1', '2026-02-14 makeUp 2'],
      ...['15', '16', '17', '18', '19', '20', '21', '22', '23'].map((d) => `2026-02-${d} holiday null`),
      '2026-02-24 working 3',
    ],
  )
  t.match(explainWorkingDays(calendar, '2026-02-12', 3)[1], { name: '春节' })
  t.match(explainWorkingDays(calendar, '2026-03-06', 1)[0], {
    date: '2026-03-07',
    kind: 'weekend',
    name: null,
    n: null,
  })
  t.throws(() => explainWorkingDays(calendar, '2026-02-12', 0), RangeError)
})

t.test('the explanation of a count agrees with the count, whatever the calendar', async () => {
  const day = fc.record({ date: date, kind: fc.constantFrom('off' as const, 'work' as const), name: fc.string() })
  fc.assert(
    fc.property(fc.array(day, { maxLength: 200 }), date, count, (days, from, n) => {
      const own = createCalendar(yearsOf(days))
      const explained = explainWorkingDays(own, from, n)
      const counted = explained.filter((one) => one.n !== null)
      return (
        explained.at(-1)?.date === addWorkingDays(own, from, n).date &&
        explained.every((one, k) => one.date === addDays(from, k + 1)) &&
        counted.every((one, k) => one.n === k + 1) &&
        counted.length === n &&
        explained.every((one) => isWorkingDay(own, one.date) === (one.n !== null)) &&
        explained.every(
          (one) =>
            (one.kind === 'holiday' || one.kind === 'makeUp') === (own.days.has(one.date) || isLawful(own, one.date)),
        )
      )
    }),
    { numRuns: 100 },
  )
})

function isLawful({ years }: typeof calendar, day: string): boolean {
  const year = Number(day.slice(0, 4))
  return !years.has(year) && statutoryHolidays(year).has(day)
}

t.test('only a change of a year that a count names can move it', async () => {
  const year = fc.integer({ min: 2020, max: 2028 })
  const change = fc.array(fc.integer({ min: 0, max: 360 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(year, change, date, count, (changed, offsets, from, n) => {
      const before = addWorkingDays(calendar, from, n).date
      const named = calendarVersion(calendar, from, before).includes(`${changed}:`)
      const days = offsets.map((k): CalendarDay => ({ date: addDays(`${changed}-01-01`, k), kind: 'off', name: '' }))
      const others = published.filter((day) => !day.date.startsWith(`${changed}-`))
      const after = createCalendar(yearsOf([...others, ...days]))
      return named || addWorkingDays(after, from, n).date === before
    }),
  )
})
