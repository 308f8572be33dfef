import fc from 'fast-check'
import type pg from 'pg'
import { bareStatements, PARAMETER } from '../../bench/bare-route.js'
import { archiveOf, countOf, EVENTS_AN_ITEM, eventOf, importOf, NOW, stateOf } from '../../bench/items.js'
import { asColumns, withValues } from '../../bench/literal.js'
import { type Measure, type Result, runMeasures } from '../../bench/measure.js'
import { readOptions } from '../../bench/options.js'
import { idsOf, peerRequest } from '../../bench/peers.js'
import { tap } from '../../bench/record.js'
import { median, quantile, ratioOf, spread } from '../../bench/statistics.js'
import { figure, rowOf, tableOf } from '../../bench/table.js'
import { transactionOf } from '../../bench/writes.js'
import { requireAllowed } from '../../src/domain/item/decide/require.js'
import { begin, evolve } from '../../src/domain/item/evolve.js'
import { t } from '../helpers/tap.js'

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
  t.strictSame(order.splice(0), ['0a', '0b', '1a', '1b'])
  await runMeasures([measure({ sides: [side('a'), { ...side('b'), once: true }] })], 2, () => {})
  t.strictSame(order, ['0a', '0b', '1a'], 'what is for comparison alone runs once')
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

const BUILT =
  'select (select row_to_json(v)::text from (select i.id, (i.a) as b) v) as json, i.id from item i where i.id = $1'

t.test('a limit reads as columns what PostgreSQL makes JSON of', async (t) => {
  t.equal(asColumns({ text: BUILT, values: [1] }).text, 'select i.id, (i.a) as b, i.id from item i where i.id = $1')
  const head = { text: 'select seq from ledger_head', values: ['fuyang'] }
  t.strictSame(
    bareStatements([head, { text: BUILT, values: ['7'] }], '7'),
    {
      statements: [head, { ...asColumns({ text: BUILT, values: [] }), values: [PARAMETER] }],
      answer: 1,
    },
    'the rows of the second are the answer, for whatever parameter',
  )
})

t.test('a limit is not taken from statements that are not as they should be', async (t) => {
  const statement = (text: string) => ({ text, values: ['7'] })
  t.throws(() => asColumns(statement('select i.id from item i')), /must learn how/, 'no JSON is made')
  t.throws(() => asColumns(statement(`${BUILT} and to_jsonb(i) is null`)), /must learn how/, 'some JSON is left')
  t.throws(() => bareStatements([statement('select json_agg(i)::text as json from item i')]), /must learn how/)
  t.throws(() => bareStatements([statement('select 1')]), /0 of the statements make JSON rows/)
  t.throws(() => bareStatements([statement(BUILT), statement(BUILT)]), /2 of the statements make JSON rows/)
  t.throws(() => bareStatements([statement(BUILT)], '8'), /no statement has the parameter 8/)
})

t.test('what is sent to the database is heard in its order and whole, in whichever form it is sent', async (t) => {
  const sent: unknown[][] = []
  const client = { query: (...given: unknown[]) => sent.push(given) }
  const heard: unknown[] = []
  tap(client as unknown as pg.Client, (statement) => heard.push(statement))
  const query = client.query as (...given: unknown[]) => unknown
  const values = ['b']
  const forms: unknown[][] = [
    ['begin'],
    ['select $1', ['a']],
    [{ text: 'select $1, 2', name: 'named' }, values],
    [{ text: 'select $1, 3', name: 'named', values: ['c'] }],
    [{ text: 'select $1, 4', values: ['not these'] }, ['d'], () => {}],
    [{ text: 'select $1, 5', values: ['e'] }, () => {}],
    ['commit', () => {}],
  ]
  // None of them waits for the one before.
  for (const form of forms) query(...form)
  values[0] = 'changed since'
  t.strictSame(heard, [
    { text: 'begin', values: [] },
    { text: 'select $1', values: ['a'] },
    { text: 'select $1, 2', values: ['b'] },
    { text: 'select $1, 3', values: ['c'] },
    { text: 'select $1, 4', values: ['d'] },
    { text: 'select $1, 5', values: ['e'] },
    { text: 'commit', values: [] },
  ])
  t.strictSame(
    sent.map((given) => given.filter((one) => one !== undefined)),
    forms,
    'and sent on as it came',
  )
  t.throws(() => query({ name: 'named' }), /cannot be recorded/)
})

t.test('a recorded transaction is taken from its beginning to its end, or not at all', async (t) => {
  const of = (...texts: string[]) => transactionOf(texts.map((text) => ({ text, values: [] }))).map(({ text }) => text)
  t.strictSame(of('select 1', 'begin', 'update x', 'commit', 'select 2'), ['begin', 'update x', 'commit'])
  t.strictSame(of('select 1', 'update x'), ['select 1', 'update x'], 'one by one')
  t.throws(() => of('begin', 'update x'), /not whole/)
  t.throws(() => of('update x', 'commit', 'begin'), /not whole/)
})

t.test('options that cannot be meant are refused', async (t) => {
  t.match(readOptions(['--quick']), { items: 2000, rounds: 1, seconds: 1 })
  t.match(readOptions(['--quick', '--items', '31']), { items: 40 }, 'whole cycles')
  t.equal(readOptions(['--help']), undefined)
  t.match(readOptions([]), { importRows: 100_000, reportItems: 1_000_000, reportOpen: 20_000 })
  t.match(readOptions(['--large-items', '41', '--due-items', '7']), { largeItems: 60, dueItems: 7 })
  t.throws(() => readOptions(['--report-items', '5']), /--report-open must be less/)
  t.throws(() => readOptions(['--items', 'many']), /--items must be a number above 0/)
  t.throws(() => readOptions(['--peer', 'postgrest']), /name=http/)
  t.throws(() => readOptions(['--itens', '5']))
})

t.test('a peer is asked for what it can answer, and its answer is read for the same items', async (t) => {
  t.match(peerRequest('postgrest', 'read one item', '/v1/items/7')?.path, /^\/item\?.*&id=eq\.7$/)
  t.match(peerRequest('postgraphile', 'read one item', '/v1/items/7')?.body, /rowId: \\"7\\"/)
  t.match(peerRequest('postgraphile', 'read one item', '/v1/items/7')?.body, / responsibleUnit leadOfficial /)
  t.match(
    peerRequest('directus', 'first page of a filtered list', '/v1/items?limit=50')?.path,
    /^\/items\/item_by_id\?filter/,
  )
  t.equal(peerRequest('directus', 'text search', '/v1/items?q=x'), undefined)
  t.strictSame(idsOf('postgrest', '[{"id":"a"},{"id":"b"}]'), ['a', 'b'])
  t.strictSame(idsOf('postgraphile', '{"data":{"page":{"nodes":[{"rowId":"a"},{"rowId":"b"}]}}}'), ['a', 'b'])
  t.strictSame(idsOf('postgraphile', '{"data":{"one":{"rowId":"a"}}}'), ['a'])
  t.strictSame(idsOf('directus', '{"data":{"id":"a"}}'), ['a'])
})
