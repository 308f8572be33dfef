import { correct, FOUND_AT_MOST_DAYS_BACK, file, list, merge, requirePlace } from '../../src/domain/item/decide/list.js'
import { evolve, fold } from '../../src/domain/item/evolve.js'
import type { Status } from '../../src/domain/item/words.js'
import {
  actorOf,
  DEFAULT_DEADLINE,
  day,
  FILED,
  FILER,
  happened,
  IDENTITY,
  IMPORTED,
  itemIn,
  OFFICER,
  office,
  refusalOf,
  refusedField,
} from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const filer = actorOf('inspector', { id: FILER })
const NOW = day(0)
const MINUTE_MS = 60_000

function at(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString()
}

t.test('a hazard may have been found up to 30 days before it is filed', async (t) => {
  t.equal(FOUND_AT_MOST_DAYS_BACK, 30)
  const found = (foundAt: string) => () => file({ ...FILED, foundAt }, filer, NOW)
  for (const foundAt of [NOW, day(-29), day(-30), at(day(-30), 1)]) {
    t.strictSame(found(foundAt)(), { type: 'item.reported', data: { ...FILED, foundAt } }, foundAt)
  }
  for (const foundAt of [at(day(-30), -1), day(-31), day(-400)]) t.equal(refusedField(found(foundAt)), '/foundAt')
  t.strictSame(file(FILED, filer, NOW), { type: 'item.reported', data: FILED }, 'a filing may leave it out')
})

t.test('a phone’s clock may run five minutes ahead, no more, and what it is ahead by is taken off', async (t) => {
  const found = (ms: number) => () => file({ ...FILED, foundAt: at(NOW, ms) }, filer, NOW)
  for (const ms of [1, MINUTE_MS, 5 * MINUTE_MS])
    t.match(found(ms)(), { type: 'item.reported', data: { foundAt: NOW } })
  t.equal(found(-1)().data.foundAt, at(NOW, -1))
  for (const ms of [5 * MINUTE_MS + 1, 10 * MINUTE_MS, 86_400_000])
    t.equal(refusedField(found(ms)), '/foundAt', `${ms} ms`)
})

t.test('an inspector files in the area that is theirs', async (t) => {
  const limited = actorOf('inspector', { area: '341225' })
  const where = (area: string) => ({ ...FILED, area })
  for (const area of ['341225', '341225001']) t.equal(file(where(area), limited, NOW).type, 'item.reported', area)
  for (const area of ['341202', '341200', '341226', '341202001']) {
    t.ok(
      refusalOf('outside-area', () => file(where(area), limited, NOW)),
      area,
    )
    t.equal(file(where(area), filer, NOW).type, 'item.reported', `${area}, by one who has no limit`)
    t.equal(file(where(area), { ...office, area: '341225' }, NOW).type, 'item.reported', `${area}, by the office`)
  }
})

t.test('an item lies in the jurisdiction, whoever files it', async (t) => {
  const everybody = [filer, office, actorOf('inspector', { area: '341225' }), actorOf('inspector', { area: '341600' })]
  for (const actor of everybody) {
    for (const area of ['341621', '340000', '110101', '341300']) {
      t.equal(
        refusedField(() => file({ ...FILED, area }, actor, NOW)),
        '/area',
        area,
      )
    }
  }
})

t.test('a filing is corrected by who filed it, or by the office', async (t) => {
  const item = itemIn('reported')
  const corrected = { type: 'item.corrected', data: { changes: { title: '护栏缺失' } } }
  for (const actor of [filer, office, actorOf('office', { id: 'another of the office' })]) {
    t.strictSame(correct(item, { title: '护栏缺失' }, actor), corrected)
  }
  t.ok(refusalOf('not-filer', () => correct(item, { title: '护栏缺失' }, actorOf('inspector'))))
  t.ok(
    refusalOf('not-filer', () => correct(item, {}, actorOf('inspector'))),
    'even where nothing would change',
  )
  const imported = fold(IDENTITY, [happened({ type: 'item.imported', data: IMPORTED }, 0, FILER)])
  t.ok(
    refusalOf('not-filer', () => correct(imported, { title: '护栏缺失' }, filer)),
    'nobody is the filer of an import',
  )
  t.strictSame(correct(imported, { title: '护栏缺失' }, office), corrected)
})

t.test('a correction records only what differs, and nothing when nothing does', async (t) => {
  const item = itemIn('listed')
  t.equal(correct(item, {}, filer), null)
  t.equal(
    correct(item, { title: FILED.title, road: 'S315', lon: null, lat: null, startChainageM: 12_345 }, filer),
    null,
  )
  t.strictSame(correct(item, { title: FILED.title, risk: 'person', address: null }, filer), {
    type: 'item.corrected',
    data: { changes: { risk: 'person' } },
  })
  t.strictSame(correct(item, { risk: null }, filer), { type: 'item.corrected', data: { changes: { risk: null } } })
})

t.test('a correction keeps the item in the jurisdiction, and in an inspector’s area', async (t) => {
  const item = itemIn('reported')
  const limited = actorOf('inspector', { id: FILER, area: '341225' })
  t.ok(correct(item, { area: '341225001' }, limited))
  t.ok(refusalOf('outside-area', () => correct(item, { area: '341202' }, limited)))
  t.ok(correct(item, { area: '341202' }, office))
  t.equal(
    refusedField(() => correct(item, { area: '341621' }, office)),
    '/area',
  )
})

t.test('a correction leaves the item with a place', async (t) => {
  const item = itemIn('reported')
  const nowhere = { road: null, startChainageM: null, endChainageM: null }
  t.equal(
    refusedField(() => correct(item, nowhere, filer)),
    '',
  )
  t.ok(correct(item, { ...nowhere, address: '幸福路口' }, filer))
  t.equal(
    refusedField(() => correct(item, { road: null }, filer)),
    '/road',
  )
})

t.test('what was evaluated keeps a category; what was only filed need not have one', async (t) => {
  const reported = itemIn('reported')
  t.strictSame(correct(reported, { category: null }, filer), {
    type: 'item.corrected',
    data: { changes: { category: null } },
  })
  for (const status of ['listed', 'assigned', 'remediating', 'closure_requested'] as const) {
    t.equal(
      refusedField(() => correct(itemIn(status), { category: null }, office)),
      '/category',
      status,
    )
    t.ok(correct(itemIn(status), { category: 'lighting' }, office), `${status}: another category`)
  }
})

t.test('a place is a point, a road with chainage, or an address', async (t) => {
  const nowhere = { lon: null, road: null, startChainageM: null, endChainageM: null, address: null }
  const stretch = { road: 'S315', startChainageM: 12_345, endChainageM: 12_900 }
  const places = [
    { lon: 115.8 },
    { address: '幸福路口' },
    stretch,
    { ...stretch, endChainageM: 12_345 },
    { road: '人民路', address: '路口' },
  ]
  for (const place of places) t.doesNotThrow(() => requirePlace({ ...nowhere, ...place }), JSON.stringify(place))
  const refused: [object, string][] = [
    [{}, ''],
    [{ road: 'S315' }, ''],
    [{ ...stretch, road: null }, '/road'],
    [{ ...stretch, endChainageM: null }, '/endChainageM'],
    [{ ...stretch, startChainageM: null }, '/endChainageM'],
    [{ ...stretch, endChainageM: 12_344 }, '/endChainageM'],
    [{ ...stretch, endChainageM: null, address: '幸福路口' }, '/endChainageM'],
  ]
  for (const [place, pointer] of refused) {
    t.equal(
      refusedField(() => requirePlace({ ...nowhere, ...place })),
      pointer,
      JSON.stringify(place),
    )
  }
})

t.test('the evaluation names the category unless the filing did', async (t) => {
  const without = fold(IDENTITY, [happened({ type: 'item.reported', data: { ...FILED, category: null } }, 0)])
  const evaluation = { level: 'major', category: null, evaluation: '属实' } as const
  t.equal(
    refusedField(() => list(without, evaluation, DEFAULT_DEADLINE)),
    '/category',
  )
  t.hasStrict(list(without, { ...evaluation, category: 'lighting' }, DEFAULT_DEADLINE), {
    data: { category: 'lighting' },
  })
  t.strictSame(list(itemIn('reported'), evaluation, DEFAULT_DEADLINE), {
    type: 'item.listed',
    data: { ...evaluation, category: 'roadside_protection', ...DEFAULT_DEADLINE },
  })
  t.hasStrict(list(itemIn('reported'), { ...evaluation, category: 'lighting' }, DEFAULT_DEADLINE), {
    data: { category: 'lighting' },
  })
})

const OTHER = { ...IDENTITY, id: '00000000-0000-7000-8000-0000000000f2', code: '2026-000173' }

t.test('an item is merged into one that is open, and each gets its event', async (t) => {
  for (const status of ['reported', 'listed', 'assigned', 'remediating', 'closure_requested'] as const) {
    const [item, target] = [itemIn('reported'), itemIn(status, {}, OTHER)]
    const { merged, absorbed } = merge(item, target, '同一弯道')
    t.strictSame(merged, { type: 'item.merged', data: { into: OTHER.id, intoCode: OTHER.code, reason: '同一弯道' } })
    t.strictSame(absorbed, { type: 'item.absorbed', data: { from: item.id, fromCode: item.code, reason: '同一弯道' } })
    t.hasStrict(evolve(item, happened(merged, 20)), { status: 'merged', mergedInto: OTHER.id })
    t.hasStrict(evolve(target, happened(absorbed, 20, OFFICER)), { status, mergedFrom: [item.id] }, status)
  }
})

t.test('an item is not merged into itself, nor into one that is merged, dismissed or closed', async (t) => {
  const item = itemIn('reported')
  t.equal(
    refusedField(() => merge(item, item, '重复')),
    '/into',
  )
  for (const itemStatus of ['merged', 'dismissed', 'closed'] satisfies Status[]) {
    const { details } = refusalOf('merge-refused', () => merge(item, itemIn(itemStatus, {}, OTHER), '重复'))
    t.hasStrict(details, { itemStatus, itemId: OTHER.id, itemCode: OTHER.code })
    t.notOk(details.allowedEvents?.includes('item.absorbed'), 'what can happen to the target does not name a merge')
  }
})
