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
