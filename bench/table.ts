import type { Load, Result, SideResult } from './measure.js'
import { median, ratioOf, spread } from './statistics.js'

/** A result as it is printed and written: medians over the rounds. */
export interface Row {
  name: string
  unit: string
  sides: { name: string; perSecond: number; spread: number; p50?: number; p99?: number; load?: Load; peakMb?: number }[]
  /** The first side's rate to each other one's, in the order of the sides. */
  ratios: { to: string; median: number; spread: number }[]
  target: string | undefined
  /** `undecided` where the figure to reach lies within the ± of what was reached. */
  met: 'yes' | 'no' | 'undecided' | undefined
  note: string | undefined
}

export function rowOf({ name, unit, sides, target, note }: Result): Row {
  const [own, ...others] = sides
  const rates = (side: SideResult | undefined) => side?.samples.map(({ perSecond }) => perSecond) ?? []
  const ratios = others.map((other) => ({ to: other.name, ...ratioOf(rates(own), rates(other)) }))
  const [first] = ratios
  const met = target === undefined || first === undefined ? undefined : verdict(first, target.atLeast)
  return { name, unit, sides: sides.map(summaryOf), ratios, target: target?.text, met, note }
}

function verdict(ratio: { median: number; spread: number }, atLeast: number): Row['met'] {
  const distance = ratio.median - atLeast
  if (ratio.spread > 0 && Math.abs(distance) <= ratio.median * ratio.spread) return 'undecided'
  return distance >= 0 ? 'yes' : 'no'
}

function summaryOf({ name, samples }: SideResult): Row['sides'][number] {
  const rates = samples.map(({ perSecond }) => perSecond)
  const numbers = (values: (number | undefined)[]) => values.filter((value) => value !== undefined)
  const middle = (key: 'p50' | 'p99' | 'peakMb') => {
    const known = numbers(samples.map((sample) => sample[key]))
    return known.length === 0 ? {} : { [key]: key === 'peakMb' ? Math.max(...known) : median(known) }
  }
  const loads = samples.map((sample) => sample.load).filter((load) => load !== undefined)
  const share = (party: keyof Load) => median(loads.map((load) => load[party]))
  const load =
    loads.length === 0
      ? {}
      : { load: { server: share('server'), postgres: share('postgres'), generator: share('generator') } }
  const summary = { name, perSecond: median(rates), spread: spread(rates) }
  return { ...summary, ...middle('p50'), ...middle('p99'), ...middle('peakMb'), ...load }
}

const HEAD = [
  'path',
  'side',
  'rate',
  '±',
  'p50 / p99 ms',
  'CPU: server + PostgreSQL + generator',
  'ratio',
  'to reach',
  'met',
]

/** The table, in Markdown, so that it can stand in a document as it is. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.flatMap(linesOf)
  return [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function linesOf({ name, unit, sides, ratios, target, met, note }: Row): string[][] {
  return sides.map((side, k) => {
    const [first] = ratios
    const isOwn = k === 0
    const ratio = isOwn ? first : ratios[k - 1]
    const shown = ratio !== undefined && (isOwn || k > 1) ? `${figure(ratio.median)} ± ${percent(ratio.spread)}` : ''
    const memory = side.peakMb === undefined ? '' : `, +${Math.round(side.peakMb)} MB`
    return [
      isOwn ? name : '',
      side.name,
      `${figure(side.perSecond)} ${unit}/s${memory}`,
      percent(side.spread),
      side.p50 === undefined ? '' : `${figure(side.p50)} / ${figure(side.p99 ?? Number.NaN)}`,
      side.load === undefined ? '' : [side.load.server, side.load.postgres, side.load.generator].map(cores).join(' + '),
      shown,
      isOwn ? [target, note].filter((text) => text !== undefined).join('; ') : '',
      isOwn ? (met === 'no' ? '**no**' : (met ?? '')) : '',
    ]
  })
}

function cores(value: number): string {
  return value.toFixed(2)
}

/** Three digits that say something. */
export function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`
}
