import type { EChartsCoreOption } from 'echarts/core'
import { percentText } from '../domain/report/rate.js'
import { inLanguage, type Language } from '../language/language.js'
import type { Content, Standing } from './content-schema.js'
import { BUCKET_LABELS, LABELS } from './labels.js'

export interface Charts {
  open: string
  flow: string
  /** Empty where there is nothing to draw. */
  rates: string
  ages: string
}

const WIDTH = 680
const INK = '#222'
const COLOURS = { open: '#33588f', overdue: '#b3261e', listed: '#c98a1b', closed: '#3c7d4b' }
/** So many bars can still be told apart. */
const MAX_BARS = 25
const BAR_PX = 24
/** The renderer puts it into an attribute as it is: no quotes. */
const FONT = 'Noto Sans CJK SC,Source Han Sans SC,Microsoft YaHei,PingFang SC,sans-serif'

/** The charts of a bulletin as SVG text; what comes from outside is escaped by the renderer. */
export async function chartsOf(content: Content, language: Language): Promise<Charts> {
  const draw = await renderer()
  const { figures } = content
  const ranked = [content.units, content.areas]
    .map((rows) => rows.filter(({ rank }) => rank !== null).slice(0, MAX_BARS))
    .find((rows) => rows.length > 1)
  return {
    open: draw(openChart(content, language), 250),
    flow: draw(flowChart(content, language), 210),
    rates: ranked === undefined ? '' : draw(ratesChart(ranked), 50 + BAR_PX * ranked.length),
    ages: figures.overdue === 0 ? '' : draw(agesChart(content, language), 190),
  }
}

type Draw = (option: EChartsCoreOption, height: number) => string

/** Loaded when the first page is asked for, so that the service's start does not pay for it. */
async function renderer(): Promise<Draw> {
  const [{ init, use }, { BarChart, LineChart }, { GridComponent, LegendComponent }, { SVGRenderer }] =
    await Promise.all([
      import('echarts/core'),
      import('echarts/charts'),
      import('echarts/components'),
      import('echarts/renderers'),
    ])
  use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer])
  return (option, height) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
    try {
      chart.setOption({ animation: false, textStyle: { fontFamily: FONT, color: INK }, ...option })
      return chart.renderToSVGString({ useViewBox: true })
    } finally {
      chart.dispose()
    }
  }
}

/** Nothing moves and nothing answers to the mouse: it is for paper. */
const STILL = { silent: true, emphasis: { disabled: true }, symbol: 'none' }
const LEGEND = { top: 0, right: 0, itemWidth: 16, itemHeight: 8, selectedMode: false }

function openChart({ series }: Content, language: Language): EChartsCoreOption {
  const line = (label: keyof typeof LABELS, colour: string, values: number[]) => ({
    ...{ ...STILL, type: 'line', name: inLanguage(LABELS[label], language), data: values },
    // A period of one day is a point, which no line shows.
    ...{ symbol: values.length === 1 ? 'circle' : 'none', lineStyle: { width: 2, color: colour } },
    ...{ itemStyle: { color: colour }, areaStyle: { opacity: 0.08, color: colour } },
  })
  return {
    ...axes(series.map(({ date }) => date)),
    series: [
      line(
        'open',
        COLOURS.open,
        series.map(({ open }) => open),
      ),
      line(
        'overdueShort',
        COLOURS.overdue,
        series.map(({ overdue }) => overdue),
      ),
    ],
  }
}

function flowChart({ series }: Content, language: Language): EChartsCoreOption {
  const bar = (label: keyof typeof LABELS, colour: string, values: number[]) => ({
    ...{ ...STILL, type: 'bar', name: inLanguage(LABELS[label], language), data: values },
    ...{ itemStyle: { color: colour }, barMaxWidth: 14, barGap: '10%' },
  })
  return {
    ...axes(series.map(({ date }) => date)),
    series: [
      bar(
        'listedShort',
        COLOURS.listed,
        series.map(({ listed, reopened }) => listed + reopened),
      ),
      bar(
        'closedShort',
        COLOURS.closed,
        series.map(({ closed }) => closed),
      ),
    ],
  }
}

function axes(dates: string[]): EChartsCoreOption {
  return {
    legend: LEGEND,
    grid: { left: 48, right: 12, top: 30, bottom: 26 },
    xAxis: { type: 'category', data: dates.map((date) => date.slice(5)), axisTick: { alignWithLabel: true } },
    yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: '#e4e4e4' } } },
  }
}

function ratesChart(rows: readonly Standing[]): EChartsCoreOption {
  const worstFirst = [...rows].reverse()
  return {
    grid: { left: 210, right: 60, top: 8, bottom: 26 },
    xAxis: { type: 'value', min: 0, max: 100, axisLabel: { formatter: '{value} %' } },
    yAxis: {
      type: 'category',
      data: worstFirst.map(({ name, key }) => name ?? key ?? ''),
      axisLabel: { width: 195, overflow: 'truncate', color: INK },
      axisTick: { show: false },
    },
    series: [
      {
        ...{ ...STILL, type: 'bar', barWidth: 13, itemStyle: { color: COLOURS.open } },
        data: worstFirst.map(({ rates }) => ({
          value: (rates.closure.value ?? 0) * 100,
          label: { show: true, position: 'right', color: INK, formatter: percentText(rates.closure) },
        })),
      },
    ],
  }
}

function agesChart({ figures }: Content, language: Language): EChartsCoreOption {
  const buckets = Object.entries(BUCKET_LABELS) as [keyof typeof BUCKET_LABELS, (typeof BUCKET_LABELS)['d1to7']][]
  return {
    grid: { left: 48, right: 12, top: 22, bottom: 26 },
    xAxis: {
      type: 'category',
      data: buckets.map(([, label]) => inLanguage(label, language)),
      axisTick: { show: false },
    },
    yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: '#e4e4e4' } } },
    series: [
      {
        ...{ ...STILL, type: 'bar', barWidth: 46, itemStyle: { color: COLOURS.overdue } },
        label: { show: true, position: 'top', color: INK },
        data: buckets.map(([name]) => figures.overdueByAge[name]),
      },
    ],
  }
}
