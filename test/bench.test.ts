import fc from 'fast-check'
import type pg from 'pg'
import t from 'tap'
import { archiveOf, countOf, EVENTS_AN_ITEM, eventOf, importOf, NOW, stateOf } from '../bench/items.js'
import { asColumns, withValues } from '../bench/literal.js'
import { type Measure, type Result, runMeasures } from '../bench/measure.js'
import { readOptions } from '../bench/options.js'
import { peerRequest } from '../bench/peers.js'
import { median, quantile, ratioOf, spread } from '../bench/statistics.js'
import { figure, rowOf, tableOf } from '../bench/table.js'
import { requireAllowed } from '../src/domain/decide/require.js'
import { begin, evolve } from '../src/domain/evolve.js'

t.test('the median has as many values below it as above it', async (t) => {
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.ok(Number.isNaN(median([])))
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
      const middle = median(values)
      const [below, above] = [values.filter((v) => v < middle), values.filter((v) => v > middle)]
      return below.length <= values.length / 2 && above.length <= values.length / 2
    }),
  )
})

t.test('the spread is half of the distance between the extremes, and a quantile is one of the values', async (t) => {
  t.equal(spread([90, 100, 110]), 0.1)
  t.equal(spread([7]), 0)
  t.equal(quantile([1, 2, 3, 4], 0.5), 3)
  t.equal(quantile([1, 2, 3, 4], 1), 4)
})

t.test('sides are compared round by round: a machine that is busy in one round does not decide', async (t) => {
  // The second round is ten times as slow for both.
  t.equal(ratioOf([100, 10, 100], [200, 20, 200]).median, 0.5)
  t.equal(ratioOf([100, 10, 100], [200, 20, 200]).spread, 0)
})

const result = (own: number[], limit: number[], target?: Result['target']): Result => ({
  ...{ name: 'read', unit: 'requests', target, note: undefined },
  sides: [
    { name: 'one-list', samples: own.map((perSecond) => ({ perSecond, p50: 2, p99: 9, peakMb: perSecond })) },
    { name: 'bare', samples: limit.map((perSecond) => ({ perSecond })) },
  ],
})

t.test('a figure is met from exactly its ratio on, and one that is not is said plainly', async (t) => {
  const target = { text: '0.5 × bare', atLeast: 0.5 }
  t.equal(rowOf(result([50], [100], target)).met, 'yes')
  t.equal(rowOf(result([49], [100], target)).met, 'no')
  t.equal(rowOf(result([40, 49, 58], [100, 100, 100], target)).met, 'undecided', 'it lies within the ±')
  t.equal(rowOf(result([44, 51, 58], [100, 100, 100], target)).met, 'undecided', 'on either side')
  t.equal(rowOf(result([49], [100])).met, undefined, 'nothing was to be reached')
  const table = tableOf([rowOf(result([49, 47], [100, 100], target))])
  t.match(
    table,
    '| read | one-list | 48.0 requests/s, +49 MB | 2 % | 2.00 / 9.00 |  | 0.48 ± 2 % | 0.5 × bare | **no** |',
  )
  t.match(table, '|  | bare | 100 requests/s | 0 % |')
})

t.test('figures have the digits that say something', async (t) => {
  t.strictSame([123_456.7, 12.34, 1.234].map(figure), ['123,457', '12.3', '1.23'])
})

t.test('who begins changes from round to round, but where one side needs what the other made', async (t) => {
  const order: string[] = []
  const side = (name: string) => ({
    name,
    run: async (round: number) => {
      order.push(`${round}${name}`)
      return { perSecond: 1 }
    },
  })
  const measure = (more: Partial<Measure>): Measure => ({
    ...{ name: 'm', unit: 'u', sides: [side('a'), side('b')] },
    ...more,
  })
  const [twice] = await runMeasures([measure({ rounds: 2 })], 3, () => {})
  t.strictSame(order.splice(0), ['0a', '0b', '1b', '1a'])
  t.equal(twice?.sides[1]?.samples.length, 2)
  await runMeasures([measure({ inOrder: true })], 2, () => {})
  t.strictSame(order, ['0a', '0b', '1a', '1b'])
})

t.test('everything in the data set is allowed to happen, and ends as it is counted', async (t) => {
  const by = { at: NOW, actorId: '00000000-0000-7000-8000-000000000001' }
  const set = { due: 6, items: 200, open: 0.2 }
  t.equal(archiveOf(set.items, set.open), 120)
  t.strictSame(countOf(set), { items: 206, events: 2_006 })
  let onAccount = 0
  for (let k = 0; k < 206; k++) {
    const state = stateOf(k, set)
    const identity = { jurisdiction: 'fuyang', id: '00000000-0000-7000-8000-000000000002', code: `2026-${k}` }
    let item = begin(identity, { type: 'item.imported', data: importOf(k, state, NOW), ...by })
    for (let j = 1; j < EVENTS_AN_ITEM && state !== 'due'; j++) {
      const event = eventOf(k, state, j, '00000000-0000-7000-8000-000000000003')
      if (event.type !== 'item.imported') requireAllowed(item, event.type)
      item = evolve(item, { ...event, ...by })
    }
    t.equal(item.status, state === 'due' ? 'listed' : state, `item ${k}`)
    if (['listed', 'assigned', 'remediating'].includes(item.status)) onAccount++
  }
  t.equal(onAccount, 46, 'a fifth of 200, and what is due')
})

/** A server that takes every parameter for the same type. */
function typing(type: string): pg.Client {
  const query = async (text: string) => ({ rows: /pg_prepared/.test(text) ? [{ types: Array(9).fill(type) }] : [] })
  return { query } as unknown as pg.Client
}

t.test('a recorded statement becomes one that pgbench can run again and again', async (t) => {
  const statement = {
    text: `select $1, $2, 'HH24:MI' from x where a::text = $3`,
    values: ['it\'s {"a":1}', null, 'K-7'],
  }
  const text = await withValues(typing('text'), statement, new Map([['K-7', ":k || '!'"]]))
  t.equal(
    text,
    `select (E'it''s {"a"\\x3a1}')::text, (null)::text, E'HH24\\x3aMI' from x where a::text = ((E'' || :k || '!' || E''))::text`,
  )
})

t.test('a limit reads as columns what PostgreSQL makes JSON of', async (t) => {
  const text = 'select (select row_to_json(v)::text from (select i.id, (i.a) as b) v) as json, i.id from item i'
  t.equal(asColumns({ text, values: [1] }).text, 'select i.id, (i.a) as b, i.id from item i')
})

t.test('options that cannot be meant are refused', async (t) => {
  t.match(readOptions(['--quick']), { items: 2000, rounds: 1, seconds: 1 })
  t.match(readOptions(['--quick', '--items', '31']), { items: 40 }, 'whole cycles')
  t.equal(readOptions(['--help']), undefined)
  t.throws(() => readOptions(['--items', 'many']), /--items must be a number above 0/)
  t.throws(() => readOptions(['--peer', 'postgrest']), /name=http/)
  t.throws(() => readOptions(['--itens', '5']))
})

t.test('a peer is asked for what it can answer', async (t) => {
  t.match(peerRequest('postgrest', 'read one item', '/v1/items/7')?.path, /^\/item\?id=eq\.7&/)
  t.match(peerRequest('postgraphile', 'read one item', '/v1/items/7')?.body, /\\"7\\"/)
  t.match(
    peerRequest('directus', 'first page of a filtered list', '/v1/items?limit=50')?.path,
    /^\/items\/item\?filter/,
  )
  t.equal(peerRequest('directus', 'text search', '/v1/items?q=x'), undefined)
})
