import { sql } from 'drizzle-orm'
import { bulletinTask } from '../../src/bulletins/task.js'
import { DEFAULT_RULES } from '../../src/domain/rules.js'
import { createTestApp, type Json, ok, type TestApp } from '../helpers/app.js'
import { draft } from '../helpers/bulletins.js'
import { type Test, t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const TIMES = { daily: '08:30', weekly: { weekday: 1, at: '09:00' }, monthly: { day: 1, at: '09:00' } }

/** A service whose first jurisdiction drafts by these times since its beginning. */
async function withTimes(t: Test, times: object = TIMES): Promise<TestApp> {
  const made = await createTestApp(t)
  at(made, '03-02T09:01')
  await setTimes(made, times)
  return made
}

async function setTimes({ db, clock, home }: TestApp, times: object, version = 1): Promise<void> {
  const data = JSON.stringify({ ...DEFAULT_RULES, bulletins: { ...DEFAULT_RULES.bulletins, times } })
  await db.execute(sql`insert into rules (jurisdiction_id, version, data, set_at, set_by)
    values (${home.id}, ${version}, ${data}, ${clock.now}, ${home.system.id})`)
}

const at = (made: TestApp, local: string) => {
  made.clock.now = new Date(`2026-${local}+08:00`).toISOString()
}
const run = (made: TestApp) => runTask(bulletinTask, taskDeps(made))
const drafts = async ({ home }: TestApp): Promise<Json[]> =>
  (await ok(home.office.get('/v1/bulletins?limit=200'))).data.reverse()
const brief = (rows: Json[]) => rows.map(({ kind, from, to }) => `${kind} ${from} ${to}`)

t.test('each kind is drafted at its time, for the period before it, and the office is told', async (t) => {
  // It is Monday, 2 March, 9:01: all of that day's times were over when the rules were set.
  const made = await withTimes(t)
  const { home } = made
  await run(made)
  t.same(await drafts(made), [])
  at(made, '03-03T08:29:00')
  await run(made)
  t.same(await drafts(made), [], 'not before its time')
  at(made, '03-03T08:30')
  t.equal(await run(made), 1)
  t.same(brief(await drafts(made)), ['daily 2026-03-02 2026-03-03'])
  at(made, '03-09T09:00:30')
  await run(made)
  t.same(brief(await drafts(made)).slice(1), ['daily 2026-03-06 2026-03-09', 'weekly 2026-03-02 2026-03-09'])
  at(made, '04-01T09:10')
  await run(made)
  const [monthly] = (await drafts(made)).slice(-1)
  t.match(monthly, {
    ...{ kind: 'monthly', from: '2026-03-01', to: '2026-04-01', state: 'draft', createdBy: { name: '系统' } },
    ...{ asOf: '2026-03-31T15:59:59.999Z', title: '道路交通安全隐患治理月通报（2026年3月）' },
  })
  const notices = (await ok(home.office.get('/v1/notices'))).data.filter(({ kind }: Json) => kind === 'bulletin_draft')
  t.equal(notices.length, (await drafts(made)).length)
  t.match(notices[0].details, { bulletinId: /^[0-9a-f-]{36}$/, bulletinKind: 'monthly', title: monthly.title })
})

t.test('a daily dispatch waits for a working day', async (t) => {
  const made = await withTimes(t, { ...TIMES, weekly: null, monthly: null })
  // 1 to 5 May are off, Saturday the 9th is worked for them.
  for (const day of ['04-30', '05-01', '05-02', '05-03', '05-04', '05-05', '05-06', '05-09', '05-10']) {
    at(made, `${day}T12:00`)
    await run(made)
  }
  const expected = ['2026-04-29 2026-04-30', '2026-04-30 2026-05-06', '2026-05-08 2026-05-09']
  t.same(
    brief(await drafts(made)),
    expected.map((period) => `daily ${period}`),
  )
})

t.test('four workers at once draft one, and so do restarts', async (t) => {
  const made = await withTimes(t)
  at(made, '04-01T10:00')
  const deps = taskDeps(made)
  const jobs = await bulletinTask.due(deps)
  t.equal(jobs.length, 1)
  const { signal } = new AbortController()
  for (let round = 0; round < 2; round++) {
    await Promise.all(Array.from({ length: 4 }, () => bulletinTask.run(deps, jobs[0]?.data ?? {}, signal)))
  }
  t.same(brief(await drafts(made)).sort(), [
    'daily 2026-03-31 2026-04-01',
    'monthly 2026-03-01 2026-04-01',
    'weekly 2026-03-23 2026-03-30',
  ])
  const { rows } = await made.db.execute(sql`select from notice where kind = 'bulletin_draft'`)
  t.equal(rows.length, 3)
  t.equal(await run(made), 0, 'and it does not look again at once')
})

t.test('after a stop only the latest is drafted', async (t) => {
  const made = await withTimes(t, { daily: null, weekly: null, monthly: TIMES.monthly })
  at(made, '04-01T09:00')
  await run(made)
  at(made, '08-15T03:00')
  await run(made)
  t.same(brief(await drafts(made)), ['monthly 2026-03-01 2026-04-01', 'monthly 2026-07-01 2026-08-01'])
})

t.test('what the office drafted by hand, or threw away, is not drafted again', async (t) => {
  const made = await withTimes(t, { daily: null, weekly: null, monthly: TIMES.monthly })
  at(made, '04-01T08:00')
  await draft(made.home, { kind: 'monthly' })
  at(made, '04-01T09:00')
  await run(made)
  t.equal((await drafts(made)).length, 1)
  at(made, '05-01T09:00')
  await run(made)
  const [, april] = await drafts(made)
  t.equal((await made.home.office.delete(`/v1/bulletins/${april.id}`)).status, 204)
  at(made, '05-01T12:00')
  await run(made)
  t.equal((await drafts(made)).length, 1)
})

t.test('times that are switched on draft nothing for what was over before', async (t) => {
  const made = await withTimes(t, { daily: null, weekly: null, monthly: null })
  at(made, '04-15T10:00')
  await setTimes(made, TIMES, 2)
  at(made, '04-15T10:01')
  await run(made)
  t.same(await drafts(made), [])
  at(made, '04-16T08:30')
  await run(made)
  t.same(brief(await drafts(made)), ['daily 2026-04-15 2026-04-16'])
  t.same((await ok(made.foreign.office.get('/v1/bulletins'))).data, [], 'and nothing where no times are set')
})

t.test('a run that is told to stop leaves what it has not begun to the next', async (t) => {
  const made = await withTimes(t)
  at(made, '04-01T10:00')
  const deps = taskDeps(made)
  const [job] = await bulletinTask.due(deps)
  await bulletinTask.run(deps, job?.data ?? {}, AbortSignal.abort())
  t.same(await drafts(made), [])
  t.equal(await run(made), 1)
  t.equal((await drafts(made)).length, 3)
})
