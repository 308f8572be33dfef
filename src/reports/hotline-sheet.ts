import type { Words } from '../domain/rejection.js'
import type { Rate } from '../domain/report/rate.js'
import { type Column, columnsOf, type Sheet } from '../export/sheet.js'
import { GROUP_NAMES, type GroupBy } from './groups.js'
import type { HotlineFigures, HotlineGroup } from './hotline.js'

const NAME: Words = { zh: '热线三率', en: 'Hotline rates' }

/** All calls in one row. */
export const HOTLINE_SHEET: Sheet<HotlineFigures> = { name: NAME, slug: 'hotline', columns: figures() }

/** The three rates by group, as a table. */
export function hotlineSheet(groupBy: GroupBy): Sheet<HotlineGroup> {
  const { zh, en } = GROUP_NAMES[groupBy]
  const { text } = columnsOf<HotlineGroup>()
  return {
    name: { zh: `${NAME.zh}（按${zh}）`, en: `Hotline by ${en}` },
    slug: `hotline-by-${en.replace(' ', '-')}`,
    columns: [
      text(zh, en.charAt(0).toUpperCase() + en.slice(1), (row) => row.label, 32),
      ...figures<HotlineGroup>(),
      text('代码', 'Key', (row) => row.key, 38),
    ],
  }
}

function figures<R extends HotlineFigures>(): Column<R>[] {
  const { whole } = columnsOf<R>()
  return [
    whole('来电件', 'Calls', (row) => row.calls),
    ...rate<R>('响应率', 'Response', ({ rates }) => rates.response),
    ...rate<R>('解决率', 'Resolution', ({ rates }) => rates.resolution),
    ...rate<R>('满意率', 'Satisfaction', ({ rates }) => rates.satisfaction),
  ]
}

/** A rate as three columns: in per cent, and what it is made of. */
function rate<R>(zh: string, en: string, of: (row: R) => Rate): Column<R>[] {
  const { whole, decimal } = columnsOf<R>()
  const percent = ({ value }: Rate) => (value === null ? null : Math.round(value * 10_000) / 100)
  return [
    decimal(`${zh}（%）`, `${en} (%)`, (row) => percent(of(row)), 12),
    whole(`${zh}：分子`, `${en}: of these`, (row) => of(row).numerator, 12),
    whole(`${zh}：分母`, `${en}: of all`, (row) => of(row).denominator, 12),
  ]
}
