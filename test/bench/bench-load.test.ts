import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { countOf, importOf, NOW } from '../../bench/items.js'
import { loadList } from '../../bench/load.js'
import { escaped, itemLinesOf } from '../../bench/rows.js'
import { loadSource } from '../../bench/source.js'
import { createDb, createPool } from '../../src/db/client.js'
import { blankItem } from '../../src/domain/item/item.js'
import { item } from '../../src/item/table.js'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { createTestDatabase } from '../helpers/database.js'
import { t } from '../helpers/tap.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const SET = { due: 60, items: 140, open: 0.5 }

t.test('the benchmark’s list is one that the service could have made', async (t) => {
  const { superuserUrl: url } = await createTestDatabase(t)
  const pool = createPool({ url, max: 2, serviceRole: false, onError: () => {} })
  t.teardown(() => pool.end())
  const indexes = async () => {
    const { rows } = await pool.query<{ indexdef: string }>('select indexdef from pg_indexes order by indexdef')
    return rows.map(({ indexdef }) => indexdef)
  }
  const before = await indexes()
  const { jurisdiction } = await loadList(await loadSource(ROOT), url, SET)
  const db = createDb(pool)
  const { items, events } = countOf(SET)
  const chain = await verifyChain(db, jurisdiction)
  t.ok(chain.ok, 'every hash is that of its event')
  t.ok(chain.checked > events, 'its events, and those about people')
  t.strictSame(
    await verifyItems(db, jurisdiction),
    { ok: true, checked: items, faults: [] },
    'each row, and each past row',
  )
  t.strictSame(await indexes(), before, 'no index is missing')
  const { rows } = await pool.query(`
    select (select count(*)::int from event_block) as blocks, (select (max(seq) / 512)::int from event) as full,
      (select last from item_counter) as counted, (select count(*)::int from item where due_at < '2026-06-15T02:00:00Z' and
        version = 1) as due`)
  t.strictSame(rows, [{ blocks: chain.checked >> 9, full: chain.checked >> 9, counted: items, due: SET.due }])
})

t.test('what COPY reads is what was written', async () => {
  const unescaped = (text: string) => text.replace(/\\(.)/g, (_, c: string) => ({ t: '\t', n: '\n', r: '\r' })[c] ?? c)
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', 't', 'N', '桥', '"') }), (text) => {
      const line = escaped(text)
      return unescaped(line) === text && !/[\t\n\r]/.test(line)
    }),
  )
})

t.test('a column that stayed what it was is taken over, and any other is written anew', async (t) => {
  const { cellsOf } = itemLinesOf(item)
  const begun = blankItem({ jurisdiction: 'fuyang', id: 'i', code: 'c' }, importOf(0, 'reported', NOW), NOW)
  const cells = cellsOf(begun)
  const changed = { ...begun, version: 2, plan: { measures: 'a\tb' }, concernedUnits: ['u', 'v'], level: null } as never
  t.strictSame(cellsOf(changed, { item: begun, cells }), cellsOf(changed))
  t.not(cellsOf(changed).join(), cells.join())
  t.ok(cellsOf(changed).includes('{u,v}') && cellsOf(changed).includes('{"measures":"a\\\\tb"}'), 'as COPY reads it')
})
