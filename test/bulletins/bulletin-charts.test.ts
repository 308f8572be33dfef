import { XMLParser } from 'fast-xml-parser'
import { chartsOf } from '../../src/bulletins/charts.js'
import type { Content } from '../../src/bulletins/content-schema.js'
import { ticksOf } from '../../src/bulletins/drawing.js'
import { t } from '../helpers/tap.js'

type Day = Content['series'][number]

const OVERDUE_BY_AGE = { d1to7: 4, d8to30: 0, d31to90: 12, over90: 3 }

function contentOf(days: number, more: object = {}): Content {
  const series = Array.from({ length: days }, (_, k): Day => {
    const date = `2026-${String((Math.floor(k / 28) % 12) + 1).padStart(2, '0')}-${String((k % 28) + 1).padStart(2, '0')}`
    return { date, open: 10 + k, overdue: k % 3, listed: 2, reopened: 1, closed: k % 2 }
  })
  const figures = { overdue: 19, overdueByAge: OVERDUE_BY_AGE }
  return { series, units: [], areas: [], figures, ...more } as unknown as Content
}

function standing(rank: number | null, name: string | null, numerator: number, denominator: number) {
  return { rank, name, key: 'key', rates: { closure: { numerator, denominator, value: numerator / denominator } } }
}

/** The elements of a name, with their attributes as numbers where they are some, and their text. */
function elements(svg: string, name: string): Record<string, string | number>[] {
  const options = { ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: true, htmlEntities: true }
  const found = new XMLParser(options).parse(svg, true).svg[name] ?? []
  return Array.isArray(found) ? found : [found]
}

const textsOf = (svg: string) => elements(svg, 'text').map((one) => String(one['#text']))

/** The values of a chart’s bars, as a reader takes them: by the numbers beside the scale. */
function readBars(svg: string): number[] {
  const marks = elements(svg, 'text').filter(({ 'text-anchor': anchor }) => anchor === 'end')
  const [zero = 0, most = 0] = [marks[0]?.y, marks.at(-1)?.y].map(Number)
  const unit = (zero - most) / Number(marks.at(-1)?.['#text'])
  return elements(svg, 'rect')
    .filter(({ height }) => height !== 8)
    .map(({ y, height }) => {
      t.ok(Math.abs(Number(y) + Number(height) - zero) < 0.1, 'it stands on the axis')
      return Math.round(((zero - Number(y)) / unit) * 10) / 10
    })
}

t.test('the days’ charts have a bar or a point for each day, and as many dates as there is room for', async (t) => {
  for (const days of [1, 7, 31, 92, 366]) {
    const { open, flow } = chartsOf(contentOf(days), 'zh-CN')
    for (const svg of [open, flow]) {
      const dates = textsOf(svg).filter((one) => /^\d\d-\d\d$/.test(one))
      t.ok(dates.length >= Math.min(days, 7) && dates.length <= 16, `${dates.length} dates of ${days} days`)
      t.equal(dates[0], '01-01')
    }
    const bars = elements(flow, 'rect').filter(({ height }) => height !== 8)
    t.equal(bars.length, days + Math.floor(days / 2), 'nothing is drawn where nothing was')
    for (const { x, width } of bars) t.ok(Number(x) >= 48 && Number(x) + Number(width) <= 668)
    if (days === 1) t.equal(elements(open, 'circle').length, 2, 'a single day is a point')
    else t.match(open.match(/d="M[^"]*"/g)?.filter((path) => path.split('L').length === days).length, 2)
    t.same(
      textsOf(flow).filter((one) => /新增|销号/.test(one)),
      ['销号', '新增'],
    )
  }
})

t.test('a bar is as high as its value, against the numbers beside it', async (t) => {
  const { ages } = chartsOf(contentOf(1), 'en')
  t.same(readBars(ages), Object.values(OVERDUE_BY_AGE))
  t.same(readBars(chartsOf(contentOf(3), 'en').flow), [3, 3, 3, 1])
  for (const said of ['1–7 days', 'over 90 days', '12', '4', '3', '0']) t.ok(textsOf(ages).includes(said), said)
  const nobody = { figures: { overdue: 0, overdueByAge: OVERDUE_BY_AGE } }
  t.equal(chartsOf(contentOf(1, nobody), 'zh-CN').ages, '', 'nothing is overdue')
})

t.test('rates stand in their order with their names, which nothing in them can break', async (t) => {
  const long = '阜阳市公安局交通警察支队颍上县大队第三中队管辖路段整治办'
  const units = [
    standing(1, '<甲>"&\'', 14, 15),
    standing(2, long, 1, 2),
    standing(3, null, 0, 4),
    standing(null, '无', 1, 1),
  ]
  const { rates } = chartsOf(contentOf(1, { units }), 'zh-CN')
  const [first, second, third] = textsOf(rates).filter((one) => !/^\d+ %$/.test(one) && !/\u00a0%/.test(one))
  t.same([first, third], ['<甲>"&\'', 'key'])
  t.match(second, /^阜阳市.*…$/)
  t.same(
    elements(rates, 'rect').map(({ width }) => Math.round(Number(width) / 4.1)),
    [93, 50, 0],
  )
  for (const said of ['93.3\u00a0%', '50.0\u00a0%', '0.0\u00a0%']) t.ok(textsOf(rates).includes(said), said)
  t.equal(chartsOf(contentOf(1, { units: units.slice(0, 1) }), 'zh-CN').rates, '', 'one is no comparison')
})

t.test('a scale is of whole numbers at round distances, and ends above the greatest value', async (t) => {
  for (const most of [0, 1, 4, 5, 9, 12, 38, 99, 101, 999, 12_345]) {
    const ticks = ticksOf([most, 0])
    t.equal(ticks[0], 0)
    t.ok((ticks.at(-1) ?? 0) >= Math.max(most, 1) && ticks.length >= 2 && ticks.length <= 9, `${most}: ${ticks}`)
    t.ok(ticks.every(Number.isInteger), `${ticks}`)
  }
})
