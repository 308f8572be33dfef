import { createDateReader, endOf, isDateFormat, type ReadDate } from '../../src/import/dates.js'
import { t } from '../helpers/tap.js'

const read = (formats: string[], zone: string, text: string) => createDateReader(formats, zone)(text)
const at = (formats: string[], zone: string, text: string) => (read(formats, zone, text) as ReadDate).at

t.test('a time without an offset is a wall time of the zone, one with an offset is not', async (t) => {
  const cases: [string, string, string, string][] = [
    ['iso', 'Asia/Shanghai', '2025-03-01T08:30:00', '2025-03-01T00:30:00.000Z'],
    ['iso', 'Asia/Shanghai', '2025-03-01 08:30', '2025-03-01T00:30:00.000Z'],
    ['iso', 'Asia/Shanghai', '2025-03-01T08:30:00.5', '2025-03-01T00:30:00.500Z'],
    ['iso', 'Asia/Shanghai', '2025-03-01T08:30:00Z', '2025-03-01T08:30:00.000Z'],
    ['iso', 'Asia/Shanghai', '2025-03-01T08:30:00-05:00', '2025-03-01T13:30:00.000Z'],
    ['iso', 'Asia/Shanghai', '2025-03-01T08:30:00+0800', '2025-03-01T00:30:00.000Z'],
    ['iso', 'America/Chicago', '2021-07-01T12:00:00', '2021-07-01T17:00:00.000Z'],
    ['iso', 'America/Chicago', '2021-12-01T12:00:00', '2021-12-01T18:00:00.000Z'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", 'America/New_York', '2016-07-11T17:00:00.000Z', '2016-07-11T21:00:00.000Z'],
    ['yyyy/M/d H:mm', 'Asia/Shanghai', '2025/3/1 8:30', '2025-03-01T00:30:00.000Z'],
    ['yyyy-MM-dd HH:mm ZZ', 'Asia/Shanghai', '2025-03-01 08:30 +01:00', '2025-03-01T07:30:00.000Z'],
    ['M/d/yyyy h:mm a', 'America/Chicago', '7/1/2021 1:05 PM', '2021-07-01T18:05:00.000Z'],
  ]
  for (const [format, zone, text, expected] of cases)
    t.equal(at([format], zone, text), expected, `${text} as ${format}`)
})

t.test('a day without a time begins with its first moment and ends with its last', async (t) => {
  for (const [format, text] of [
    ['iso', '2025-03-01'],
    ['yyyy/M/d', '2025/3/1'],
    ["yyyy'年'M'月'd'日'", '2025年3月1日'],
    ['yyyyMMdd', '20250301'],
  ] as const) {
    const day = read([format], 'Asia/Shanghai', text) as ReadDate
    t.same(day, { at: '2025-02-28T16:00:00.000Z', day: '2025-03-01', isAmbiguous: false }, text)
    t.equal(endOf(day, 'Asia/Shanghai'), '2025-03-01T15:59:59.999Z')
  }
  const moment = read(['iso'], 'Asia/Shanghai', '2025-03-01T08:30:00') as ReadDate
  t.equal(endOf(moment, 'Asia/Shanghai'), moment.at, 'a time is its own end')
})

t.test('formats are tried in order', async (t) => {
  const mixed = createDateReader(['yyyy-MM-dd', 'yyyy/M/d', 'iso'], 'Asia/Shanghai')
  for (const text of ['2025-03-01', '2025/3/1']) t.match(mixed(text), { day: '2025-03-01' }, text)
  t.match(mixed('2025-03-01T00:00:00+08:00'), { at: '2025-02-28T16:00:00.000Z', day: null })
  t.match(
    createDateReader(['d/M/yyyy', 'M/d/yyyy'], 'Asia/Shanghai')('3/4/2025'),
    { day: '2025-04-03' },
    'the first wins',
  )
})

t.test('what fits no format is no date', async (t) => {
  for (const text of ['', '不详', '2025-02-30', '2025-13-01', '2025-3-1', '45231', '2025-03-01T25:00', '2025-03-01x']) {
    t.equal(read(['iso'], 'Asia/Shanghai', text), 'not-a-date', text)
  }
  t.equal(read(['yyyy/M/d'], 'Asia/Shanghai', '2025/2/30'), 'not-a-date')
  t.equal(read(["yyyy-MM-dd'T'HH:mm:ss'Z'"], 'Asia/Shanghai', '2025-03-01T08:30:00'), 'not-a-date')
  for (const text of ['1899-12-30', '0001-01-01', '1899-12-31T23:59:59Z']) {
    t.equal(read(['iso'], 'UTC', text), 'too-early', text)
  }
  t.match(read(['iso'], 'UTC', '1900-01-01'), { day: '1900-01-01' })
})

t.test(
  'where the clocks are moved, a time that never was is refused and one that came twice is pointed out',
  async (t) => {
    t.equal(read(['iso'], 'America/Chicago', '2021-03-14T02:30:00'), 'no-such-time')
    t.same(read(['iso'], 'America/Chicago', '2021-11-07T01:30:00'), {
      at: '2021-11-07T06:30:00.000Z',
      day: null,
      isAmbiguous: true,
    })
    for (const [text, expected] of [
      ['2021-03-14T01:59:59', '2021-03-14T07:59:59.000Z'],
      ['2021-03-14T03:00:00', '2021-03-14T08:00:00.000Z'],
      ['2021-11-07T00:59:59', '2021-11-07T05:59:59.000Z'],
      ['2021-11-07T02:00:00', '2021-11-07T08:00:00.000Z'],
      ['2021-03-13T02:30:00', '2021-03-13T08:30:00.000Z'],
    ] as const) {
      t.same(read(['iso'], 'America/Chicago', text), { at: expected, day: null, isAmbiguous: false }, text)
    }
  },
)

t.test('a format gives year, month and day', async (t) => {
  for (const format of ['iso', 'yyyy-MM-dd', 'd.M.yy', "yyyy'年'M'月'd'日'", 'dd LLL yyyy'])
    t.ok(isDateFormat(format), format)
  for (const format of ['', 'MM-dd', 'HH:mm', 'yyyy', "'yyyy-MM-dd'", 'ISO']) t.notOk(isDateFormat(format), format)
})
