import type { Test } from 'tap'
import { type Statement, tap } from '../../bench/record.js'
import { createDb } from '../../src/db/client.js'
import { type Caller, callerOf, type TestApp } from './app.js'
import { choreDeps } from './chores.js'
import { createSecondApp } from './second-app.js'

/** The service on a large list, with a look at what it asks the database. */
export async function createLargeApp(t: Test, made: TestApp, keys: Record<string, string>) {
  const { app, pool, watch } = await createSecondApp(t, made)
  let statements: Statement[] = []
  pool.on('connect', (client) => tap(client, (statement) => statements.push(statement)))
  const caller = (name: string) => callerOf(app, keys[name] ?? '')
  const one = async (sql: string) => Object.values((await made.superuser.query(sql)).rows[0])[0] as string
  const home = made.home.id
  const ids = {
    unit: made.home.unit,
    assigned: await one(`select id from item where jurisdiction_id = '${home}' and status = 'assigned' and responsible_unit = '${made.home.unit}' limit 1`),
    old: await one(`select id from item_past where jurisdiction_id = '${home}' and status = 'remediating' order by id limit 1`),
    code: '2025-123457',
    head: Number(await one(`select seq from ledger_head where jurisdiction_id = '${home}'`)),
    evidence: await one(`select id from evidence where jurisdiction_id = '${home}' and used_at is not null order by id desc limit 1`),
    areaEvidence: await one(`select e.id from evidence e join evidence_use u on u.evidence_id = e.id join item i on i.id = u.item_id where i.jurisdiction_id = '${home}' and area like '341225%' limit 1`),
    noticed: await one(`select item_id from notice order by id desc limit 1`),
    notice: await one(`select id from notice where unit_id = '${made.home.unit}' and sent_at is not null and received_at is null limit 1`),
    scored: await one('select item_id from score limit 1'),
    score: await one('select id from score limit 1'),
    papered: await one('select item_id from document limit 1'),
    contact: await one('select id from contact limit 1'),
    subscription: await one('select id from subscription limit 1'),
    channelled: await one(`select id from item where jurisdiction_id = '${home}' and channel = 'public' limit 1`),
    reported: await one(`select id from item where jurisdiction_id = '${home}' and status = 'reported' and category <> 'sharp_bend_steep_slope' and road is not null and lon is not null limit 1`),
    listed: await one(`select id from item where jurisdiction_id = '${home}' and status = 'listed' limit 1`),
    listed2: await one(`select id from item where jurisdiction_id = '${home}' and status = 'reported' order by id desc limit 1`),
  }
  return {
    app, watch, ids,
    deps: { ...choreDeps(made), db: createDb(pool) },
    office: caller('office'),
    unit: caller('unit'),
    auditor: caller('auditor'),
    admin: caller('admin'),
    supervisor: caller('supervisor'),
    areaSupervisor: caller('areaSupervisor'),
    areaInspector: caller('areaInspector'),
    foreignOffice: caller('foreignOffice'),
    channel: keys.channel ?? '',
    inspector: caller('inspector'),
    verifier: caller('verifier'),
    /** One look at the heads, as all who wait share it. */
    watchOnce: () => watch.past(home, 1e9, 300),
    /** The page after a place that lies in the midst of all pages. */
    async deepPage(of: Caller, path: string, query: Record<string, string>, key: string) {
      const { body } = await of.get(`${path}?${new URLSearchParams(query)}`)
      const [mark, , id] = JSON.parse(Buffer.from(body.nextCursor, 'base64url').toString())
      const cursor = Buffer.from(JSON.stringify([mark, key, id])).toString('base64url')
      statements = []
      return of.get(`${path}?${new URLSearchParams({ ...query, cursor })}`)
    },
    /** What is asked of the database meanwhile, but for the frames of transactions. */
    async recording(work: () => Promise<unknown>): Promise<Statement[]> {
      statements = []
      const answer = (await work()) as { status?: number; body?: unknown } | undefined
      if ((answer?.status ?? 200) >= 300) throw new Error(JSON.stringify(answer?.body))
      return statements.filter(({ text }) => !/^\s*(begin|commit|rollback|set|start|savepoint|release)\b/i.test(text))
    },
  }
}

export type LargeApp = Awaited<ReturnType<typeof createLargeApp>>
