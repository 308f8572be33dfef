import fc from 'fast-check'
import { DateTime } from 'luxon'
import {
  addDays,
  daysBetween,
  endOfDay,
  isDate,
  isTimeZone,
  localDate,
  startOfDay,
} from '../../src/domain/time/zone.js'
import { t } from '../helpers/tap.js'

const ZONES = [
  ...[
    'Asia/Shanghai',
    'UTC',
    'America/Chicago',
    'America/New_York',
    'America/Sao_Paulo',
    'America/Havana',
    'Asia/Beirut',
  ],
  ...[
    'America/St_Johns',
    'America/Nuuk',
    'Africa/Casablanca',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Kiritimati',
  ],
]
const date = fc
  .date({ min: new Date('1971-01-02'), max: new Date('2060-12-30'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10))

t.test('a time zone is a name of the IANA database', async (t) => {
  for (const name of ZONES) t.equal(isTimeZone(name), true, name)
  for (const name of ['', 'Mars/Olympus', '+08:00', '8', 'local', 'system', 'Asia/Shanghai ', 'UTC+8', 'Asia/../x']) {
    t.equal(isTimeZone(name), false, `${JSON.stringify(name)} is none`)
  }
})

t.test('a date is a real day, written in full', async (t) => {
  for (const text of ['2026-02-28', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])
    t.equal(isDate(text), true, text)
  const wrong = [
    '2026-02-30',
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-04-31',
    '0000-01-01',
  ]
  for (const text of [
    ...wrong,
    '',
    '2026-1-1',
    '20260101',
    '2026-01-01T00:00:00Z',
    '2026-01-01\n',
    ' 2026-01-01',
    '２０２６-01-01',
  ]) {
    t.equal(isDate(text), false, `${JSON.stringify(text)} is none`)
  }
})

t.test('the date at an instant depends on the zone', async (t) => {
  t.equal(localDate('2026-12-31T15:59:59.999Z', 'Asia/Shanghai'), '2026-12-31')
  t.equal(localDate('2026-12-31T16:00:00.000Z', 'Asia/Shanghai'), '2027-01-01')
  t.equal(localDate('2026-12-31T16:00:00Z', 'America/Chicago'), '2026-12-31')
  t.equal(localDate('2027-01-01T00:30:00+08:00', 'UTC'), '2026-12-31')
  t.equal(localDate('2027-01-01t00:30:00.5z', 'UTC'), '2027-01-01')
})

t.test('what is not an instant, a date or a zone is refused', async (t) => {
  for (const text of [
    '',
    '2026-12-31',
    '2026-12-31T10:00:00',
    '2026-02-30T10:00:00Z',
    '2026-12-31T25:00:00Z',
    'now',
    '2026-W01',
  ]) {
    t.throws(() => localDate(text, 'UTC'), RangeError, `${text} is no instant`)
  }
  for (const name of ['', 'Mars/Olympus', '+08:00', 'local']) {
    t.throws(() => localDate('2026-12-31T10:00:00Z', name), RangeError, `${name} is no zone`)
    t.throws(() => endOfDay('2026-12-31', name), RangeError)
    t.throws(() => startOfDay('2026-12-31', name), RangeError)
  }
  for (const text of ['2026-02-30', '', '2026-12-31T00:00:00Z']) {
    t.throws(() => endOfDay(text, 'UTC'), RangeError, `${text} is no date`)
    t.throws(() => startOfDay(text, 'UTC'), RangeError)
    t.throws(() => addDays(text, 1), RangeError)
    t.throws(() => daysBetween('2026-01-01', text), RangeError)
    t.throws(() => daysBetween(text, '2026-01-01'), RangeError)
  }
  t.throws(() => endOfDay('9999-12-31', 'America/Chicago'), RangeError, 'its end is in the year 10000')
})

t.test('a day in China ends at 15:59:59.999Z', async (t) => {
  t.equal(endOfDay('2026-12-31', 'Asia/Shanghai'), '2026-12-31T15:59:59.999Z')
  t.equal(startOfDay('2026-12-31', 'Asia/Shanghai'), '2026-12-30T16:00:00.000Z')
  t.equal(endOfDay('9999-12-31', 'Asia/Shanghai'), '9999-12-31T15:59:59.999Z')
})

t.test('days on which clocks are moved begin and end where they should', async (t) => {
  const days: [string, string, string, string, string][] = [
    ['America/Chicago', '2026-03-08', '2026-03-08T06:00:00.000Z', '2026-03-09T04:59:59.999Z', '23 hours'],
    ['America/Chicago', '2026-11-01', '2026-11-01T05:00:00.000Z', '2026-11-02T05:59:59.999Z', '25 hours'],
    [
      'Asia/Shanghai',
      '1988-04-17',
      '1988-04-16T16:00:00.000Z',
      '1988-04-17T14:59:59.999Z',
      'summer time of 1988 begins',
    ],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', '2018-11-05T01:59:59.999Z', 'begins at 01:00'],
    ['America/Sao_Paulo', '2018-11-03', '2018-11-03T03:00:00.000Z', '2018-11-04T02:59:59.999Z', 'is followed by 01:00'],
    ['America/Sao_Paulo', '2018-02-17', '2018-02-17T02:00:00.000Z', '2018-02-18T02:59:59.999Z', '23:00 to 24:00 twice'],
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z', '2026-11-02T04:59:59.999Z', '00:00 to 01:00 twice'],
    ['America/Nuuk', '2024-03-30', '2024-03-30T02:00:00.000Z', '2024-03-31T00:59:59.999Z', 'has no hour after 23:00'],
    ['America/Toronto', '1919-03-30', '1919-03-30T05:00:00.000Z', '1919-03-31T04:29:59.999Z', 'ends at 23:30'],
    ['America/Toronto', '1919-03-31', '1919-03-31T04:30:00.000Z', '1919-04-01T03:59:59.999Z', 'begins at 00:30'],
    ['America/St_Johns', '2010-11-06', '2010-11-06T02:30:00.000Z', '2010-11-07T03:29:59.999Z', 'returns after 00:01'],
  ]
  for (const [zone, day, start, end, why] of days) {
    t.equal(startOfDay(day, zone), start, `${zone} ${day} begins (${why})`)
    t.equal(endOfDay(day, zone), end, `${zone} ${day} ends (${why})`)
  }
  t.equal(
    endOfDay('2011-12-30', 'Pacific/Apia'),
    endOfDay('2011-12-29', 'Pacific/Apia'),
    'a day that was left out ends before it began',
  )
  t.equal(startOfDay('2011-12-30', 'Pacific/Apia'), startOfDay('2011-12-31', 'Pacific/Apia'))
})

t.test('a day begins and ends on its own date, and the milliseconds outside are of other dates', async () => {
  fc.assert(
    fc.property(date, fc.constantFrom(...ZONES), (day, zone) => {
      const [start, end] = [Date.parse(startOfDay(day, zone)), Date.parse(endOfDay(day, zone))]
      const dateAt = (time: number) => localDate(new Date(time).toISOString(), zone)
      return (
        dateAt(start) === day && dateAt(end) === day && dateAt(start - 1) < day && dateAt(end + 1) > day && start < end
      )
    }),
    { numRuns: 1000 },
  )
})

t.test('the end of an ordinary day reads 23:59:59.999 on the clocks of the zone', async () => {
  fc.assert(
    fc.property(date, fc.constantFrom('Asia/Shanghai', 'America/Chicago', 'UTC', 'Asia/Kathmandu'), (day, zone) => {
      return (
        DateTime.fromISO(endOfDay(day, zone), { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS") === `${day}T23:59:59.999`
      )
    }),
  )
})

t.test('days are added and counted on the calendar, whatever clocks do', async (t) => {
  t.equal(addDays('2026-12-31', 1), '2027-01-01')
  t.equal(addDays('2024-02-28', 1), '2024-02-29')
  t.equal(addDays('2026-01-01', -1), '2025-12-31')
  t.equal(addDays('2026-01-01', 0), '2026-01-01')
  t.equal(daysBetween('2026-01-01', '2027-01-01'), 365)
  t.equal(daysBetween('2026-03-02', '2026-03-01'), -1)
  for (const n of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9, -1e9, 1e300])
    t.throws(() => addDays('2026-01-01', n), RangeError)
  t.throws(() => addDays('9999-12-31', 1), RangeError)
  t.throws(() => addDays('0001-01-01', -1), RangeError)
  fc.assert(
    fc.property(date, fc.integer({ min: -20_000, max: 20_000 }), (day, n) => daysBetween(day, addDays(day, n)) === n),
  )
})
