import { type Agent, request } from 'node:http'
import type { Json } from './app.js'
import { type ServerProcess, startServer } from './node-process.js'
import type { Test } from './tap.js'

export interface Asked {
  method?: string
  path: string
  key?: string
  headers?: Record<string, string>
  body?: string | Buffer
  /** Whose connection is used; a new one each time unless told. */
  agent?: Agent
}

export interface Told {
  status: number
  headers: Record<string, string | undefined>
  text: string
}

/** A request on a connection of its own, so that two of them come to two processes. */
export function ask(port: number, { method = 'GET', path, key, headers = {}, body, agent }: Asked): Promise<Told> {
  const authorization: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }
  const all = { 'accept-language': 'en', ...authorization, ...length, ...headers }
  return new Promise((resolve, reject) => {
    const sent = request({ port, method, path, headers: all, agent: agent ?? false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (more) => {
        text += more
      })
      answer.once('error', reject)
      answer.once('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers as Told['headers'], text })
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

export interface Group extends ServerProcess {
  /** The lines of the log so far. */
  lines(): Json[]
  /** The process that is in a place now. */
  pidOf(place: string): number
  /** The process that answered a request with this `X-Request-Id`. */
  pidThatAnswered(requestId: string): number | undefined
}

/** A service of two server processes. */
export async function startTwo(t: Test, env: Record<string, string>): Promise<Group> {
  const settings = { SERVER_PROCESSES: '2', LOG_LEVEL: 'info', ...env }
  const server = await startServer(t, settings, { isGroup: true })
  const lines = () =>
    server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Json)
  return {
    ...server,
    lines,
    pidOf: (place) => lines().findLast((line) => line.msg === 'a process begins' && line.process === place)?.child,
    pidThatAnswered: (id) => lines().find((line) => line.msg === 'request' && line.reqId === id)?.pid,
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
