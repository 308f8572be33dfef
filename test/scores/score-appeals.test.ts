import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { verifyScores } from '../../src/scores/verify.js'
import { itemIn, type Json, ok, type TestApp } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { linesOf, noon, scoreOn, scoresOf, setScoring } from '../helpers/scores.js'
import { t } from '../helpers/tap.js'

/** An item whose closure was rejected on 2 March, and the entry that this made. */
async function rejected(made: TestApp): Promise<Json> {
  const { home } = made
  const item = await itemIn('closure_requested', home)
  const decision = { approved: false, findings: '缺 8 米' }
  await ok(home.verifier.post(`/v1/items/${item.id}/closure-decision`, decision))
  await scoreOn(made, made.clock.now.slice(0, 10))
  return (await scoresOf(home.office, `&item=${item.id}`))[0]
}

const appealOf = (score: Json) => `/v1/scores/${score.id}/appeals`
const decisionOf = (score: Json) => `/v1/scores/${score.id}/appeal-decision`
const APPEAL = { reason: '缺口为设计变更，已报备。' }

t.test('an approved appeal takes the entry back by a new one', async (t) => {
  const made = await createCheckedApp(t)
  const { home, db, clock } = made
  const score = await rejected(made)
  const appealed = await home.unitCaller.post(appealOf(score), APPEAL)
  t.match(appealed, { status: 201, body: { id: score.id, appeal: { state: 'pending', ...APPEAL, decidedAt: null } } })
  t.same(
    (await scoresOf(home.office, '&appealed=pending')).map(({ id }) => id),
    [score.id],
  )
  clock.now = noon('2026-03-05')
  const decision = { approved: true, reason: '情况属实' }
  const decided = await ok(home.office.post(decisionOf(score), decision))
  t.match(decided.appeal, { state: 'approved', decision: '情况属实', decidedAt: clock.now })
  const reversal = await ok(home.office.get(`/v1/scores/${decided.reversedBy}`))
  t.match(reversal, { rule: 'reversal', points: 1, reverses: score.id, reason: '情况属实', bookedOn: score.bookedOn })
  t.same(reversal.cause, score.cause)
  t.same(reversal.unit, score.unit)
  const { data } = await ok(home.office.get(`/v1/items/${score.item.id}/events?limit=200`))
  t.same(
    data.slice(-4).map(({ type, actor }: Json) => `${type} ${actor.role}`),
    ['item.scored system', 'item.score_appealed unit', 'item.score_appeal_decided office', 'item.scored office'],
  )
  t.same(await linesOf(home.unitCaller), ['closure_rejected -1 2026-03-02', 'reversal 1 2026-03-02'])
  t.ok((await verifyChain(db, home.id)).ok)
  t.ok((await verifyItems(db, home.id)).ok)
  t.match(await verifyScores(db, home.id), { ok: true, checked: 2 })
})

t.test('a refused appeal leaves the entry, and there is no second one', async (t) => {
  const made = await createCheckedApp(t)
  const { home } = made
  const score = await rejected(made)
  await ok(home.unitCaller.post(appealOf(score), APPEAL))
  refused(t, await home.unitCaller.post(appealOf(score), APPEAL), 409, 'duplicate')
  refused(t, await home.office.post(`/v1/scores/${score.id}/reversal`, APPEAL), 409, 'wrong-status')
  const decided = await ok(home.office.post(decisionOf(score), { approved: false, reason: '理由不成立' }))
  t.match(decided, { reversedBy: null, appeal: { state: 'refused' } })
  refused(t, await home.office.post(decisionOf(score), { approved: true, reason: '再议' }), 409, 'wrong-status')
  refused(t, await home.unitCaller.post(appealOf(score), APPEAL), 409, 'duplicate')
  t.equal((await scoresOf(home.office)).length, 1)
  await ok(home.office.post(`/v1/scores/${score.id}/reversal`, { reason: '复核更正' }))
  t.equal((await scoresOf(home.office, '&appealed=refused')).length, 1)
})

t.test('nobody appeals for others, too late, or against what is gone', async (t) => {
  const made = await createCheckedApp(t)
  const { home, foreign, clock } = made
  await setScoring(made, { appealDays: 2 })
  const score = await rejected(made)
  for (const caller of [home.otherUnitCaller, foreign.unitCaller]) {
    refused(t, await caller.post(appealOf(score), APPEAL), 404, 'not-found')
    refused(t, await caller.get(`/v1/scores/${score.id}`), 404, 'not-found')
  }
  refused(t, await home.office.post(decisionOf(score), { approved: true, reason: '同意' }), 409, 'wrong-status')
  refused(t, await home.unitCaller.post(appealOf(score), {}), 400, 'invalid-request', { pointers: ['/reason'] })
  const blank = { approved: true, reason: ' ' }
  refused(t, await home.office.post(decisionOf(score), blank), 400, 'invalid-request', { pointers: ['/reason'] })
  clock.now = '2026-03-04T16:00:00.000Z'
  refused(t, await home.unitCaller.post(appealOf(score), APPEAL), 409, 'wrong-status')
  clock.now = '2026-03-04T15:59:59.999Z'
  await ok(home.office.post(`/v1/scores/${score.id}/reversal`, { reason: '登记有误' }))
  refused(t, await home.unitCaller.post(appealOf(score), APPEAL), 409, 'wrong-status')
  refused(t, await home.office.post(`/v1/scores/${score.id}/reversal`, { reason: '再次' }), 409, 'wrong-status')
})

t.test('what a unit helped with, and a former owner’s item, show it nothing of the other’s score', async (t) => {
  const made = await createCheckedApp(t)
  const { home } = made
  const item = await itemIn('closed', home, { order: { coUnits: [home.otherUnit] } })
  await scoreOn(made, '2026-03-03')
  t.equal((await scoresOf(home.unitCaller)).length, 2)
  t.equal((await home.otherUnitCaller.get(`/v1/items/${item.id}`)).status, 200)
  t.same(await scoresOf(home.otherUnitCaller), [])
  t.same(await scoresOf(home.otherUnitCaller, `&unit=${home.unit}`), [])
})

t.test('nobody of the unit concerned decides about its points', async (t) => {
  const made = await createCheckedApp(t)
  const { home } = made
  const [first, second] = [await rejected(made), await rejected(made)]
  const involved = await home.addCaller('office', { unit: home.unit })
  const elsewhere = await home.addCaller('office', { unit: home.otherUnit })
  await ok(home.unitCaller.post(appealOf(first), APPEAL))
  for (const approved of [true, false]) {
    refused(t, await involved.post(decisionOf(first), { approved, reason: '同意' }), 403, 'four-eyes')
  }
  refused(t, await involved.post(`/v1/scores/${second.id}/reversal`, { reason: '更正' }), 403, 'four-eyes')
  t.equal((await scoresOf(home.office)).length, 2)
  await ok(elsewhere.post(decisionOf(first), { approved: true, reason: '同意' }))
  await ok(elsewhere.post(`/v1/scores/${second.id}/reversal`, { reason: '更正' }))
})

t.test('of many who decide at once one does, and a retry with a key does nothing twice', async (t) => {
  const made = await createCheckedApp(t)
  const { home, db } = made
  const score = await rejected(made)
  const key = { 'idempotency-key': 'appeal-1' }
  const first = await home.unitCaller.post(appealOf(score), APPEAL, key)
  const again = await home.unitCaller.post(appealOf(score), APPEAL, key)
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' }, body: first.body })
  const decisions = Array.from({ length: 6 }, () =>
    home.office.post(decisionOf(score), { approved: true, reason: '同意' }),
  )
  const statuses = (await Promise.all(decisions)).map(({ status }) => status)
  t.same(statuses.sort(), [200, 409, 409, 409, 409, 409])
  t.equal((await scoresOf(home.office)).length, 2)
  t.match(await verifyScores(db, home.id), { ok: true, checked: 2 })
})

t.test('a reversal can itself be appealed against and taken back', async (t) => {
  const made = await createCheckedApp(t)
  const { home } = made
  await itemIn('closed', home)
  await scoreOn(made, '2026-03-03')
  const [reward] = await scoresOf(home.office, '&rule=closed_on_time')
  const { reversedBy } = await ok(home.office.post(`/v1/scores/${reward.id}/reversal`, { reason: '误判' }))
  const reversal = { id: reversedBy }
  await ok(home.unitCaller.post(appealOf(reversal), APPEAL))
  await ok(home.office.post(decisionOf(reversal), { approved: true, reason: '恢复' }))
  const points = (await scoresOf(home.unitCaller)).map((score) => score.points)
  t.same(points.sort(), [-2, 1, 2, 2])
})
