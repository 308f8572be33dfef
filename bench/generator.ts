import { readFile } from 'node:fs/promises'
import { Pool } from 'undici'
import { quantile } from './statistics.js'

// The load generator: a process of its own, so that its time is told apart from everybody's.

export interface Request {
  method: 'GET' | 'POST'
  path: string
  /** `{n}` in a value is a number that no other request has. */
  headers: Record<string, string>
  body?: string
  /** Read before the clock starts. */
  bodyFile?: string
}

export interface Job {
  origin: string
  connections: number
  requests: Request[]
  /** Until when the requests are repeated; without it, each is sent once. */
  seconds?: number
  /** With `seconds`: each request is sent once at most. */
  once?: boolean
  /** A refusal for want of time (503 `overloaded`) is an answer like another, and is not counted. */
  refusals?: boolean
}

export interface Report {
  requests: number
  seconds: number
  bytes: number
  p50: number
  p99: number
  /** What is over when the requests run out before the time. */
  exhausted: boolean
  /** The last answer, where it is short. */
  answer: string
}

const SHOWN = 2_000
let number = Date.now() * 1000

async function run({ origin, connections, requests, seconds, once, refusals }: Job): Promise<Report> {
  const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
  const bodies = await Promise.all(requests.map(({ bodyFile }) => bodyFile && readFile(bodyFile)))
  const times: number[] = []
  let bytes = 0
  let next = 0
  let answer = ''
  const isBounded = seconds === undefined || once === true
  const started = performance.now()
  const end = started + (seconds ?? Number.POSITIVE_INFINITY) * 1000
  const hasNext = () => performance.now() < end && !(isBounded && next >= requests.length)
  const send = async () => {
    while (hasNext()) {
      const at = next++ % requests.length
      const request = requests[at]
      if (request === undefined) return
      const from = performance.now()
      const { status, size, text } = await exchange(pool, request, bodies[at])
      if (refusals === true && status === 503 && text.includes('"overloaded"')) continue
      times.push(performance.now() - from)
      if (status >= 300) throw new Error(`${request.method} ${request.path} was answered ${status}: ${text}`)
      bytes += size
      answer = text
    }
  }
  await Promise.all(Array.from({ length: connections }, send))
  const elapsed = (performance.now() - started) / 1000
  await pool.close()
  times.sort((a, b) => a - b)
  const exhausted = isBounded && seconds !== undefined && next >= requests.length
  const latencies = { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
  return { requests: times.length, seconds: elapsed, bytes, ...latencies, exhausted, answer }
}

function exchange(pool: Pool, { method, path, headers, body }: Request, file: Buffer | string | undefined) {
  const own = Object.entries(headers).map(([name, value]) => [name, value.replace('{n}', () => String(number++))])
  return new Promise<{ status: number; size: number; text: string }>((resolve, reject) => {
    let status = 0
    let size = 0
    let text = ''
    const handler = {
      onRequestStart() {},
      onResponseStart(_: unknown, code: number) {
        status = code
      },
      onResponseData(_: unknown, chunk: Buffer) {
        size += chunk.length
        if (size < SHOWN) text += chunk.toString()
      },
      onResponseEnd: () => resolve({ status, size, text }),
      onResponseError: (_: unknown, err: Error) => reject(err),
    }
    pool.dispatch({ method, path, headers: Object.fromEntries(own), body: file || body || null }, handler)
  })
}

process.on('message', (job: Job) => {
  run(job)
    .then((report) => process.send?.({ report }))
    .catch((err: Error) => process.send?.({ error: err.message }))
})
process.on('disconnect', () => process.exit(0))
