import { itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { home, clock, superuser } = made
const { office, inspector, verifier, admin, auditor } = home

const APPROVED = { approved: true, findings: '护栏连续、立柱牢固' }
const decide = (caller: typeof office, item: Json, body: Json = APPROVED) =>
  caller.post(`/v1/items/${item.id}/closure-decision`, body)

async function setRules(changes: Json): Promise<void> {
  await ok(admin.put('/v1/rules', { ...(await ok(admin.get('/v1/rules'))), ...changes }))
}

/** An item of a level that waits for its closure. */
async function applied(level: 'general' | 'major', order: Json = {}): Promise<Json> {
  const item = await itemIn('reported', home)
  const url = `/v1/items/${item.id}`
  await ok(office.post(`${url}/listing`, { level }))
  const elements = {
    ...{ goal: '消除坠车风险', leadOfficial: { name: '王建国' }, responsibleUnit: home.unit, dueAt: '2026-12-31' },
    ...{ completionStandard: '1. 护栏 120 米；2. 标志两处', reward: '加 2 分', penalty: '扣 5 分', ...order },
  }
  await ok(office.post(`${url}/assignments`, elements))
  await ok(home.unitCaller.post(`${url}/acceptance`))
  return ok(home.unitCaller.post(`${url}/closure-requests`, { summary: '已完成' }))
}

t.test('without rules of its own a jurisdiction closes everything by one verifier, as it always has', async (t) => {
  t.match(await ok(decide(office, await applied('major'))), {
    status: 'closed',
    verifications: [],
    closurePoints: null,
  })
})

t.test('a major item needs an inspector’s approval and then the office’s', async (t) => {
  await setRules({ verification: { verifiers: { general: 1, major: 2 }, supervised: 2, points: false } })
  const item = await applied('major')
  refused(t, await decide(office, item), 409, 'verification-order')
  clock.advance(1000)
  const once = await ok(decide(verifier, item))
  const { id: by } = await ok(verifier.get('/v1/me'))
  t.match(once, { status: 'closure_requested', onAccount: true, closedAt: null })
  t.same(once.verifications, [{ by, at: clock.now, unit: null, findings: APPROVED.findings }])
  refused(t, await decide(verifier, item), 403, 'four-eyes')
  refused(t, await decide(inspector, item), 409, 'verification-order')
  t.match(await ok(decide(office, item)), { status: 'closed', verifications: [{ by }] })
  const { data } = await ok(office.get(`/v1/items/${item.id}/events`))
  t.same(
    data.slice(-2).map(({ type, actor }: Json) => [type, actor.role]),
    [
      ['item.verified', 'inspector'],
      ['item.closed', 'office'],
    ],
  )
})

t.test('so does a general item under supervision, and else one is enough', async (t) => {
  const item = await applied('general')
  t.match(await ok(decide(verifier, await applied('general'))), { status: 'closed' })
  await ok(office.post(`/v1/items/${item.id}/supervision`, { tier: 'city', reason: '坠车' }))
  t.match(await ok(decide(verifier, item)), { status: 'closure_requested' })
  t.match(await ok(decide(office, item)), { status: 'closed', supervision: null })
})

t.test('either of the two may send it back, and then it is verified anew', async (t) => {
  const item = await applied('major')
  await ok(decide(verifier, item))
  const back = await ok(decide(office, item, { approved: false, findings: '缺 8 米' }))
  t.match(back, { status: 'remediating', verifications: [] })
  await ok(home.unitCaller.post(`/v1/items/${item.id}/closure-requests`, { summary: '已补齐' }))
  refused(t, await decide(office, item), 409, 'verification-order')
  await ok(decide(verifier, item))
  t.match(await ok(decide(office, item)), { status: 'closed' })
})

t.test('two of one unit are not two, and nobody of the side that did the work is one', async (t) => {
  const { id: unit } = await ok(admin.post('/v1/units', { name: '交警支队' }))
  const item = await applied('major', { coUnits: [home.otherUnit] })
  const patrol = await home.addCaller('inspector', { unit, name: '支队排查员' })
  const desk = await home.addCaller('office', { unit, name: '支队驻安委办' })
  await ok(decide(patrol, item))
  refused(t, await decide(desk, item), 403, 'four-eyes')
  for (const side of [home.unit, home.otherUnit]) {
    const theirs = await home.addCaller('office', { unit: side, name: '借调人员' })
    refused(t, await decide(theirs, item), 403, 'four-eyes')
  }
  t.match(await ok(decide(office, item)), { status: 'closed' })
})

t.test('the database refuses what the rules refuse, whoever writes', async (t) => {
  const person = async (unit: string | null) => {
    const { id } = await ok((await home.addCaller('office', unit === null ? {} : { unit })).get('/v1/me'))
    return id as string
  }
  const item = await applied('major', { coUnits: [home.otherUnit] })
  const once = await ok(decide(verifier, item))
  const [first] = once.verifications
  const { id: applicant } = await ok(home.unitCaller.get('/v1/me'))
  const close = (by: string) =>
    superuser.query(`update item set status = 'closed', closed_at = now(), closed_by = $1 where id = $2`, [by, item.id])
  const verify = (by: string) =>
    superuser.query(`update item set verifications = verifications || $1::jsonb where id = $2`, [
      JSON.stringify([{ ...first, by }]),
      item.id,
    ])
  for (const by of [await person(home.unit), await person(home.otherUnit), first.by]) {
    await t.rejects(close(by), { code: '23514' })
    await t.rejects(verify(by), { code: '23514' })
  }
  await t.rejects(close(applicant), { code: '23514' })
  await t.rejects(verify(applicant), { code: '23514' })
  const closed = await ok(decide(office, item))
  const recheck = (by: string) =>
    superuser.query('update item set recheck = $1 where id = $2', [
      JSON.stringify({ passed: true, findings: '', at: clock.now, by }),
      closed.id,
    ])
  await t.rejects(recheck(await person(home.unit)), { code: '23514' })
  t.equal((await recheck(await person(null))).rowCount, 1)
})

t.test('a decision lists the standard’s points, each met or not', async (t) => {
  await setRules({ verification: { verifiers: { general: 1, major: 1 }, supervised: 1, points: true } })
  const item = await applied('general')
  const missing = await decide(verifier, item)
  refused(t, missing, 409, 'points-missing', { missingPoints: ['护栏 120 米', '标志两处'] })
  const rail = { point: '护栏 120 米', met: true }
  const signs = { point: '标志两处', met: false, note: '缺一处' }
  refused(t, await decide(verifier, item, { ...APPROVED, points: [rail, signs] }), 400, 'invalid-request', {
    pointers: ['/points/1/met'],
  })
  const wrong = [{ point: '', met: true }, { point: 'x' }, { ...rail, by: 'x' }]
  refused(t, await decide(verifier, item, { ...APPROVED, points: wrong }), 400, 'invalid-request', {
    pointers: ['/points/0/point', '/points/1/met', '/points/2/by'],
  })
  const back = await ok(decide(verifier, item, { approved: false, findings: '缺标志', points: [rail, signs] }))
  t.match(back, { status: 'remediating' })
  const { data } = await ok(office.get(`/v1/items/${item.id}/events`))
  t.match(data.at(-1), { type: 'item.closure_rejected', data: { points: [rail, signs] } })
  await ok(home.unitCaller.post(`/v1/items/${item.id}/closure-requests`, { summary: '已补' }))
  const points = [rail, { point: '标志两处', met: true }]
  t.match(await ok(decide(verifier, item, { ...APPROVED, points })), { status: 'closed', closurePoints: points })
})

t.test('the ledger says all of it', async (t) => {
  t.match(await ok(auditor.post('/v1/ledger/verification')), { ok: true })
})
