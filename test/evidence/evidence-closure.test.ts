import { verifyItems } from '../../src/ledger/verify-items.js'
import { filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { evidence, photo } from '../helpers/evidence.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { app, db, home, foreign, clock } = made
const { inspector, office, unitCaller, verifier, admin } = home

const HERE = { lon: 115.5901, lat: 32.6607 }
let seed = 100
const sent = async (caller: typeof inspector, kind: string, shot: Parameters<typeof photo>[1] = {}) =>
  evidence(app, caller, await photo(seed++, shot), { kind })
const read = (id: string) => ok(office.get(`/v1/items/${id}`))
const lastEvent = async (id: string) => (await ok(office.get(`/v1/items/${id}/events`))).data.at(-1)
const rulesWith = async (change: (rules: Json) => void) => {
  const rules = await ok(admin.get('/v1/rules'))
  change(rules.evidence)
  return ok(admin.put('/v1/rules', rules))
}

t.test(
  'filings, reports, requests, decisions and rechecks refer to evidence, and their events say its hash',
  async (t) => {
    const before = await sent(inspector, 'before')
    const filed = await ok(inspector.post('/v1/items', filing({ location: HERE, evidence: [before.id] })))
    t.match(filed.evidence, [{ id: before.id, kind: 'before', sha256: before.sha256, event: 'item.reported' }])
    const url = `/v1/items/${filed.id}`
    await ok(office.post(`${url}/listing`, { level: 'general' }))
    await ok(office.post(`${url}/assignments`, order(home)))
    await ok(unitCaller.post(`${url}/acceptance`))
    const steps: [typeof inspector, string, Json, string, string][] = [
      [unitCaller, 'progress-reports', { percent: 50, note: '施工中' }, 'during', 'item.progress_reported'],
      [unitCaller, 'closure-requests', { summary: '完成' }, 'after', 'item.closure_requested'],
      [verifier, 'closure-decision', { approved: false, findings: '缺 8 米' }, 'after', 'item.closure_rejected'],
      [unitCaller, 'closure-requests', { summary: '再次' }, 'after', 'item.closure_requested'],
      [office, 'closure-decision', { approved: true, findings: '合格' }, 'document', 'item.closed'],
      [inspector, 'rechecks', { passed: true, findings: '完好' }, 'after', 'item.rechecked'],
    ]
    const ids = [before.id]
    for (const [caller, noun, body, kind, type] of steps) {
      clock.advance(60_000)
      const { id, sha256 } = await sent(caller, kind)
      ids.push(id)
      const item = await ok(caller.post(`${url}/${noun}`, { ...body, evidence: [id] }))
      t.same(
        item.evidence.map((one: Json) => one.id),
        ids,
      )
      t.match(item.evidence.at(-1), { id, kind, sha256, event: type, at: clock.now })
      const event = await lastEvent(filed.id)
      t.match(event, { type, data: { evidence: [{ id, kind, sha256, mediaType: 'image/jpeg' }] } })
      t.equal(event.data.evidence.length, 1)
      for (const part of ['progress', 'closureRequest', 'recheck']) t.notMatch(item[part] ?? {}, { evidence: Array })
    }
    t.match(await verifyItems(db, home.id), { ok: true })
    const then = await ok(office.get(`${url}?asOf=2026-03-02T01:01:00.000Z`))
    t.equal(then.evidence.length, 2, 'as things stood then')
  },
)

t.test('what is not there, or not the caller’s to see, is refused, and nothing has happened', async (t) => {
  const item = await itemIn('remediating', home)
  const url = `/v1/items/${item.id}/progress-reports`
  const own = await sent(unitCaller, 'during')
  const [theirs, inspectors] = [await sent(foreign.unitCaller, 'during'), await sent(inspector, 'before')]
  const report = { percent: 10, note: '开工' }
  for (const id of [theirs.id, inspectors.id, '01900000-0000-7000-8000-000000000000']) {
    const answer = await unitCaller.post(url, { ...report, evidence: [own.id, id] })
    refused(t, answer, 400, 'invalid-request', { pointers: ['/evidence/1'] })
  }
  const wrong = [['x'], 'x', [own.id, own.id], Array.from({ length: 21 }, () => own.id), [null]]
  for (const given of wrong) {
    refused(t, await unitCaller.post(url, { ...report, evidence: given }), 400, 'invalid-request')
  }
  t.same((await read(item.id)).version, item.version)
  t.same((await ok(unitCaller.get(`/v1/evidence/${own.id}`))).uses, [], 'it is not used yet')
  await ok(unitCaller.post(url, { ...report, evidence: [own.id] }))
  const decision = { approved: false, findings: '见照片', evidence: [own.id] }
  await ok(unitCaller.post(`/v1/items/${item.id}/closure-requests`, { summary: '完成' }))
  t.equal((await ok(verifier.post(`/v1/items/${item.id}/closure-decision`, decision))).evidence.length, 1, 'once')
})

t.test('no evidence is asked for where the rules ask for none', async (t) => {
  const { evidence: rules } = await ok(admin.get('/v1/rules'))
  t.match(rules, { closure: { general: { before: 0, after: 0 } }, maxDistanceM: 500 })
  const item = await itemIn('remediating', home)
  t.match(await unitCaller.post(`/v1/items/${item.id}/closure-requests`, { summary: '完成' }), { status: 200 })
})

t.test('a closure request that lacks evidence is refused with what it lacks', async (t) => {
  await rulesWith(({ closure }) => {
    Object.assign(closure.general, { before: 1, after: 1 })
    Object.assign(closure.major, { before: 1, after: 2, document: 1 })
  })
  const item = await itemIn('remediating', home)
  const url = `/v1/items/${item.id}`
  const request = (ids: string[] = []) => unitCaller.post(`${url}/closure-requests`, { summary: '完成', evidence: ids })
  const answer = await request()
  const missing = [
    { kind: 'before', required: 1, present: 0 },
    { kind: 'after', required: 1, present: 0 },
  ]
  refused(t, answer, 409, 'evidence-missing', { missing })
  t.match(answer.body.detail, /before 0\/1, after 0\/1/)
  const after = await sent(unitCaller, 'after')
  refused(t, await request([after.id]), 409, 'evidence-missing', { missing: missing.slice(0, 1) })
  const before = await sent(unitCaller, 'before')
  await ok(unitCaller.post(`${url}/progress-reports`, { percent: 5, note: '开工', evidence: [before.id] }))
  t.match(await request([after.id]), { status: 200 }, 'what a report brought counts')

  const major = await itemIn('listed', home, { filing: {} })
  t.equal(major.level, 'general')
  const filed = await ok(inspector.post('/v1/items', filing({ evidence: [(await sent(inspector, 'before')).id] })))
  await ok(office.post(`/v1/items/${filed.id}/listing`, { level: 'major' }))
  await ok(office.post(`/v1/items/${filed.id}/assignments`, order(home)))
  await ok(unitCaller.post(`/v1/items/${filed.id}/acceptance`))
  const ids = [(await sent(unitCaller, 'after')).id, (await sent(unitCaller, 'after')).id]
  const closure = `/v1/items/${filed.id}/closure-requests`
  refused(t, await unitCaller.post(closure, { summary: '完成', evidence: ids }), 409, 'evidence-missing', {
    missing: [{ kind: 'document', required: 1, present: 0 }],
  })
  ids.push((await sent(unitCaller, 'document')).id)
  t.match(await unitCaller.post(closure, { summary: '完成', evidence: ids }), { status: 200 })
})

t.test('a reopened item is not closed by the photos of its first closure', async (t) => {
  const item = await itemIn('remediating', home)
  const url = `/v1/items/${item.id}`
  const ids = [(await sent(unitCaller, 'before')).id, (await sent(unitCaller, 'after')).id]
  await ok(unitCaller.post(`${url}/closure-requests`, { summary: '完成', evidence: ids }))
  await ok(verifier.post(`${url}/closure-decision`, { approved: true, findings: '合格' }))
  clock.advance(60_000)
  await ok(inspector.post(`${url}/rechecks`, { passed: false, findings: '被撞损' }))
  clock.advance(60_000)
  await ok(office.post(`${url}/assignments`, order(home)))
  await ok(unitCaller.post(`${url}/acceptance`))
  const again = await unitCaller.post(`${url}/closure-requests`, { summary: '完成' })
  refused(t, again, 409, 'evidence-missing', { missing: [{ kind: 'after', required: 1, present: 0 }] })
  const fresh = await sent(unitCaller, 'after')
  t.match(await unitCaller.post(`${url}/closure-requests`, { summary: '完成', evidence: [fresh.id] }), { status: 200 })
})

t.test('rules that a client does not know of are not changed by it', async (t) => {
  const { evidence: set, ...rules } = await ok(admin.get('/v1/rules'))
  t.same((await ok(admin.put('/v1/rules', { ...rules, receiptDays: 5 }))).evidence, set)
})

t.test('the verifier is shown what is odd: place, time, and photos used elsewhere', async (t) => {
  await rulesWith(({ closure }) => Object.assign(closure.general, { before: 0, after: 0 }))
  clock.now = '2026-03-20T01:00:00.000Z'
  const place = { filing: { location: HERE } }
  const item = await itemIn('remediating', home, place)
  const other = await itemIn('remediating', home, place)
  clock.advance(3_600_000)
  const cite = async (target: Json, id: string) => {
    const report = { percent: 1, note: '照片', evidence: [id] }
    const { evidence: all } = await ok(unitCaller.post(`/v1/items/${target.id}/progress-reports`, report))
    return all.find((one: Json) => one.id === id).warnings
  }
  const at = '2026:03:20 09:30:00'
  const here = { at, ...HERE }
  t.same(await cite(item, (await sent(unitCaller, 'during', here)).id), [], 'nothing is odd')
  t.same(await cite(item, (await sent(unitCaller, 'during', { at })).id), ['no_position'])
  t.same(await cite(item, (await sent(unitCaller, 'during', HERE)).id), ['no_time'])
  const far = { at, lon: HERE.lon + 0.0055, lat: HERE.lat }
  t.same(await cite(item, (await sent(unitCaller, 'during', far)).id), ['far_from_item'], '515 m away')
  const near = { at, lon: HERE.lon + 0.0051, lat: HERE.lat }
  t.same(await cite(item, (await sent(unitCaller, 'during', near)).id), [], '478 m away')
  const old = { at: '2026:03:19 09:30:00', ...HERE }
  t.same(await cite(item, (await sent(unitCaller, 'after', old)).id), ['before_assignment'])
  t.same(await cite(item, (await sent(unitCaller, 'before', old)).id), [], 'the hazard is older than the order')
  t.same(await cite(item, (await sent(unitCaller, 'during', { ...here, at: '2026:03:21 09:30:00' })).id), ['in_future'])

  const original = await photo(9000, here)
  const shown = await evidence(app, unitCaller, original, { kind: 'during' })
  t.same(await cite(item, shown.id), [])
  const again = await evidence(app, unitCaller, original, { kind: 'after' })
  t.same(await cite(item, again.id), ['same_file_as_other_kind'])
  const sharp = (await import('sharp')).default
  const resaved = await sharp(original).keepExif().resize(400).jpeg({ quality: 60 }).toBuffer()
  const copy = await evidence(app, unitCaller, resaved, { kind: 'during' })
  t.not(copy.sha256, shown.sha256)
  t.same(await cite(other, copy.id), ['used_on_other_item'])
  const view = await ok(verifier.get(`/v1/evidence/${copy.id}`))
  t.match(view.uses, [{ itemId: other.id, warnings: ['used_on_other_item'] }])
  t.match(view.alike, [
    { itemCode: item.code, sameFile: false },
    { itemCode: item.code, sameFile: false },
  ])
  t.match(await verifier.post(`/v1/items/${other.id}/notes`, { note: '已问' }), { status: 200 })
  const theirs = await itemIn('remediating', foreign, { filing: { location: HERE } })
  const elsewhere = await evidence(app, foreign.unitCaller, original, { kind: 'during' })
  const report = { percent: 1, note: '照片', evidence: [elsewhere.id] }
  const { evidence: all } = await ok(foreign.unitCaller.post(`/v1/items/${theirs.id}/progress-reports`, report))
  t.notMatch(all[0].warnings, ['used_on_other_item'], 'another jurisdiction’s photos are not compared with')
})

t.test('who may not see the other item is told that there is one, not which', async (t) => {
  const place = { filing: { location: HERE } }
  const [mine, theirs] = [await itemIn('remediating', home, place), await itemIn('reported', home, place)]
  const original = await photo(9100)
  const first = await evidence(app, inspector, original, { kind: 'before' })
  const filed = await ok(inspector.post('/v1/items', filing({ location: HERE, evidence: [first.id] })))
  const second = await evidence(app, unitCaller, original, { kind: 'during' })
  const report = { percent: 1, note: '照片', evidence: [second.id] }
  const answer = await ok(unitCaller.post(`/v1/items/${mine.id}/progress-reports`, report))
  t.ok(answer.evidence[0].warnings.includes('used_on_other_item'))
  t.same((await ok(unitCaller.get(`/v1/evidence/${second.id}`))).alike, [])
  t.match((await ok(office.get(`/v1/evidence/${second.id}`))).alike, [{ itemCode: filed.code, sameFile: true }])
  t.ok(theirs.id)
})
