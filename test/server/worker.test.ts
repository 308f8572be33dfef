import { sql } from 'drizzle-orm'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { createTestApp, type TestApp } from '../helpers/app.js'
import { dueItems } from '../helpers/due-items.js'
import { startWorkerProcess } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const ITEMS = 3_000
/** Every item is past the last rung of its ladder by then. */
const LATER = '2026-05-06T04:00:00.000Z'

async function escalations({ db }: TestApp): Promise<number> {
  const { rows } = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from event where jurisdiction_id = 'fuyang' and type = 'item.escalated'`,
  )
  return rows[0]?.n ?? 0
}

t.test('four workers climb every rung once, also when they are killed and others take their place', async (t) => {
  const made = await createTestApp(t)
  const { db, home } = made
  await dueItems(made, ITEMS, '2026-03-31T15:59:59.999Z')
  const environment = { DATABASE_URL: made.url, MIGRATE_ON_START: 'false', CLOCK_START: LATER }
  const start = () => startWorkerProcess(t, environment)
  const workers = await Promise.all([start(), start(), start(), start()])
  for (const share of [0.1, 0.4]) {
    await until(async () => (await escalations(made)) > ITEMS * 5 * share, 60_000)
    workers.shift()?.kill('SIGKILL')
    workers.push(await start())
  }
  await until(async () => (await escalations(made)) >= ITEMS * 5, 60_000)
  const swept = async () =>
    (await db.execute(sql`select from sweep where jurisdiction_id = 'fuyang' and chore = 'ladder' and not behind`)).rows
      .length === 1
  await until(swept, 60_000)

  t.equal(await escalations(made), ITEMS * 5)
  const { rows } = await db.execute<{ rungs: string; items: number }>(sql`
    select rungs, count(*)::int as items from (
      select string_agg(data::json ->> 'rung', ' ' order by item_version) as rungs from event
      where jurisdiction_id = 'fuyang' and type = 'item.escalated' group by item_id) one
    group by rungs`)
  const ladder = 'overdue_notice supervision_letter talk bulletin_naming accountability_referral'
  t.same(rows, [{ rungs: ladder, items: ITEMS }])
  const { rows: notices } = await db.execute(sql`
    select recipient, count(*)::int as n, count(distinct cause)::int as causes from notice
    where jurisdiction_id = 'fuyang' and kind = 'escalation' group by recipient order by recipient`)
  t.same(notices, [
    { recipient: 'office', n: ITEMS * 5, causes: ITEMS * 5 },
    { recipient: 'supervisor', n: ITEMS * 4, causes: ITEMS * 4 },
  ])
  t.ok((await verifyChain(db, home.id)).ok)
  t.ok((await verifyItems(db, home.id)).ok)
  for (const worker of workers) worker.kill('SIGTERM')
  t.same(await Promise.all(workers.map(({ exited }) => exited)), [0, 0, 0, 0], 'and they end well')
})
