import { html } from 'ghtml'

/** The pieces of which a bulletin's charts are drawn, as SVG text; what is shown in them is escaped. */

export const WIDTH = 680
const INK = '#222'
const RULE = '#e4e4e4'
const AXIS = '#6e7079'
const FONT = 'Noto Sans CJK SC,Source Han Sans SC,Microsoft YaHei,PingFang SC,sans-serif'
const FONT_PX = 12
/** Lines that a scale has, about. */
const STEPS = 5

/** The part of the picture in which the values stand, px. */
export interface Plot {
  left: number
  right: number
  top: number
  bottom: number
}

export function picture(height: number, parts: readonly string[]): string {
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="${FONT}" font-size="${FONT_PX}" fill="${INK}">!${parts.filter((part) => part !== '')}</svg>`
}

export function plotOf(height: number, margins: Plot): Plot {
  return { ...margins, right: WIDTH - margins.right, bottom: height - margins.bottom }
}

/** Whole numbers from 0 to at least the greatest value, at round distances. */
export function ticksOf(values: readonly number[]): number[] {
  const most = Math.max(1, ...values)
  const power = 10 ** Math.floor(Math.log10(most / STEPS))
  const rough = most / STEPS / power
  const step = Math.max(1, (rough < 1.5 ? 1 : rough < 3 ? 2 : rough < 7 ? 5 : 10) * power)
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, k) => k * step)
}

/** The height of a value, in a plot whose scale ends with the last tick. */
export function heightIn({ top, bottom }: Plot, ticks: readonly number[]): (value: number) => number {
  const most = ticks.at(-1) ?? 1
  return (value) => bottom - ((bottom - top) * value) / most
}

/** The lines and numbers of a scale that stands upright. */
export function scale(plot: Plot, ticks: readonly number[]): string {
  const y = heightIn(plot, ticks)
  return ticks
    .map(
      (tick) =>
        line([plot.left, y(tick)], [plot.right, y(tick)], tick === 0 ? AXIS : RULE) +
        text(tick, plot.left - 8, y(tick), 'end'),
    )
    .join('')
}

/** Names under a plot, each in the middle of its part; where they are too many, every second, third … of them. */
export function categories({ left, right, bottom }: Plot, names: readonly string[]): string {
  const each = (right - left) / names.length
  const widest = Math.max(...names.map(widthOf))
  const nth = Math.max(1, Math.ceil((widest + FONT_PX) / each))
  return names
    .map((name, k) => (k % nth === 0 ? text(name, left + each * (k + 0.5), bottom + 14, 'middle') : ''))
    .join('')
}

/** What the colours mean, on the right above the plot. */
export function legend(entries: readonly { name: string; colour: string }[]): string {
  let right = WIDTH - 5
  return entries
    .toReversed()
    .map(({ name, colour }) => {
      right -= widthOf(name)
      const label = text(name, right, 11, 'start')
      right -= 22
      const swatch = rect(right, 7, 16, 8, colour)
      right -= FONT_PX
      return swatch + label
    })
    .join('')
}

export function line(from: readonly [number, number], to: readonly [number, number], colour: string): string {
  const [[x1, y1], [x2, y2]] = [from.map(px), to.map(px)]
  return html`<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${colour}"/>`
}

export function rect(x: number, y: number, width: number, height: number, colour: string): string {
  return html`<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${colour}"/>`
}

export function text(said: string | number, x: number, y: number, anchor: 'start' | 'middle' | 'end'): string {
  return html`<text x="${px(x)}" y="${px(y)}" dy=".35em" text-anchor="${anchor}">${String(said)}</text>`
}

/** A line through points with the area under it; a single point, which no line shows, is a circle. */
export function course(points: readonly (readonly [number, number])[], bottom: number, colour: string): string {
  const [[x, y] = [0, bottom]] = points
  if (points.length === 1) return html`<circle cx="${px(x)}" cy="${px(y)}" r="3" fill="${colour}"/>`
  const path = points.map((point) => point.map(px).join(' ')).join('L')
  const area = `M${px(x)} ${px(bottom)}L${path}L${px(points.at(-1)?.[0] ?? x)} ${px(bottom)}Z`
  return html`<path d="${area}" fill="${colour}" fill-opacity="0.08"/><path d="M${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="bevel"/>`
}

/** A text cut to a width, px. */
export function fitting(said: string, width: number): string {
  if (widthOf(said) <= width) return said
  const kept = [...said]
  while (kept.length > 0 && widthOf(`${kept.join('')}…`) > width) kept.pop()
  return `${kept.join('')}…`
}

/** About: Chinese characters are as wide as they are high, others a little over half of that. */
function widthOf(said: string): number {
  return [...said].reduce((sum, character) => sum + (character > 'ÿ' ? FONT_PX : FONT_PX * 0.58), 0)
}

function px(value: number): number {
  return Math.round(value * 100) / 100
}
