import { createHash } from 'node:crypto'
import { recheckTask } from '../../src/close/recheck-task.js'
import { verifyClosing } from '../../src/close/verify.js'
import { canonicalJson } from '../../src/ledger/chain.js'
import { ladderTask } from '../../src/notices/ladder-task.js'
import { DAY_MS, itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const made = await createCheckedApp(t)
const { home, foreign, clock } = made
const { office, inspector, verifier, auditor, admin } = home
const RULES = { share: { general: 40, major: 100 }, units: [] as Json[], afterDays: 60, withinDays: 20 }

const work = () => runTask(recheckTask, taskDeps(made))
const list = async (query = '', caller = office): Promise<Json[]> => (await ok(caller.get(`/v1/rechecks${query}`))).data
const draws = async (): Promise<Json[]> => (await ok(auditor.get('/v1/recheck-draws'))).data
const closed = (area = '341225') => itemIn('closed', home, { filing: { area }, order: { dueAt: '2029-12-31' } })
const recheck = (item: Json, passed: boolean) =>
  office.post(`/v1/items/${item.id}/rechecks`, { passed, findings: passed ? '完好' : '损坏' })

async function setRules(rechecks: Json | null): Promise<void> {
  await ok(admin.put('/v1/rules', { ...(await ok(admin.get('/v1/rules'))), rechecks }))
}

// Struck off in March 2026; one is reopened in the same month, one after it.
const march: Json[] = []
for (let n = 0; n < 7; n++) march.push(await closed(n < 2 ? '341202' : '341225'))
const [back, later] = [await closed(), await closed()]
await ok(office.post(`/v1/items/${back.id}/reopening`, { reason: '重现' }))

t.test('without a rule nothing is drawn', async (t) => {
  clock.now = '2026-04-01T02:00:00.000Z'
  await work()
  t.same(await draws(), [])
})

t.test('a rule names units that there are', async (t) => {
  const share = { general: 100, major: 100 }
  const rules = await ok(admin.get('/v1/rules'))
  for (const unit of [foreign.unit, '01900000-0000-7000-8000-000000000000']) {
    const answer = await admin.put('/v1/rules', { ...rules, rechecks: { ...RULES, units: [{ unit, share }] } })
    refused(t, answer, 400, 'invalid-request', { pointers: ['/rechecks/units/0/unit'] })
  }
  const twice = [home.unit, home.unit].map((unit) => ({ unit, share }))
  refused(t, await admin.put('/v1/rules', { ...rules, rechecks: { ...RULES, units: twice } }), 400, 'invalid-request', {
    pointers: ['/rechecks/units'],
  })
})

t.test(
  'the month that has ended is drawn from, once, when what was under way at its end is in the ledger',
  async (t) => {
    await setRules(RULES)
    await ok(office.post(`/v1/items/${later.id}/reopening`, { reason: '四月重现' }))
    clock.now = '2026-03-31T16:30:00.000Z'
    await work()
    t.same(await draws(), [], 'half an hour after its end it is not')
    clock.now = '2026-04-01T02:00:00.000Z'
    await work()
    clock.advance(3_600_000)
    await work()
    const all = await draws()
    // Seven and the one that was reopened only after the cut-off.
    t.match(all, [{ period: '2026-03', rules: 1, strata: [{ unit: home.unit, closed: 8, share: 40, drawn: 4 }] }])
    const drawn = await list()
    t.equal(drawn.length, 4)
    const still = drawn.filter(({ item }) => item.id !== later.id)
    t.match(
      still,
      still.map(() => ({ state: 'waiting', passed: null, dueAt: '2026-05-21T15:59:59.999Z' })),
    )
    t.notOk(drawn.some(({ item }) => item.id === back.id))
  },
)

t.test('anybody can draw it again from the ledger alone', async (t) => {
  const [draw] = await draws()
  const events: Json = []
  for (let after = 0; ; ) {
    const page = await ok(auditor.get(`/v1/events?limit=200&after=${after}`))
    if (page.data.length === 0) break
    events.push(...page.data)
    after = page.data.at(-1).seq
  }
  const { seq, hash } = draw.cutOff
  const until = events.filter((event: Json) => event.seq <= seq)
  t.equal(until.at(-1).hash, hash)
  t.ok(events[seq].at >= '2026-03-31T16:00:00.000Z', 'the next event is of the next month')
  // What is closed then, of which unit and level, folded by hand.
  const items = new Map<string, Json>()
  for (const { itemId, type, at, data } of until) {
    const item = items.get(itemId) ?? {}
    if (type === 'item.listed') item.level = data.level
    if (type === 'item.assigned') item.unit = data.responsibleUnit
    if (type === 'item.closed') item.closedAt = at
    if (type === 'item.reopened' || (type === 'item.rechecked' && !data.passed)) item.closedAt = undefined
    items.set(itemId, item)
  }
  const groups = new Map<string, string[]>()
  for (const [id, { closedAt, unit, level }] of items) {
    if (closedAt === undefined || closedAt < '2026-02-28T16:00:00.000Z') continue
    groups.set(`${unit} ${level}`, [...(groups.get(`${unit} ${level}`) ?? []), id])
  }
  const rank = (id: string) => createHash('sha256').update(Buffer.from(hash, 'hex')).update(id, 'utf8').digest('hex')
  const { share } = events.find(({ type }: Json) => type === 'rules.changed').data.rules.rechecks
  const again = [...groups].flatMap(([key, ids]) =>
    ids
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
      .slice(0, Math.ceil((ids.length * share[key.split(' ')[1] ?? '']) / 100)),
  )
  t.same((await list()).map(({ item }) => item.id).sort(), again.sort())
  const drawn = events.find(({ type }: Json) => type === 'recheck.drawn')
  const sampleSha256 = createHash('sha256').update(canonicalJson(again.sort())).digest('hex')
  t.match(drawn, { itemId: null, data: { period: '2026-03', cutOff: draw.cutOff, closed: 8, drawn: 4, sampleSha256 } })
})

t.test('what comes due is noticed once, and is due until it is made or its time is over', async (t) => {
  const waiting = (await list('?state=waiting')).map(({ item }) => item)
  t.ok(waiting.length >= 3)
  clock.now = '2026-04-30T16:00:00.000Z'
  await work()
  clock.advance(DAY_MS)
  await work()
  t.same((await list('?state=due')).map(({ item }) => item.id).sort(), waiting.map(({ id }) => id).sort())
  const { data: notices } = await ok(office.get('/v1/notices?kind=recheck_due'))
  t.same(notices.map(({ item }: Json) => item.id).sort(), waiting.map(({ id }) => id).sort())
  t.match(notices[0], { recipient: 'office', details: { period: '2026-03', dueAt: '2026-05-21T15:59:59.999Z' } })

  const [good, bad, late] = waiting
  await ok(recheck(good, true))
  t.match(await ok(recheck(bad, false)), { status: 'listed' }, 'a failed one puts it on account again')
  t.same((await list('?state=done')).map(({ item, passed }) => [item.id, passed]).sort(), [
    ...[
      [good.id, true],
      [bad.id, false],
    ].sort(),
  ])
  await runTask(ladderTask, taskDeps(made))
  const { data: after } = await ok(office.get('/v1/notices?kind=recheck_due&state=cancelled'))
  t.same(after.map(({ item }: Json) => item.id).sort(), [good.id, bad.id].sort(), 'what is made needs no notice')
  clock.now = '2026-05-21T16:00:00.000Z'
  t.ok((await list('?state=overdue')).some(({ item }) => item.id === late.id))
  await ok(office.post(`/v1/items/${late.id}/reopening`, { reason: '重现' }))
  t.ok((await list('?state=lapsed')).some(({ item }) => item.id === late.id))
  const progress = await ok(office.get('/v1/reports/progress?from=2026-01-01&to=2026-06-01'))
  t.match(progress, { recurrent: 1, rates: { recheckPass: { numerator: 1, denominator: 2 } } })
})

t.test('the list has its pages, and shows nobody an item that they may not see', async (t) => {
  const all = await list()
  t.same(await allPages(office, '/v1/rechecks?limit=1'), all)
  t.same(await list(`?unit=${home.otherUnit}`), [])
  t.equal((await list(`?unit=${home.unit}&period=2026-03`)).length, all.length)
  t.same(await list('?period=2026-02'), [])
  const near = await home.addCaller('inspector', { area: '341202', name: '颍州排查员' })
  t.same(
    await list('', near),
    all.filter(({ item }) => item.area === '341202'),
  )
  t.same(await list('', foreign.office), [])
  t.same((await ok(foreign.auditor.get('/v1/recheck-draws'))).data, [])
  refused(t, await office.get('/v1/rechecks?period=2026-13'), 400, 'invalid-request', { pointers: ['/query/period'] })
})

t.test('months that nobody was there to draw are drawn later', async (t) => {
  const item = await closed()
  await ok(verifier.post(`/v1/items/${item.id}/notes`, { note: '五月' }))
  clock.now = '2026-08-02T00:00:00.000Z'
  await work()
  t.same(
    (await draws()).map(({ period, strata }) => [period, strata.length]),
    [
      ['2026-07', 0],
      ['2026-06', 0],
      ['2026-05', 1],
      ['2026-04', 0],
      ['2026-03', 1],
    ],
  )
  t.match(await list('?period=2026-05'), [{ item: { id: item.id }, state: 'due' }])
  t.same(await ok(inspector.get('/v1/rechecks?period=2026-07')), { data: [], nextCursor: null })
})

t.test('the verification draws every sample again, and finds another seed, sample or decision', async (t) => {
  const again = await itemIn('reported', home, { filing: { area: '341225' } })
  t.ok(again.suspectedRecurrenceOf)
  await ok(office.post(`/v1/items/${again.id}/recurrence-decision`, { confirmed: true }))
  t.same(await verifyClosing(made.db, home.id), { ok: true, checked: 6, faults: [] })
  await made.superuser.query(
    `delete from recheck where ctid = (select min(ctid) from recheck where period = '2026-03')`,
  )
  await made.superuser.query(`update recheck_draw set seed = sha256('x') where period = '2026-05'`)
  await made.superuser.query('update recurrence set confirmed = false where decided_at is not null')
  const { faults } = await verifyClosing(made.db, home.id)
  t.same(
    faults.map(({ name, fault }) => [name.length === 7 ? name : 'link', fault]),
    [
      ['2026-03', 'another sample'],
      ['2026-05', 'another seed'],
      ['link', 'another decision'],
    ],
  )
})

t.test('the ledger says all of it', async (t) => {
  t.match(await ok(auditor.post('/v1/ledger/verification')), { ok: true })
})
