import type { Column, Sheet } from '../export/sheet.js'
import { ANSWERED, type AnsweredItem } from './fields.js'

/** Every column that a field has in sheets, in the order of their places. */
const COLUMNS: readonly Column<AnsweredItem>[] = ANSWERED.flatMap(([name, { sheet }]) =>
  sheet.map(([place, { read, ...column }]) => ({
    place,
    column: { ...column, read: (item, names) => read(item[name], names) } satisfies Column<AnsweredItem>,
  })),
)
  .sort((a, b) => a.place - b.place)
  .map(({ column }) => column)

const pointOf = (item: AnsweredItem) => item.location

/** The list (隐患清单): what an office looks at first stands first. */
export const ITEM_SHEET: Sheet<AnsweredItem> = {
  name: { zh: '隐患清单', en: 'Items' },
  slug: 'items',
  columns: COLUMNS,
  pointOf,
}

const titled = (...titles: string[]) => COLUMNS.filter(({ title }) => titles.includes(title.en))
const without = (...titles: string[]) => COLUMNS.filter(({ title }) => !titles.includes(title.en))
const IDENTITY = ['Code', 'Title', 'Status', 'Level']

/** The overdue report: the same columns, how long and whose first. */
export const OVERDUE_SHEET: Sheet<AnsweredItem> = {
  name: { zh: '逾期报告', en: 'Overdue items' },
  slug: 'overdue',
  columns: [
    ...titled(...IDENTITY),
    ...titled('Days overdue'),
    ...titled('Due'),
    ...without(...IDENTITY, 'Overdue', 'Days overdue', 'Due'),
  ],
  pointOf,
}
