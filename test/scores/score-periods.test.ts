import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { noon, scoreOn, scoresOf } from '../helpers/scores.js'
import { t } from '../helpers/tap.js'

t.test('a period that is over is closed with its totals, and stays as it is', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock, db } = made
  await itemIn('closed', home)
  await itemIn('remediating', home, { order: { dueAt: '2026-03-28' } })
  clock.now = noon('2026-03-31')
  refused(t, await home.office.post('/v1/score-periods', { period: '2026-03' }), 400, 'invalid-request', {
    pointers: ['/period'],
  })
  clock.now = '2026-03-31T16:01:59.000Z'
  refused(t, await home.office.post('/v1/score-periods', { period: '2026-03' }), 400, 'invalid-request')
  clock.now = '2026-03-31T16:02:00.000Z'
  const head = await ok(home.auditor.get('/v1/ledger'))
  const key = { 'idempotency-key': 'close-1' }
  const answer = await home.office.post('/v1/score-periods', { period: '2026-03' }, key)
  t.match(answer, { status: 201, headers: { location: '/v1/score-periods/2026-03' } })
  const closed = answer.body
  t.match(closed, { period: '2026-03', kind: 'month', from: '2026-03-01', to: '2026-04-01', closedAt: clock.now })
  t.same(closed.units, [
    {
      unit: { id: home.unit, name: '阜阳交通运输局' },
      ...{ entries: 6, rewards: 3, penalties: -2.5, points: 0.5, moneyFen: 0 },
    },
  ])
  t.ok(closed.ledger.seq > head.seq, 'what fell in it was scored first')
  const { data } = await ok(home.auditor.get('/v1/events?type=score_period.closed'))
  const { contentSha256, ledger } = closed
  t.same(data[0].data, {
    ...{ period: '2026-03', kind: 'month', from: '2026-03-01', to: '2026-04-01' },
    ...{ ...ledger, contentSha256 },
  })
  const { rows } = await db.execute<{ content: string }>(sql`select content from score_period`)
  t.equal(
    createHash('sha256')
      .update(rows[0]?.content ?? '')
      .digest('hex'),
    contentSha256,
  )
  t.equal(
    (await home.office.post('/v1/score-periods', { period: '2026-03' }, key)).headers['idempotency-replayed'],
    'true',
  )
  refused(t, await home.office.post('/v1/score-periods', { period: '2026-03' }), 409, 'duplicate')
  for (const statement of ['update score_period set seq = 1', 'delete from score_period', 'truncate score_period']) {
    await t.rejects(made.superuser.query(statement), /stay as they are/, statement)
  }
  await scoreOn(made, '2026-04-10')
  t.same(await ok(home.auditor.get('/v1/score-periods/2026-03')), closed)
  t.same((await ok(home.unitCaller.get('/v1/score-periods/2026-03'))).units, closed.units)
  t.same((await ok(home.otherUnitCaller.get('/v1/score-periods/2026-03'))).units, [], 'a unit sees its own')
})

t.test('what comes later for a closed period is booked in the next open one', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  await itemIn('closed', home)
  await scoreOn(made, '2026-03-05')
  const [early] = await scoresOf(home.office, '&rule=closed_early')
  const [onTime] = await scoresOf(home.office, '&rule=closed_on_time')
  await ok(home.unitCaller.post(`/v1/scores/${early.id}/appeals`, { reason: '误计' }))
  clock.now = noon('2026-04-02')
  t.match((await ok(home.office.post(`/v1/scores/${onTime.id}/reversal`, { reason: '误计' }))).reversedBy, /-/)
  t.match(await scoresOf(home.office, '&rule=reversal'), [{ bookedOn: '2026-03-02' }], 'while March is open, there')
  await ok(home.office.post('/v1/score-periods', { period: '2026-03' }))
  await ok(home.office.post('/v1/score-periods', { period: '2026-Q1' }))
  await ok(home.office.post(`/v1/scores/${early.id}/appeal-decision`, { approved: true, reason: '属实' }))
  t.match((await scoresOf(home.office, '&rule=reversal')).at(-1), { points: -1, bookedOn: '2026-04-01' })
  const march = await ok(home.office.get('/v1/score-periods/2026-03'))
  t.match(march.units, [{ points: 1, entries: 3 }])
  const report = await ok(home.office.get(`/v1/reports/units/${home.unit}/score?from=2026-04-01`))
  t.match(report, { opening: { points: 1 }, closing: { points: 0 } })
})

t.test('closed periods are listed, the latest first, and only one’s own', async (t) => {
  const made = await createCheckedApp(t)
  const { home, foreign, clock } = made
  clock.now = noon('2026-07-05')
  for (const period of ['2026-05', '2026-Q1', '2026-03', '2026-06', '2026-Q2']) {
    await ok(home.office.post('/v1/score-periods', { period }))
  }
  const names = (await allPages(home.office, '/v1/score-periods?limit=2')).map(({ period }: Json) => period)
  t.same(names, ['2026-Q2', '2026-06', '2026-05', '2026-Q1', '2026-03'])
  t.same(await allPages(foreign.office, '/v1/score-periods?limit=2'), [])
  refused(t, await foreign.office.get('/v1/score-periods/2026-05'), 404, 'not-found')
  refused(t, await home.office.get('/v1/score-periods/2026-04'), 404, 'not-found')
  for (const period of ['2026-00', '2026-Q5', '26', '2026-3', '']) {
    refused(t, await home.office.post('/v1/score-periods', { period }), 400, 'invalid-request', {
      pointers: ['/period'],
    })
  }
})

t.test('a period is closed once by however many, and nothing slips past its totals', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  for (let n = 0; n < 4; n++) await itemIn('closed', home)
  clock.now = noon('2026-04-02')
  const closings = Array.from({ length: 3 }, () => home.office.post('/v1/score-periods', { period: '2026-03' }))
  const computations = Array.from({ length: 3 }, () => home.office.post('/v1/scores/computation', {}))
  const statuses = (await Promise.all(closings)).map(({ status }) => status)
  await Promise.all(computations)
  t.same(statuses.sort(), [201, 409, 409])
  t.match((await ok(home.office.get('/v1/score-periods/2026-03'))).units, [{ entries: 8, points: 12 }])
  t.equal((await scoresOf(home.office, '&period=2026-03')).length, 8)
})
