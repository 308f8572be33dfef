import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { buildApp } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import { UNHEARD } from '../../src/db/access-changes.js'
import { createDb, createPool, type Db } from '../../src/db/client.js'
import type { App } from '../../src/deps.js'
import type { Actor, Role } from '../../src/domain/access/permissions.js'
import type { Status } from '../../src/domain/item/words.js'
import { createLedgerWatch } from '../../src/ledger/watch.js'
import { createHomeDatabase } from './database.js'
import { addPerson, type MadeJurisdiction, type PersonOptions, START } from './jurisdictions.js'
import type { Test } from './tap.js'

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, member by member; their shape is held by openapi.test.ts.
export type Json = any

export interface Answer {
  status: number
  headers: Record<string, string | undefined>
  body: Json
}

/** One caller: a key, and requests made with it through `inject`. */
export interface Caller {
  key: string
  get(url: string, headers?: Record<string, string>): Promise<Answer>
  post(url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  put(url: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(url: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  delete(url: string): Promise<Answer>
}

/** A jurisdiction with two units and a caller for each role; `other` belongs to a second unit. */
export interface TestJurisdiction {
  id: string
  unit: string
  otherUnit: string
  office: Caller
  inspector: Caller
  /** A second inspector, who did not file what `inspector` filed. */
  verifier: Caller
  unitCaller: Caller
  otherUnitCaller: Caller
  supervisor: Caller
  auditor: Caller
  admin: Caller
  system: Actor
  addCaller(role: Role, options?: PersonOptions): Promise<Caller>
}

export interface TestApp {
  app: App
  db: Db
  /** Connection strings of the private database: as the service, and as a superuser. */
  url: string
  superuserUrl: string
  superuser: pg.Pool
  /** Where its files are; made when there are any, and gone with the test. */
  dataDir: string
  clock: { now: string; advance(ms: number): void }
  /** 阜阳 341200. */
  home: TestJurisdiction
  /** 亳州 341600, another jurisdiction on the same installation. */
  foreign: TestJurisdiction
}

export { START }
export const DAY_MS = 86_400_000

/** The whole service on a private database, with a clock that the test sets. Everything ends with the test. */
export async function createTestApp(t: Test, environment: Record<string, string> = {}): Promise<TestApp> {
  const { url, superuserUrl, jurisdictions } = await createHomeDatabase(t)
  const pool = createPool({ url, max: 10, serviceRole: true, onError: () => {} })
  const superuser = new pg.Pool({ connectionString: superuserUrl, max: 2 })
  superuser.on('error', () => {})
  const db = createDb(pool)
  const watch = createLedgerWatch(db)
  const clock = {
    now: START,
    advance(ms: number) {
      clock.now = new Date(Date.parse(clock.now) + ms).toISOString()
    },
  }
  const dataDir = join(tmpdir(), `one-list-test-${process.pid}-${randomUUID()}`)
  const config = readConfig({
    RATE_LIMIT_PER_MINUTE: '1000000',
    OPEN_REQUESTS_PER_MINUTE: '1000000',
    FAILED_KEYS_PER_MINUTE: '1000000',
    DATA_DIR: dataDir,
    ...environment,
  })
  const app = await buildApp(
    { db, now: () => clock.now, config, watch, accessChanges: UNHEARD, isStopping: () => false },
    pino({ level: process.env.TEST_LOG ?? 'silent' }),
  )
  t.teardown(async () => {
    watch.close()
    await app.close()
    await pool.end()
    await superuser.end()
    await rm(dataDir, { recursive: true, force: true })
  })
  const home = jurisdictionFor(app, db, jurisdictions.home)
  const foreign = jurisdictionFor(app, db, jurisdictions.foreign)
  return { app, db, url, superuserUrl, superuser, dataDir: config.evidence.dataDir, clock, home, foreign }
}

function jurisdictionFor(app: App, db: Db, { keys, ...made }: MadeJurisdiction): TestJurisdiction {
  const addCaller: TestJurisdiction['addCaller'] = async (role, options) =>
    callerOf(app, await addPerson(db, made, role, options))
  const callers = Object.entries(keys).map(([name, key]) => [name, callerOf(app, key)])
  return { ...made, addCaller, ...(Object.fromEntries(callers) as Record<keyof typeof keys, Caller>) }
}

export function callerOf(app: App, key: string): Caller {
  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers = {},
  ): Promise<Answer> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const answer = await app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${key}`,
        'accept-language': 'en',
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const isJson =
      /json/.test(String(answer.headers['content-type'])) && !/ndjson/.test(String(answer.headers['content-type']))
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      body: isJson ? answer.json() : answer.body,
    }
  }
  return {
    key,
    get: (url, headers) => send('GET', url, undefined, headers),
    post: (url, body, headers) => send('POST', url, body, headers),
    put: (url, body, headers) => send('PUT', url, body, headers),
    patch: (url, body, headers) => send('PATCH', url, body, headers),
    delete: (url) => send('DELETE', url),
  }
}

/** A filing that is complete. */
export function filing(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: '临水弯道无护栏',
    area: '341225',
    road: 'S315',
    chainage: 'K12+345',
    category: 'roadside_protection',
    ...more,
  }
}

/** An order with every required element. */
export function order(
  home: Pick<TestJurisdiction, 'unit'>,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    goal: '消除坠车风险',
    leadOfficial: { name: '王建国', title: '副县长' },
    responsibleUnit: home.unit,
    completionStandard: '护栏 120 米，验收合格',
    dueAt: '2026-04-30',
    reward: '考核加 2 分',
    penalty: '通报并扣 5 分',
    ...more,
  }
}

export type Stage = Status

/** Files an item and leads it to a status over HTTP, as its users would. Answers the item. */
export async function itemIn(
  stage: Stage,
  at: TestJurisdiction,
  more: { filing?: object; order?: object } = {},
): Promise<Json> {
  const area = at.id === 'fuyang' ? '341225' : '341621'
  const filed = await ok(at.inspector.post('/v1/items', filing({ area, ...more.filing })))
  const url = `/v1/items/${filed.id}`
  if (stage === 'reported') return filed
  if (stage === 'dismissed') return ok(at.office.post(`${url}/dismissal`, { reason: '非隐患' }))
  if (stage === 'merged') {
    const target = await ok(at.inspector.post('/v1/items', filing({ area })))
    return ok(at.office.post(`${url}/merge`, { into: target.code, reason: '重复上报' }))
  }
  const steps: [Exclude<Stage, 'reported' | 'dismissed' | 'merged'>, () => Promise<Answer>][] = [
    ['listed', () => at.office.post(`${url}/listing`, { level: 'general' })],
    ['assigned', () => at.office.post(`${url}/assignments`, order(at, { ...more.order }))],
    ['remediating', () => at.unitCaller.post(`${url}/acceptance`)],
    ['closure_requested', () => at.unitCaller.post(`${url}/closure-requests`, { summary: '已完成' })],
    ['closed', () => at.verifier.post(`${url}/closure-decision`, { approved: true, findings: '合格' })],
  ]
  for (const [reached, step] of steps) {
    const item = await ok(step())
    if (reached === stage) return item
  }
  throw new Error(`no way to ${stage}`)
}

/** The body of a good answer; a refusal fails the test with what it says. */
export async function ok(answer: Promise<Answer>): Promise<Json> {
  const { status, body } = await answer
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}
