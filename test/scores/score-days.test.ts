import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import type { Item } from '../../src/domain/item/item.js'
import { scoresOfDay } from '../../src/domain/score/score.js'
import { DEFAULT_SCORING } from '../../src/domain/score/scoring.js'
import { addDays } from '../../src/domain/time/zone.js'
import { computeScores } from '../../src/scores/compute.js'
import { scoreDay } from '../../src/scores/days.js'
import { createTestApp, DAY_MS, itemIn, ok, type TestApp } from '../helpers/app.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const ZONE = 'Asia/Shanghai'
const at = (days: number, hour: number) =>
  new Date(Date.parse('2026-06-01T00:00:00Z') + days * DAY_MS + hour * 3_600_000).toISOString()

type Row = Pick<Item, 'id' | 'status' | 'suspension' | 'dueAt' | 'dueSetAt' | 'assignment' | 'plan' | 'progress'>

async function columns({ db }: TestApp): Promise<string> {
  const { rows } = await db.execute<{ name: string }>(sql`
    select column_name as name from information_schema.columns
    where table_name = 'item' and is_generated = 'NEVER' order by ordinal_position`)
  return rows.map(({ name }) => name).join(', ')
}

t.test('the database finds exactly the items whose day the rules would score', async (t) => {
  const made = await createTestApp(t)
  const { db, home, superuser } = made
  const names = await columns(made)
  const model = await itemIn('remediating', home)
  const { rows: setting } = await db.execute<{ item: Item }>(
    sql`select to_jsonb(i) as item from item i where id = ${model.id}`,
  )
  const assignment = setting[0]?.item.assignment
  const cases = fc.sample(
    fc.record({
      dueIn: fc.integer({ min: -40, max: 10 }),
      setIn: fc.integer({ min: -60, max: 0 }),
      heardIn: fc.integer({ min: -61, max: 0 }),
      hour: fc.integer({ min: 0, max: 23 }),
      status: fc.constantFrom('assigned', 'remediating', 'remediating', 'closure_requested'),
      suspended: fc.nat(4),
      planned: fc.boolean(),
    }),
    { numRuns: 300, seed: 11 },
  )
  for (const [k, { dueIn, setIn, heardIn, hour, status, suspended, planned }] of cases.entries()) {
    const suspension = suspended === 0 ? { reason: '等待', at: at(-60, 0), by: home.unit } : null
    const plan = planned
      ? { measures: '加装护栏', budgetFen: null, interimProtection: null, at: at(heardIn, hour), by: home.unit }
      : null
    const copy = {
      id: `00000000-0000-4000-8000-${String(k).padStart(12, '0')}`,
      code: `2026-9${String(k).padStart(5, '0')}`,
      ...{ status, due_at: at(dueIn, hour), due_set_at: at(setIn, 8), suspension, plan, updated_at: at(-70, 0) },
      assignment: { ...assignment, acceptedAt: planned ? at(-62, 0) : at(heardIn, hour) },
    }
    await superuser.query(
      `insert into item (${names}) select ${names} from (
        select (json_populate_record(i, $1::json)).* from item i where i.id = $2) copy`,
      [JSON.stringify(copy), model.id],
    )
    // The events since which is counted, as the ledger would have them.
    for (const [n, [type, moment]] of [
      ['item.assigned', copy.due_set_at],
      ['item.planned', at(heardIn, hour)],
      ['item.accepted', copy.assignment.acceptedAt],
    ].entries()) {
      await superuser.query(
        `insert into event (jurisdiction_id, seq, item_id, item_code, item_version, type, at, actor_id, actor_role, data, salt,
            data_hash, previous_hash, hash)
          select jurisdiction_id, $1, $2, $3, $4, $5, $6, actor_id, actor_role, '{}', salt, data_hash, previous_hash, hash
          from event where jurisdiction_id = $7 and seq = 1`,
        [1_000_000 + 3 * k + n, copy.id, copy.code, 1 + n, type, moment, home.id],
      )
    }
  }
  const { rows } = await db.execute<Row & Record<string, unknown>>(sql`
    select id, status, suspension, assignment, plan, progress,
      to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "dueAt",
      to_char(due_set_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "dueSetAt" from item where code like '2026-9%'`)
  t.equal(rows.length, 300)
  let found = 0
  for (const date of ['2026-06-01', addDays('2026-06-01', 3), addDays('2026-06-01', 13)]) {
    const expected = rows.flatMap((item) =>
      scoresOfDay(item, date, { scoring: DEFAULT_SCORING, zone: ZONE }).map(({ rule }) => `${item.id} ${rule}`),
    )
    for (let after: string | undefined, isBegun = false; !isBegun || after !== undefined; isBegun = true) {
      const step = await scoreDay(db, home.system, date, { after, limit: 17, now: at(20, 0) })
      after = step.after
    }
    const { rows: scored } = await db.execute<{ line: string }>(sql`
      select item_id || ' ' || rule as line from score where cause_day = ${date}::date`)
    t.same(scored.map(({ line }) => line).sort(), expected.sort(), date)
    found += expected.length
  }
  t.ok(found > 100, `${found} found`)
})

t.test('what was done just before midnight and is written just after it counts', async (t) => {
  const made = await createTestApp(t)
  const { db, home, clock, superuser } = made
  const item = await itemIn('closure_requested', home, { order: { dueAt: '2026-03-10' } })
  clock.now = '2026-03-10T15:59:59.000Z'
  await computeScores(db, home.id, clock.now, { steps: 100 })
  // Somebody holds the item while first its closing and then the computation wait for it.
  const holder = await superuser.connect()
  await holder.query('begin')
  await holder.query('select from item where id = $1 for update', [item.id])
  const waiting = async () => {
    const { rows } = await superuser.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows[0]?.n
  }
  const closing = home.verifier.post(`/v1/items/${item.id}/closure-decision`, { approved: true, findings: '合格' })
  await until(async () => (await waiting()) === 1, 30_000)
  const computing = computeScores(db, home.id, '2026-03-11T04:00:00.000Z', { steps: 100 })
  await until(async () => (await waiting()) === 2, 30_000)
  await holder.query('rollback')
  holder.release()
  await ok(closing)
  await computing
  await computeScores(db, home.id, '2026-03-11T04:00:00.000Z', { steps: 100 })
  const { rows } = await db.execute<{ rule: string }>(sql`select rule from score where rule = 'overdue_day'`)
  t.same(rows, [], 'closed in time, it is not overdue')
})
