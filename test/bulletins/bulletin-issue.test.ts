import { verifyChain } from '../../src/ledger/verify.js'
import { createTestApp, DAY_MS, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { draft, issue, publish } from '../helpers/bulletins.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const NOBODY = '01900000-0000-7000-8000-000000000000'

t.test('the same cut-off gives the same content, whatever happens in the ledger afterwards', async (t) => {
  const { home, clock, superuser } = await createCheckedApp(t)
  const { office, admin, verifier } = home
  const items: Json[] = []
  for (let k = 0; k < 6; k++)
    items.push(await itemIn(k < 3 ? 'closed' : 'remediating', home, { order: { dueAt: '2026-03-05' } }))
  const stays = await itemIn('listed', home)
  clock.advance(9 * DAY_MS)
  const first = await publish(home, { kind: 'weekly', from: '2026-03-02' })
  const asked = { kind: 'on_demand', from: '2026-03-01', to: '2026-03-11', cutOff: clock.now }
  const before = await draft(home, asked)
  t.match(before.content.figures, { listed: 7, closed: 3, overdue: 3 })

  clock.advance(DAY_MS)
  await ok(admin.patch(`/v1/units/${home.unit}`, { name: '阜阳市交通运输局' }))
  await ok(office.post(`/v1/items/${items[0].id}/reopening`, { reason: '又坏了' }))
  await ok(verifier.post(`/v1/items/${items[1].id}/rechecks`, { passed: false, findings: '不合格' }))
  await ok(office.patch(`/v1/items/${items[3].id}`, { title: '改过的标题', area: '341202' }, { 'if-match': '*' }))
  const reassigned = order({ unit: home.otherUnit }, { leadOfficial: { name: '李红' } })
  await ok(office.post(`/v1/items/${items[4].id}/assignments`, reassigned))
  await ok(office.post(`/v1/items/${items[5].id}/suspension`, { reason: '汛期' }))
  await ok(office.post(`/v1/items/${stays.id}/assignments`, order(home)))
  await itemIn('closed', home)
  clock.advance(DAY_MS)

  const again = await draft(home, asked)
  t.not(again.id, before.id)
  t.strictSame(again.content, before.content)
  t.equal(again.contentSha256, before.contentSha256)
  await superuser.query(`update area set name = '新名' where code = '341225'`)
  for (const { id, contentSha256, seq } of [first, before]) {
    const made = await ok(office.get(`/v1/bulletins/${id}/reproduction`))
    t.strictSame(made, { same: true, contentSha256, recomputedSha256: contentSha256, seq })
  }
  t.match((await ok(office.get(`/v1/bulletins/${first.id}`))).content, first.content, 'and what is kept is as it was')
  const names = (await draft(home, { kind: 'on_demand' })).content.units.map(({ name }: Json) => name)
  t.ok(names.includes('阜阳市交通运输局'), 'while what is made now has the new name')

  await superuser.query('update item_past set closed_at = null where jurisdiction_id = $1 and id = $2', [
    home.id,
    items[0].id,
  ])
  t.match(await ok(office.get(`/v1/bulletins/${first.id}/reproduction`)), { same: false }, 'a forged past is found out')
})

t.test('a draft is edited by the office, in the version that it saw, and thrown away', async (t) => {
  const { home, clock } = await createCheckedApp(t)
  const { office } = home
  clock.advance(40 * DAY_MS)
  const { id, ...made } = await draft(home, { kind: 'monthly' })
  const url = `/v1/bulletins/${id}`
  t.match(made, {
    ...{ version: 1, state: 'draft', number: null, issuedAt: null, issuedBy: null, preface: null, remarks: null },
    ...{ title: '道路交通安全隐患治理月通报（2026年3月）', createdBy: { name: '阜阳 office' }, corrects: null },
  })
  refused(t, await office.patch(url, { title: '甲' }), 428, 'precondition-required')
  refused(t, await office.patch(url, { title: '甲' }, { 'if-match': '"7"' }), 412, 'stale', { currentVersion: 1 })
  for (const [body, pointer] of [
    [{ content: {} }, '/content'],
    [{ title: null }, '/title'],
    [{ kind: 'daily' }, '/kind'],
  ] as const) {
    refused(t, await office.patch(url, body, { 'if-match': '"1"' }), 400, 'invalid-request', { pointers: [pointer] })
  }
  const edited = await office.patch(url, { title: '甲', preface: '各单位：', remarks: '无' }, { 'if-match': '"1"' })
  t.match(edited, { status: 200, headers: { etag: '"2"' }, body: { version: 2, title: '甲', preface: '各单位：' } })
  t.same(edited.body.content, made.content, 'the content is the ledger’s')
  t.match(await ok(office.patch(url, { remarks: null }, { 'if-match': '"2"' })), { remarks: null, preface: '各单位：' })
  t.equal((await office.delete(url)).status, 204)
  refused(t, await office.get(url), 404, 'not-found')
  refused(t, await office.delete(url), 404, 'not-found')
  t.equal((await draft(home, { kind: 'monthly' })).title, made.title, 'its period is free again')
})

t.test('a draft is the office’s alone; to others it is as if it were not there', async (t) => {
  const { home, foreign } = await createCheckedApp(t)
  const { id } = await draft(home, { kind: 'on_demand' })
  const others = [home.unitCaller, home.inspector, home.supervisor, home.auditor, home.admin, foreign.office]
  for (const caller of others) {
    for (const of of [id, NOBODY]) refused(t, await caller.get(`/v1/bulletins/${of}`), 404, 'not-found')
    t.same((await ok(caller.get('/v1/bulletins?state=draft'))).data, [])
    t.same((await ok(caller.get('/v1/bulletins'))).data, [])
  }
  for (const caller of [home.unitCaller, home.supervisor]) {
    refused(t, await caller.post(`/v1/bulletins/${id}/receipt`), 404, 'not-found')
  }
  for (const noun of ['receipts', 'reproduction']) {
    refused(t, await home.auditor.get(`/v1/bulletins/${id}/${noun}`), 404, 'not-found')
  }
  refused(t, await home.office.post(`/v1/bulletins/${id}/receipt`), 409, 'wrong-status')
  t.match(await ok(home.office.get('/v1/bulletins?state=draft')), { data: [{ id }] })
  await issue(home, { id })
  for (const caller of others.slice(0, 5)) {
    t.match(await ok(caller.get(`/v1/bulletins/${id}`)), { id, state: 'issued' })
    t.match((await ok(caller.get('/v1/bulletins'))).data, [{ id }])
    t.same((await ok(caller.get('/v1/bulletins?kind=monthly'))).data, [])
  }
  refused(t, await foreign.office.get(`/v1/bulletins/${id}`), 404, 'not-found')
})

t.test('issuing freezes: nobody changes it any more, not past the service either', async (t) => {
  const { home, clock, superuser, db } = await createCheckedApp(t)
  const { office } = home
  const { id, version, contentSha256 } = await draft(home, { kind: 'on_demand', preface: '各单位：' })
  clock.advance(1000)
  const answer = await office.post(`/v1/bulletins/${id}/issuance`, {}, { 'idempotency-key': 'issue-1' })
  t.match(answer, { status: 200, headers: { etag: '"2"' } })
  t.match(answer.body, {
    ...{ number: '安办〔2026〕1号', state: 'issued', issuedAt: clock.now, issuedBy: { name: '阜阳 office' } },
    contentSha256,
  })
  const { data } = await ok(home.auditor.get('/v1/events?type=bulletin.issued'))
  const { title, seq, content } = answer.body
  t.match(data, [
    {
      data: { id, kind: 'on_demand', number: '安办〔2026〕1号', title, contentSha256, seq, corrects: null },
      at: clock.now,
    },
  ])
  t.match(data[0].data.textSha256, /^[0-9a-f]{64}$/)
  const head = await ok(home.auditor.get(`/v1/events?after=${seq - 1}&limit=1`))
  t.same(content.ledger, { seq, hash: head.data[0].hash }, 'it names the head that it was made from')
  t.match(await verifyChain(db, home.id), { ok: true })

  const again = await office.post(`/v1/bulletins/${id}/issuance`, {}, { 'idempotency-key': 'issue-1' })
  t.match(again, { status: 200, headers: { 'idempotency-replayed': 'true' }, body: { number: '安办〔2026〕1号' } })
  refused(t, await office.post(`/v1/bulletins/${id}/issuance`), 409, 'wrong-status')
  refused(t, await office.patch(`/v1/bulletins/${id}`, { title: '乙' }, { 'if-match': '*' }), 409, 'wrong-status')
  refused(t, await office.delete(`/v1/bulletins/${id}`), 409, 'wrong-status')
  t.equal(version, 1)
  for (const statement of [
    `update bulletin set title = '乙' where id = '${id}'`,
    `update bulletin set content = content || ' ', content_sha256 = sha256(convert_to(content || ' ', 'UTF8'))`,
    `update bulletin set issued_at = null, issued_by = null, number = null, year = null, n = null where id = '${id}'`,
    `delete from bulletin where id = '${id}'`,
    'truncate bulletin cascade',
  ]) {
    await t.rejects(superuser.query(statement), { code: '23001' }, statement)
  }
  const { id: other } = await draft(home, { kind: 'on_demand' })
  const forged = `update bulletin set content = replace(content, '"listed":0', '"listed":9') where id = '${other}'`
  await t.rejects(superuser.query(forged), { message: /bulletin_content/ }, 'not even a draft’s content')
})

t.test(
  'numbers are gap-free per jurisdiction and year, however many issue at once and however many fail',
  async (t) => {
    const { home, foreign, clock, superuser } = await createTestApp(t)
    const drafts: Json[] = []
    for (let k = 0; k < 20; k++) drafts.push(await draft(home, { kind: 'on_demand' }))
    const doomed = drafts.slice(0, 5).map(({ id }) => `'${id}'`)
    // These fail when their number is taken already, on the last but one step of the way.
    await superuser.query(`
    create function fail() returns trigger language plpgsql as $$ begin
      if new.bulletin_id in (${doomed}) then raise exception 'it was not to be'; end if; return new;
    end $$;
    create trigger fail before insert on bulletin_recipient for each row execute function fail()`)
    const attempts = drafts.flatMap(({ id }, k) => [
      home.office.post(`/v1/bulletins/${id}/issuance`, {}, k % 4 === 3 ? { 'if-match': '"9"' } : {}),
      ...(k % 3 === 0 ? [home.office.post(`/v1/bulletins/${id}/issuance`)] : []),
    ])
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    t.ok(
      [200, 409, 412, 500].every((status) => statuses.includes(status)),
      statuses.join(' '),
    )
    const issued = (await allPages(home.office, '/v1/bulletins?state=issued&limit=7')).map(({ number }) => number)
    const expected = Array.from({ length: issued.length }, (_, k) => `安办〔2026〕${k + 1}号`)
    t.same(issued.sort(), expected.sort())
    t.equal(statuses.filter((status) => status === 200).length, issued.length)
    await superuser.query('drop trigger fail on bulletin_recipient')
    t.equal((await issue(home, drafts[0])).number, `安办〔2026〕${issued.length + 1}号`, 'the next has the next number')

    t.equal(
      (await publish(foreign, { kind: 'on_demand' })).number,
      '安办〔2026〕1号',
      'each jurisdiction counts its own',
    )
    // 2027 begins in Shanghai eight hours before it does in Greenwich.
    clock.now = '2026-12-31T16:00:00.000Z'
    t.equal((await publish(home, { kind: 'on_demand' })).number, '安办〔2027〕1号')
  },
)

t.test('a correction is a new bulletin that names the old, and is itself corrected by another', async (t) => {
  const { home, clock } = await createCheckedApp(t)
  const { office } = home
  clock.advance(40 * DAY_MS)
  const first = await publish(home, { kind: 'monthly' })
  const asked = { kind: 'monthly', corrects: first.id }
  for (const [wrong, pointer] of [
    [{ kind: 'weekly', corrects: first.id }, '/corrects'],
    [{ kind: 'monthly', corrects: NOBODY }, '/corrects'],
    [{ ...asked, from: '2026-02-01' }, '/from'],
  ] as const) {
    refused(t, await office.post('/v1/bulletins', wrong), 400, 'invalid-request', { pointers: [pointer] })
  }
  await ok(home.inspector.post('/v1/items', filing()))
  const second = await draft(home, asked)
  t.match(second, { from: first.from, to: first.to, seq: first.seq, asOf: first.asOf, corrects: { id: first.id } })
  t.same(second.content, first.content, 'made from the same, unless another cut-off is asked for')
  t.equal(second.title, '道路交通安全隐患治理月通报（2026年3月）（更正）')
  refused(t, await office.post('/v1/bulletins', { ...asked, corrects: second.id }), 400, 'invalid-request')
  refused(t, await office.post('/v1/bulletins', asked), 409, 'duplicate')
  t.match(
    await ok(home.auditor.get(`/v1/bulletins/${first.id}`)),
    { correctedBy: null },
    'a draft corrects nothing yet',
  )
  await issue(home, second)
  t.match(await ok(home.auditor.get(`/v1/bulletins/${first.id}`)), {
    correctedBy: { id: second.id, number: '安办〔2026〕2号' },
    content: first.content,
  })
  const third = await publish(home, { ...asked, corrects: second.id, cutOff: clock.now })
  t.ok(third.seq > second.seq)
  t.match(third.content.previous, null, 'neither is compared with what it corrects')
  const { data } = await ok(home.auditor.get('/v1/events?type=bulletin.issued'))
  t.same(
    data.map((event: Json) => event.data.corrects),
    [null, first.id, second.id],
  )
  clock.advance(30 * DAY_MS)
  const next = await draft(home, { kind: 'monthly' })
  t.equal(next.content.previous.id, third.id, 'the next month is compared with what holds')
})

t.test('issuing compares with the bulletin that is the one before by then', async (t) => {
  const { home, clock } = await createCheckedApp(t)
  clock.advance(80 * DAY_MS)
  const march = await draft(home, { kind: 'monthly', from: '2026-03-01' })
  const april = await draft(home, { kind: 'monthly', from: '2026-04-01' })
  t.equal(april.content.previous, null)
  await issue(home, march)
  const issued = await issue(home, april)
  t.equal(issued.content.previous.id, march.id)
  t.same(issued.content.figures, april.content.figures)
  t.match(await ok(home.auditor.get(`/v1/bulletins/${april.id}/reproduction`)), { same: true })
})
