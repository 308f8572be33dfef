import { type Statement, tap } from '../../bench/record.js'
import { createDb } from '../../src/db/client.js'
import { type Caller, callerOf, createTestApp, type TestApp } from './app.js'
import { loadLargeList } from './large-list.js'
import { channelKey } from './open311.js'
import { createSecondApp } from './second-app.js'
import type { Test } from './tap.js'
import { taskDeps } from './tasks.js'

/** The service on a large list, with a look at what it asks the database. */
export type LargeApp = Awaited<ReturnType<typeof createLargeApp>>

export async function createLargeApp(t: Test) {
  const made = await createTestApp(t)
  const { home, foreign } = made
  const channel = await channelKey(home, 'public')
  const area = '341225'
  const [areaSupervisor, areaInspector] = [
    await home.addCaller('supervisor', { area }),
    await home.addCaller('inspector', { area }),
  ]
  await loadLargeList(made, await one(made, `select id from person where role = 'public'`))
  // One that has sent nothing yet, so that nothing is missed.
  const { app, pool, watch } = await createSecondApp(t, made)
  let statements: Statement[] = []
  pool.on('connect', (client) => tap(client, (statement) => statements.push(statement)))
  const { office, unitCaller: unit, inspector, verifier, supervisor, auditor, admin } = home
  const callers = { office, unit, inspector, verifier, supervisor, auditor, admin, areaSupervisor, areaInspector }
  const ask = async (url: string) => {
    const { statusCode: status, body } = await app.inject({ method: 'GET', url })
    return { status, body }
  }
  return {
    ...mapValues({ ...callers, foreignOffice: foreign.office }, ({ key }) => callerOf(app, key)),
    superuserUrl: made.superuserUrl,
    home: home.id,
    ids: await idsOf(made),
    deps: { ...taskDeps(made, { DATA_DIR: made.dataDir }), db: createDb(pool) },
    open311: (path: string, query: Record<string, string> = {}) =>
      ask(`/open311/v2${path}?${new URLSearchParams({ api_key: channel, ...query })}`),
    /** A look at the heads, as all who wait share it. */
    lookAtHeads: () => watch.past(home.id, Number.MAX_SAFE_INTEGER, 300),
    async readCalendar(of: Caller) {
      const { pathname, search } = new URL((await of.post('/v1/me/deadline-feeds', { name: '手机' })).body.url)
      return ask(pathname + search)
    },
    /** The page after a place that lies in the midst of all pages. */
    async deepPage(of: Caller, path: string, query: Record<string, string>, key: string) {
      const { body } = await of.get(`${path}?${new URLSearchParams(query)}`)
      const [mark, , id] = JSON.parse(Buffer.from(body.nextCursor, 'base64url').toString())
      const cursor = Buffer.from(JSON.stringify([mark, key, id])).toString('base64url')
      return of.get(`${path}?${new URLSearchParams({ ...query, cursor })}`)
    },
    /** What is asked of the database meanwhile, each statement once, but for the frames of transactions. */
    async recording(work: () => Promise<unknown>): Promise<Statement[]> {
      statements = []
      const answer = (await work()) as { status?: number; body?: unknown } | undefined
      if ((answer?.status ?? 200) >= 300) throw new Error(JSON.stringify(answer?.body))
      const last = new Map(statements.map((statement) => [statement.text, statement]))
      return [...last.values()].filter(({ text }) => !FRAMES.test(text))
    },
  }
}

const FRAMES = /^\s*(begin|commit|rollback|set|start|savepoint|release)\b/i

function mapValues<K extends string, A, B>(values: Record<K, A>, to: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(values).map(([key, value]) => [key, to(value)])) as Record<K, B>
}

async function one({ superuser }: TestApp, sql: string): Promise<string> {
  const { rows } = await superuser.query({ text: sql, rowMode: 'array' })
  const [[value] = []] = rows as string[][]
  if (value === undefined) throw new Error(`nothing is found by ${sql}`)
  return value
}

/** Some of what is on the list, by what is asked of it. */
async function idsOf(made: TestApp) {
  const { id: home, unit } = made.home
  const item = (condition: string) =>
    one(made, `select id from item i where jurisdiction_id = '${home}' and ${condition} order by id limit 1`)
  const used = (condition: string) =>
    one(
      made,
      `select u.evidence_id from evidence_use u join item i on i.id = u.item_id and i.jurisdiction_id = '${home}' and ${condition} order by 1 desc limit 1`,
    )
  return {
    unit,
    code: '2025-123457',
    head: Number(await one(made, `select seq from ledger_head where jurisdiction_id = '${home}'`)),
    assigned: await item(`status = 'assigned' and responsible_unit = '${unit}'`),
    listed: await item(`status = 'listed'`),
    reported: await item(`status = 'reported' and category = 'lighting' and road is not null and lon is not null`),
    other: await item(`status = 'reported' and category = 'other'`),
    old: await item(`version = 2 and status = 'closed'`),
    channelled: await item(`channel = 'public'`),
    scored: await one(made, 'select item_id from score order by id limit 1'),
    score: await one(made, 'select id from score order by id limit 1'),
    papered: await one(made, 'select item_id from document order by id limit 1'),
    noticed: await one(made, 'select item_id from notice order by id desc limit 1'),
    notice: await one(
      made,
      `select id from notice where unit_id = '${unit}' and sent_at is not null and received_at is null limit 1`,
    ),
    evidence: await used(`concerned_units @> array['${unit}'::uuid]`),
    areaEvidence: await used(`area like '341225%'`),
    contact: await one(made, 'select id from contact order by id limit 1'),
    subscription: await one(made, 'select id from subscription order by id limit 1'),
  }
}
