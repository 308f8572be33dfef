import { getTableColumns } from 'drizzle-orm'
import { ANSWERED } from '../../src/item/fields.js'
import { ITEM_SHEET, OVERDUE_SHEET } from '../../src/item/sheet.js'
import { item } from '../../src/item/table.js'
import { t } from '../helpers/tap.js'

t.test('every column of a sheet has a place of its own, with none left out', async (t) => {
  const places = ANSWERED.flatMap(([, { sheet }]) => sheet.map(([place]) => place)).sort((a, b) => a - b)
  t.same(
    places,
    Array.from(places, (_, index) => index + 1),
  )
  t.equal(ITEM_SHEET.columns.length, places.length)
  const titles = ITEM_SHEET.columns.map(({ title }) => title.en)
  t.equal(new Set(titles).size, titles.length, 'a title names one column')
  const overdue = OVERDUE_SHEET.columns.map(({ title }) => title.en)
  t.same(overdue.toSorted(), titles.filter((title) => title !== 'Overdue').toSorted())
})

t.test('a field is answered as it is stored, or says how it is read', async (t) => {
  const columns = Object.keys(getTableColumns(item))
  for (const [name, { sql, dependsOn }] of ANSWERED) {
    t.ok(sql !== undefined || columns.includes(name), name)
    t.equal(typeof sql === 'function', dependsOn === 'clock' || dependsOn === 'viewer', `${name}: ${dependsOn}`)
  }
})
