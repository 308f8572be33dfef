import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from '../../src/deps.js'
import type { Caller, Json } from './app.js'
import type { Test } from './tap.js'
import { until } from './until.js'

/** A client of server-sent events, as the WHATWG standard has it parse them. */
export interface Listener {
  status: number
  headers: http.IncomingHttpHeaders
  events: { id: string; event: string; data: Json }[]
  /** The last event ID: what the client would send when it connects again. */
  lastId: string
  comments: string[]
  /** The time that the server says to wait before connecting again. */
  retry: string | undefined
  isOver: boolean
  /** What came instead of a stream. */
  body(): Json
  pause(): void
  resume(): void
  /** Hangs up. */
  close(): void
  /** Resolves when so many events have come. */
  reached(count: number): Promise<void>
  over(): Promise<void>
}

interface Question {
  query?: string
  lastEventId?: string
}

/** Opens a stream on a socket of its own. Ends with the test. */
export async function listen(t: Test, app: App, key: string | Caller, asked: Question = {}): Promise<Listener> {
  const { query = '', lastEventId } = asked
  const { port } = app.server.address() as AddressInfo
  const request = http.get(`http://127.0.0.1:${port}/v1/events/stream${query}`, {
    agent: false,
    headers: {
      authorization: `Bearer ${typeof key === 'string' ? key : key.key}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
  // Hanging up is no failure.
  request.on('error', () => {})
  t.teardown(() => request.destroy())
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  let block: Record<string, string> = {}
  const listener: Listener = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events: [],
    lastId: lastEventId ?? '',
    comments: [],
    retry: undefined,
    isOver: false,
    body: () => JSON.parse(text),
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => request.destroy(),
    reached: (count) => until(() => listener.events.length >= count, 60_000),
    over: () => until(() => listener.isOver),
  }
  response.setEncoding('utf8')
  response.on('error', () => {})
  response.on('close', () => {
    listener.isOver = true
  })
  response.on('data', (chunk: string) => {
    text += chunk
    if (listener.status !== 200) return
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) block = take(listener, block, line)
  })
  if (listener.status === 200) await until(() => listener.retry !== undefined)
  else await once(response, 'end')
  return listener
}

/** One line; answers the block that it is part of. */
function take(listener: Listener, block: Record<string, string>, line: string): Record<string, string> {
  if (line.startsWith(':')) listener.comments.push(line.slice(1).trim())
  else if (line !== '') {
    const colon = line.indexOf(':')
    const [field, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
    if (field === 'retry') listener.retry = value
    return { ...block, [field]: field === 'data' && block.data !== undefined ? `${block.data}\n${value}` : value }
  } else {
    if (block.id !== undefined) listener.lastId = block.id
    if (block.data !== undefined) {
      listener.events.push({ id: listener.lastId, event: block.event ?? 'message', data: JSON.parse(block.data) })
    }
    return {}
  }
  return block
}

/** The seqs of the events that came. */
export function seqsOf({ events }: Listener): number[] {
  return events.map(({ data }) => data.seq)
}

/** All whole numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k)
}
