import { sql } from 'drizzle-orm'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { computeScores } from '../../src/scores/compute.js'
import { verifyScores } from '../../src/scores/verify.js'
import { createTestApp, itemIn, type TestApp } from '../helpers/app.js'
import { startWorkerProcess } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const CLOSED = 6
const OVERDUE = 14
const CAP = 20
/** Two entries for each item closed early; the capped days, and every fifteenth without a word, for each overdue. */
const EXPECTED = CLOSED * 2 + OVERDUE * (CAP + 4)
/** Past the cap of what was due on 10 March, and 64 days after the acceptance. */
const LATER = '2026-05-05T04:00:00.000Z'

async function fill({ home }: TestApp): Promise<void> {
  for (let n = 0; n < CLOSED; n++) await itemIn('closed', home)
  for (let n = 0; n < OVERDUE; n++) await itemIn('remediating', home, { order: { dueAt: '2026-03-10' } })
}

async function holdsOnce(t: Test, { db, home }: TestApp): Promise<void> {
  const { rows } = await db.execute(sql`
    select count(*)::int as entries, count(distinct (s.item_id, s.rule, s.cause_key))::int as causes,
      (select count(*)::int from event where jurisdiction_id = s.jurisdiction_id and type = 'item.scored') as events
    from score s group by s.jurisdiction_id`)
  t.same(rows, [{ entries: EXPECTED, causes: EXPECTED, events: EXPECTED }])
  t.match(await verifyScores(db, home.id), { ok: true, checked: EXPECTED })
  t.ok((await verifyChain(db, home.id)).ok)
  t.ok((await verifyItems(db, home.id)).ok)
}

t.test('four that compute at once score every cause once', async (t) => {
  const made = await createTestApp(t)
  await fill(made)
  const { db, home } = made
  const steps = Number.POSITIVE_INFINITY
  const computed = await Promise.all(Array.from({ length: 4 }, () => computeScores(db, home.id, LATER, { steps })))
  t.equal(
    computed.reduce((sum, { scored }) => sum + scored, 0),
    EXPECTED,
  )
  t.ok(computed.every(({ done }) => done))
  await holdsOnce(t, made)
})

t.test('one that is stopped anywhere is gone on with, and what is done is not done again', async (t) => {
  const made = await createTestApp(t)
  await fill(made)
  const { db, home } = made
  let scored = 0
  for (let tries = 0; tries < 100; tries++) {
    const computed = await computeScores(db, home.id, LATER, { steps: 1 + (tries % 3) })
    scored += computed.scored
    if (computed.done) break
  }
  t.equal(scored, EXPECTED)
  await holdsOnce(t, made)
})

t.test('workers that are killed at work score every cause once', async (t) => {
  const made = await createTestApp(t)
  await fill(made)
  const { db, url } = made
  const start = () => startWorkerProcess(t, { DATABASE_URL: url, MIGRATE_ON_START: 'false', CLOCK_START: LATER })
  const entries = async () =>
    (await db.execute<{ n: number }>(sql`select count(*)::int as n from score`)).rows[0]?.n ?? 0
  const workers = [await start(), await start()]
  await until(async () => (await entries()) > 0, 60_000)
  for (const worker of workers) worker.kill('SIGKILL')
  await Promise.all([start(), start()])
  await until(async () => (await entries()) >= EXPECTED, 60_000)
  const counted = async () =>
    (await db.execute(sql`select from score_day where counted_to >= '2026-05-05'`)).rows.length
  await until(async () => (await counted()) === 2, 60_000)
  await holdsOnce(t, made)
})
