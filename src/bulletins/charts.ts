import { percentText } from '../domain/report/rate.js'
import { inLanguage, type Language } from '../language/language.js'
import type { Content, Standing } from './content-schema.js'
import {
  categories,
  course,
  fitting,
  heightIn,
  legend,
  line,
  type Plot,
  picture,
  plotOf,
  rect,
  scale,
  text,
  ticksOf,
} from './drawing.js'
import { BUCKET_LABELS, LABELS } from './labels.js'

export interface Charts {
  open: string
  flow: string
  /** Empty where there is nothing to draw. */
  rates: string
  ages: string
}

const COLOURS = { open: '#33588f', overdue: '#b3261e', listed: '#c98a1b', closed: '#3c7d4b' }
/** So many bars can still be told apart. */
const MAX_BARS = 25
const BAR_PX = 24

/** The charts of a bulletin as SVG text. */
export function chartsOf(content: Content, language: Language): Charts {
  const ranked = [content.units, content.areas]
    .map((rows) => rows.filter(({ rank }) => rank !== null).slice(0, MAX_BARS))
    .find((rows) => rows.length > 1)
  return {
    open: openChart(content, language),
    flow: flowChart(content, language),
    rates: ranked === undefined ? '' : ratesChart(ranked),
    ages: content.figures.overdue === 0 ? '' : agesChart(content, language),
  }
}

/** One of the things that a chart over days tells apart. */
interface Series {
  label: keyof typeof LABELS
  colour: string
  values: number[]
}

type Draw = (plot: Plot, series: readonly Series[], height: (value: number) => number) => string

function openChart({ series }: Content, language: Language): string {
  const open = { label: 'open', colour: COLOURS.open, values: series.map((day) => day.open) } as const
  const overdue = { label: 'overdueShort', colour: COLOURS.overdue, values: series.map((day) => day.overdue) } as const
  return overDays(250, series, [open, overdue], language, ({ left, right, bottom }, all, y) => {
    const each = (right - left) / series.length
    return all
      .map(({ colour, values }) =>
        course(
          values.map((value, k) => [left + each * (k + 0.5), y(value)] as const),
          bottom,
          colour,
        ),
      )
      .join('')
  })
}

const WIDEST_BAR = 14

function flowChart({ series }: Content, language: Language): string {
  const listed = series.map((day) => day.listed + day.reopened)
  const closed = series.map((day) => day.closed)
  const shown = [
    { label: 'listedShort', colour: COLOURS.listed, values: listed },
    { label: 'closedShort', colour: COLOURS.closed, values: closed },
  ] as const
  return overDays(210, series, shown, language, ({ left, right, bottom }, all, y) => {
    const each = (right - left) / series.length
    const width = Math.min(WIDEST_BAR, each / 2.6)
    return all
      .map(({ colour, values }, n) =>
        values
          .map((value, k) => {
            const x = left + each * (k + 0.5) + (n - 1) * width * 1.1 + width * 0.05
            return value === 0 ? '' : rect(x, y(value), width, bottom - y(value), colour)
          })
          .join(''),
      )
      .join('')
  })
}

function overDays(
  height: number,
  days: Content['series'],
  series: readonly Series[],
  language: Language,
  draw: Draw,
): string {
  const plot = plotOf(height, { left: 48, right: 12, top: 30, bottom: 26 })
  const ticks = ticksOf(series.flatMap(({ values }) => values))
  return picture(height, [
    legend(series.map(({ label, colour }) => ({ name: inLanguage(LABELS[label], language), colour }))),
    scale(plot, ticks),
    draw(plot, series, heightIn(plot, ticks)),
    categories(
      plot,
      days.map(({ date }) => date.slice(5)),
    ),
  ])
}

/** The best on top, in the order of the table. */
function ratesChart(rows: readonly Standing[]): string {
  const height = 50 + BAR_PX * rows.length
  const plot = plotOf(height, { left: 210, right: 60, top: 8, bottom: 26 })
  const each = (plot.bottom - plot.top) / rows.length
  const x = (percent: number) => plot.left + ((plot.right - plot.left) * percent) / 100
  return picture(height, [
    ...[0, 20, 40, 60, 80, 100].map(
      (percent) =>
        line([x(percent), plot.top], [x(percent), plot.bottom], percent === 0 ? '#6e7079' : '#e0e6f1') +
        text(`${percent} %`, x(percent), plot.bottom + 14, 'middle'),
    ),
    ...rows.map(({ name, key, rates: { closure } }, k) => {
      const middle = plot.top + each * (k + 0.5)
      const end = x((closure.value ?? 0) * 100)
      return [
        text(fitting(name ?? key ?? '', 195), plot.left - 8, middle, 'end'),
        rect(plot.left, middle - 6.5, end - plot.left, 13, COLOURS.open),
        text(percentText(closure), end + 5, middle, 'start'),
      ].join('')
    }),
  ])
}

const AGE_BAR = 46

function agesChart({ figures }: Content, language: Language): string {
  const height = 190
  const plot = plotOf(height, { left: 48, right: 12, top: 22, bottom: 26 })
  const buckets = Object.entries(BUCKET_LABELS) as [keyof typeof BUCKET_LABELS, (typeof BUCKET_LABELS)['d1to7']][]
  const values = buckets.map(([name]) => figures.overdueByAge[name])
  const ticks = ticksOf(values)
  const y = heightIn(plot, ticks)
  const each = (plot.right - plot.left) / buckets.length
  return picture(height, [
    scale(plot, ticks),
    ...values.map((value, k) => {
      const middle = plot.left + each * (k + 0.5)
      const bar = rect(middle - AGE_BAR / 2, y(value), AGE_BAR, plot.bottom - y(value), COLOURS.overdue)
      return bar + text(value, middle, y(value) - 10, 'middle')
    }),
    categories(
      plot,
      buckets.map(([, label]) => inLanguage(label, language)),
    ),
  ])
}
