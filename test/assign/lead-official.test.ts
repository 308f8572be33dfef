import { verifyItems } from '../../src/ledger/verify-items.js'
import { itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const at = await createCheckedApp(t)
const { home, foreign, clock, db } = at
const { office, unitCaller, verifier } = home
const LI = { name: '李敏', title: '副县长' }
const WHY = '王建国同志调任。'
const REPLACEMENT = '/v1/lead-officials/replacement'
const url = (item: Json) => `/v1/items/${item.id}/lead-official`
const read = (item: Json) => ok(office.get(`/v1/items/${item.id}`))

t.test(
  'the office names another lead official: no new order, the signature, the deadline and the ladder stay',
  async (t) => {
    for (const stage of ['assigned', 'remediating', 'closure_requested'] as const) {
      const item = await itemIn(stage, home)
      clock.advance(60_000)
      const answer = await office.post(
        url(item),
        { leadOfficial: LI, reason: WHY },
        { 'if-match': `"${item.version}"` },
      )
      const { assignment, version, updatedAt } = answer.body
      t.match(answer, { status: 200, headers: { etag: `"${item.version + 1}"` } })
      t.same(effectOf(item, answer.body), { assignment, version, updatedAt }, `${stage}: nothing else has changed`)
      t.same(assignment, { ...item.assignment, leadOfficial: LI })
      const { data } = await ok(office.get(`/v1/items/${item.id}/events`))
      t.match(data.at(-1), { type: 'item.lead_official_changed', actor: { role: 'office' } })
      t.same(data.at(-1).data, { previous: item.assignment.leadOfficial, leadOfficial: LI, reason: WHY })
      const { changes } = await ok(office.get(`/v1/items/${item.id}/diff?from=${item.version}`))
      t.ok(
        changes.some((change: Json) => change.pointer === '/assignment/leadOfficial/name'),
        'the diff names it',
      )
    }
  },
)

t.test('who is named already, written the same, makes no event; a title or a spelling that differs does', async (t) => {
  const item = await itemIn('remediating', home)
  const same = await ok(office.post(url(item), { leadOfficial: item.assignment.leadOfficial }))
  t.equal(same.version, item.version)
  const other = await ok(office.post(url(item), { leadOfficial: { name: '王建国' } }))
  t.same(other.assignment.leadOfficial, { name: '王建国' })
  t.equal(other.version, item.version + 1)
})

t.test(
  'it is refused without an order, to a stale screen, to others than the office, and for a name that is none',
  async (t) => {
    const body = { leadOfficial: LI, reason: WHY }
    for (const stage of ['reported', 'listed', 'closed', 'dismissed', 'merged'] as const) {
      const answer = await office.post(url(await itemIn(stage, home)), body)
      refused(t, answer, 409, 'wrong-status', { itemStatus: stage })
      t.notOk(answer.body.allowedEvents.includes('item.lead_official_changed'))
    }
    const item = await itemIn('remediating', home)
    refused(t, await office.post(url(item), body, { 'if-match': '"1"' }), 412, 'stale')
    for (const caller of [unitCaller, home.inspector, home.supervisor, home.auditor, home.admin]) {
      refused(t, await caller.post(url(item), body), 403, 'forbidden')
      refused(t, await caller.post(REPLACEMENT, { from: '王建国', to: LI, reason: WHY }), 403, 'forbidden')
    }
    refused(t, await foreign.office.post(url(item), body), 404, 'not-found')
    refused(t, await office.post(url(item), {}), 400, 'invalid-request', { pointers: ['/leadOfficial'] })
    refused(t, await office.post(url(item), { leadOfficial: { name: ' ' } }), 400, 'invalid-request', {
      pointers: ['/leadOfficial/name'],
    })
  },
)

t.test('a repeated request changes the official once', async (t) => {
  const item = await itemIn('remediating', home)
  const headers = { 'idempotency-key': 'lead-1' }
  const first = await office.post(url(item), { leadOfficial: LI }, headers)
  const again = await office.post(url(item), { leadOfficial: LI }, headers)
  t.same(again.body, first.body)
  t.equal(again.headers['idempotency-replayed'], 'true')
})

t.test('what happened before the change is the former official’s, what happens after it the new one’s', async (t) => {
  const [OLD, NEW] = [{ name: '前任甲' }, { name: '后任乙' }]
  const leave = { leadOfficial: NEW }
  const kept = await itemIn('remediating', home, { order: { leadOfficial: OLD } })
  const closed = await itemIn('closed', home, { order: { leadOfficial: OLD } })
  const handed = await itemIn('closure_requested', home, { order: { leadOfficial: OLD } })
  await ok(verifier.post(`/v1/items/${handed.id}/closure-decision`, { approved: false, findings: '缺 8 米' }))
  await ok(office.post(url(handed), leave))
  await ok(unitCaller.post(`/v1/items/${handed.id}/closure-requests`, { summary: '已补' }))
  await ok(verifier.post(`/v1/items/${handed.id}/closure-decision`, { approved: true, findings: '合格' }))
  t.equal(closed.status, 'closed')
  const { groups } = await ok(office.get('/v1/reports/lead-officials'))
  const of = (name: string) => groups.find((group: Json) => group.key === name)
  t.match(of('前任甲'), { assigned: 3, closed: 1, rejected: 1, open: 1 })
  t.match(of('后任乙'), { assigned: 0, closed: 1, rejected: 0, open: 0 })
  const units = await ok(office.get('/v1/reports/units?q=%E6%97%A0%E6%8A%A4%E6%A0%8F'))
  t.equal(units.groups.length > 0, true)
  t.equal(kept.status, 'remediating')
})

t.test('all items of an official who leaves go to another at once, in any spelling, and only those', async (t) => {
  const spellings = ['赵 强', '赵强', '赵　强']
  const items = []
  for (const name of spellings) items.push(await itemIn('remediating', home, { order: { leadOfficial: { name } } }))
  const titled = await itemIn('assigned', home, { order: { leadOfficial: { name: '赵强', title: '副市长' } } })
  const closed = await itemIn('closed', home, { order: { leadOfficial: { name: '赵强' } } })
  const theirs = await itemIn('remediating', foreign, { order: { leadOfficial: { name: '赵强' } } })
  const wish = { from: '赵强', to: LI, reason: WHY }

  const foreseen = await ok(office.post(`${REPLACEMENT}?dryRun=true`, wish))
  t.match(foreseen, { dryRun: true, changed: 4, remaining: 0 })
  t.same((await read(items[0])).assignment, items[0].assignment, 'a dry run changes nothing')

  const onlyTitled = await ok(office.post(REPLACEMENT, { ...wish, from: { name: '赵 强', title: '副市长' } }))
  t.match(onlyTitled, {
    changed: 1,
    remaining: 0,
    items: [{ id: titled.id, previous: { name: '赵强', title: '副市长' } }],
  })
  t.match(await ok(office.post(REPLACEMENT, { ...wish, unit: home.otherUnit })), { changed: 0 })
  t.match(await ok(office.post(REPLACEMENT, { ...wish, area: '341202' })), { changed: 0 })

  const headers = { 'idempotency-key': 'replace-1' }
  const done = await office.post(REPLACEMENT, { ...wish, unit: home.unit, area: '341225' }, headers)
  t.match(done.body, { dryRun: false, changed: 3, remaining: 0 })
  t.same(done.body.items.map((item: Json) => item.id).sort(), items.map(({ id }) => id).sort())
  for (const item of [...items, titled]) {
    const after = await read(item)
    t.same(after.assignment, { ...item.assignment, leadOfficial: LI })
    t.same([after.status, after.dueAt, after.version], [item.status, item.dueAt, item.version + 1])
  }
  t.same((await read(closed)).assignment.leadOfficial, { name: '赵强' }, 'what is struck off keeps its name')
  t.same((await ok(foreign.office.get(`/v1/items/${theirs.id}`))).assignment.leadOfficial, { name: '赵强' })

  const again = await office.post(REPLACEMENT, { ...wish, unit: home.unit, area: '341225' }, headers)
  t.same(again.body, done.body, 'a repetition is answered the same')
  t.match(await ok(office.post(REPLACEMENT, wish)), { changed: 0, remaining: 0, items: [] })
  const { data } = await ok(office.get(`/v1/items/${titled.id}/events`))
  t.same(data.filter((event: Json) => event.type === 'item.lead_official_changed').length, 1)
})

t.test('a replacement that is not whole is refused, and names the field', async (t) => {
  const wish = { from: '王建国', to: LI, reason: WHY }
  const cases: [Json, string[]][] = [
    [{ ...wish, reason: undefined }, ['/reason']],
    [{ ...wish, to: undefined }, ['/to']],
    [{ ...wish, to: { name: '' } }, ['/to/name']],
    [{ ...wish, area: '12' }, ['/area']],
    [{ ...wish, all: true }, ['/all']],
  ]
  for (const [body, pointers] of cases) {
    refused(t, await office.post(REPLACEMENT, body), 400, 'invalid-request', { pointers })
  }
})

t.test('the rows are what their events fold to, and an order still names its own official', async (t) => {
  const item = await itemIn('remediating', home)
  await ok(office.post(url(item), { leadOfficial: LI }))
  const again = await ok(office.post(`/v1/items/${item.id}/assignments`, order(home)))
  t.same(again.assignment.leadOfficial, { name: '王建国', title: '副县长' })
  t.match(await verifyItems(db, home.id), { ok: true, faults: [] })
  const paper = await ok(office.post(`/v1/items/${item.id}/documents`, { kind: 'item_file' }))
  t.ok(paper.number)
})
