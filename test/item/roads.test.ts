import fc from 'fast-check'
import { roadKey } from '../../src/domain/place/road.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { filing, itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, db, superuser, clock } = await createCheckedApp(t)
const { office, inspector } = home

const file = (more: Json) => ok(inspector.post('/v1/items', filing(more)))
const found = async (query: Record<string, string>) =>
  (await allPages(office, `/v1/items?${new URLSearchParams({ ...query, limit: '200' })}`)).map(({ id }) => id).sort()
const idsOf = (...items: Json[]) => items.map(({ id }) => id).sort()

t.test('the database and the domain name the same road', async () => {
  const keysOf = async (cases: readonly (readonly [string, string | null])[]) => {
    const { rows } = await superuser.query(
      'select road_key(road, area) as key from unnest($1::text[], $2::text[]) with ordinality as c (road, area, n) order by n',
      [cases.map(([road]) => road), cases.map(([, area]) => area)],
    )
    return rows.map(({ key }) => key)
  }
  const unit = fc.constantFrom(
    ...'GSXYCZgsxz01234567890０１９Ｇｘ国省县乡村道线高速公路京澳台和与段一二〇○零幺九 （）()【】-·:、WNE王店',
  )
  const words = fc.constantFrom(
    ...[
      'G105',
      'X001',
      'x888341225',
      '国道',
      '县道',
      '专用公路',
      '105',
      '一〇五',
      '（',
      '）',
      '京澳线',
      '高速公路',
      'G3',
    ],
    ...['与', '连接线', ' ', '\u3000', '-', '人民路', '太和段', '匝道', 'S315', '路', '线和', '\ufeff', 'W2', '乡道'],
  )
  const text = fc.oneof(
    fc.string({ unit, minLength: 1, maxLength: 14 }),
    fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => s.isWellFormed() && !s.includes('\0')),
    fc.array(words, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
  )
  const area = fc.constantFrom('341225', '341225101', '341200', null)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, area), { minLength: 200, maxLength: 200 }), async (cases) => {
      const keys = await keysOf(cases)
      for (const [k, [road, of]] of cases.entries()) {
        const expected = roadKey(road, of)
        if (keys[k] !== expected) throw new Error(`${JSON.stringify(road)}: ${keys[k]} instead of ${expected}`)
      }
    }),
    { numRuns: 20 },
  )
})

t.test('a road is found by its number, however it was written when it was filed or corrected', async (t) => {
  const named = await file({ road: 'G501京澳线' })
  t.equal(named.road, 'G501')
  const bracketed = await file({ road: '京澳线（Ｇ５０１）', chainage: 'K80' })
  t.equal(bracketed.road, 'G501')
  const other = await file({ road: 'G502', chainage: 'K80' })
  const { body: corrected } = await inspector.patch(
    `/v1/items/${other.id}`,
    { road: '国道五〇一' },
    { 'if-match': '"1"' },
  )
  t.equal(corrected.road, 'G501')
  const junction = await file({ road: 'G501与S315交叉口', chainage: null, address: '路口' })
  t.equal(junction.road, 'G501与S315交叉口')
  const expected = idsOf(named, bracketed, corrected)
  for (const road of ['G501', 'g501京澳线', '京澳线（G501）', '国道501', '国道五〇一']) {
    t.same(await found({ road }), expected, road)
  }
  t.same(await found({ road: 'G501', chainageFromM: 'K79', chainageToM: 'K81' }), idsOf(bracketed, corrected))
  const view = await ok(office.post('/v1/views', { name: '京澳线', filter: { road: 'G501京澳线' } }))
  t.same(await found({ view: view.id }), expected)
})

t.test('what was stored before with its route’s name is found, compared and grouped as that road', async (t) => {
  const old = await file({ road: 'G511', chainage: 'K5', area: '341225' })
  // As an earlier version wrote it.
  await superuser.query(`update item set road = 'G511京澳线' where id = $1`, [old.id])
  t.same(await found({ road: 'G511' }), idsOf(old))
  const second = await file({ road: 'G511', chainage: 'K5+020' })
  t.match(second.possibleDuplicates, [{ id: old.id, distanceM: 20 }])
  await superuser.query(`update item set road = 'G511' where id = $1`, [old.id])
})

t.test('county roads of one number in two counties are two roads', async (t) => {
  const place = { road: 'X501', chainage: 'K1+000' }
  const funan = await file({ ...place, area: '341225' })
  const linquan = await file({ ...place, area: '341221' })
  t.notOk('possibleDuplicates' in linquan, 'the other county’s is not its duplicate')
  const suffixed = await file({ road: 'X501341225', chainage: 'K1+010', area: '341225101' })
  t.match(suffixed.possibleDuplicates, [{ id: funan.id, distanceM: 10 }], 'with the county’s code it is the same road')
  const elsewhere = await file({ road: 'X5012', chainage: 'K1+000', area: '341225' })
  t.same(await found({ road: 'X501' }), idsOf(funan, linquan, suffixed), 'all counties’, and no longer number')
  t.same(await found({ road: 'X501', area: '341225' }), idsOf(funan, suffixed))
  t.same(await found({ road: 'X501341225' }), idsOf(funan, suffixed))
  t.same(await found({ road: '县道501（X501341221）' }), [], 'a text that names no road finds what was filed so')
  t.same(await found({ road: 'x501341221' }), idsOf(linquan))
  t.same(await found({ road: 'X5012' }), idsOf(elsewhere))

  const ask = async (query: Record<string, string>) =>
    (await ok(inspector.get(`/v1/possible-duplicates?${new URLSearchParams(query)}`))).possibleDuplicates
      .map(({ id }: Json) => id)
      .sort()
  t.same(await ask({ ...place, area: '341221' }), idsOf(linquan))
  t.same(await ask({ ...place, area: '341225101' }), idsOf(funan, suffixed))
  t.same(await ask({ ...place, road: 'X501341221' }), idsOf(linquan))
  t.same(await ask(place), idsOf(funan, linquan, suffixed), 'without an area, all counties’')
  const wrong = await inspector.get(`/v1/possible-duplicates?${new URLSearchParams({ ...place, area: '341299' })}`)
  refused(t, wrong, 400, 'invalid-request', { pointers: ['/query/area'] })
})

t.test('what was struck off in one county does not come back in another', async (t) => {
  const place = { road: 'X777', chainage: 'K5+000', category: 'lighting' }
  const closed = await itemIn('closed', home, { filing: { ...place, area: '341225' } })
  const elsewhere = await file({ ...place, chainage: 'K5+020', area: '341221' })
  t.equal(elsewhere.suspectedRecurrenceOf, null)
  const back = await file({ ...place, road: 'X777341225', chainage: 'K5+020', area: '341225' })
  t.match(back.suspectedRecurrenceOf, { id: closed.id })
})

t.test('reports tell the counties’ roads apart, in their keys and in their names', async (t) => {
  const order = { dueAt: '2026-03-03' }
  for (const area of ['341222', '341226']) {
    await itemIn('assigned', home, { filing: { road: 'X555', chainage: 'K1+000', area }, order })
  }
  await itemIn('assigned', home, { filing: { road: 'X555341226', chainage: 'K2+000', area: '341226' }, order })
  await itemIn('assigned', home, { filing: { road: 'G512', chainage: 'K1+000', area: '341226' }, order })
  const before = clock.now
  clock.now = '2026-03-10T01:00:00.000Z'
  const { groups } = await ok(office.get('/v1/reports/overdue?groupBy=road'))
  const shown = groups.map(({ key, label, count }: Json) => [key, label, count])
  t.same(shown.filter(([key]: string[]) => /^X555|^G512/.test(key ?? '')).sort(), [
    ['G512', 'G512', 1],
    ['X555341222', 'X555（太和县）', 1],
    ['X555341226', 'X555（颍上县）', 2],
  ])
  const only = await ok(office.get('/v1/reports/overdue?groupBy=road&road=X555341226'))
  t.same(
    only.groups.map(({ key }: Json) => key),
    ['X555341226'],
    'a group’s key finds the group',
  )
  clock.now = before
})

t.test('stretches of two counties’ roads are two sections', async (t) => {
  for (const [area, chainage, road] of [
    ['341222', 'K1+000~K1+500', 'X556'],
    ['341226', 'K1+200~K1+700', 'X556'],
    ['341226', 'K1+600~K1+800', 'X556341226'],
  ] as const) {
    await itemIn('closed', home, { filing: { road, chainage, area } })
  }
  const query = new URLSearchParams({ groupBy: 'section', road: 'X556' })
  const { groups } = await ok(office.get(`/v1/reports/outcomes?${query}`))
  t.same(
    groups.map(({ key, label, treated, treatedM }: Json) => [key, label, treated, treatedM]),
    [
      ['X556341226 K1+200~K1+800', 'X556（颍上县） K1+200~K1+800', 2, 600],
      ['X556341222 K1+000~K1+500', 'X556（太和县） K1+000~K1+500', 1, 500],
    ],
  )
  t.match(await verifyItems(db, home.id), { ok: true })
})
