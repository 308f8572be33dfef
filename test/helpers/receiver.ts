import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { createGuardedFetch } from '../../src/http/guarded-fetch.js'
import { createDeliverTasks } from '../../src/webhooks/deliver-task.js'
import { fanOutTask } from '../../src/webhooks/fan-out-task.js'
import { type Json, ok, type TestApp, type TestJurisdiction } from './app.js'
import type { Test } from './tap.js'
import { runTask, taskDeps } from './tasks.js'

/** One call that reached the receiver, its signature verified. */
export interface Received {
  id: string
  headers: IncomingHttpHeaders
  raw: string
  body: Json
  /** The secrets with which it verifies. */
  verifiedWith: string[]
}

export interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string
}

export interface Receiver {
  url: string
  calls: Received[]
  /** What it answers; undefined: it never does. May take its time. */
  answer: (call: Received) => Answer | undefined | Promise<Answer | undefined>
  secrets: string[]
}

/** A receiver of webhooks on this machine, which verifies each call with the reference implementation, by the test's clock. */
export async function createReceiver(t: Test, clock: TestApp['clock']): Promise<Receiver> {
  const receiver: Receiver = { url: '', calls: [], answer: () => ({}), secrets: [] }
  const server = createServer(async (request, response: ServerResponse) => {
    let raw = ''
    for await (const chunk of request.setEncoding('utf8')) raw += chunk
    const verifiedWith = receiver.secrets.filter((secret) => verifies(secret, raw, request.headers, clock.now))
    const call = {
      id: String(request.headers['webhook-id']),
      headers: request.headers,
      raw,
      body: JSON.parse(raw),
      verifiedWith,
    }
    receiver.calls.push(call)
    const answer = await receiver.answer(call)
    if (answer !== undefined) response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? 'ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return receiver
}

/** The package knows no clock but the machine's: it is lent the test's for the moment. */
function verifies(secret: string, raw: string, headers: IncomingHttpHeaders, now: string): boolean {
  const machine = Date.now
  Date.now = () => Date.parse(now)
  try {
    new Webhook(secret).verify(raw, headers as Record<string, string>)
    return true
  } catch {
    return false
  } finally {
    Date.now = machine
  }
}

/** Subscribes a receiver, which then knows the secret. */
export async function subscribe(
  at: TestJurisdiction,
  receiver: Receiver,
  more: Record<string, unknown> = {},
): Promise<Json> {
  const made = await ok(at.office.post('/v1/subscriptions', { url: receiver.url, types: ['item.*'], ...more }))
  receiver.secrets.push(made.secret)
  return made
}

/** The two lanes as a worker has them. */
export const LANES = lanesWith(10_000)

/** The same, but of another patience. */
export function lanesWith(timeoutMs: number) {
  return createDeliverTasks(createGuardedFetch({ allowPrivate: true, timeoutMs }))
}

/** What workers do until nothing is due by the clock. Answers how many delivery jobs there were. */
export async function deliverAll(made: Pick<TestApp, 'db' | 'clock'>, lanes = LANES): Promise<number> {
  const deps = taskDeps(made)
  let jobs = 0
  for (let round = 0; round < 100; round++) {
    await runTask(fanOutTask, deps)
    const done = (await Promise.all(lanes.map((lane) => runTask(lane, deps)))).reduce((sum, n) => sum + n)
    if (done === 0) return jobs
    jobs += done
  }
  throw new Error('deliveries do not come to an end')
}

/** A subscription's deliveries, oldest first. */
export async function deliveriesOf(at: TestJurisdiction, subscription: string, query = ''): Promise<Json[]> {
  const { data } = await ok(at.office.get(`/v1/subscriptions/${subscription}/deliveries?limit=200${query}`))
  return data.reverse()
}
