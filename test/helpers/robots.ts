import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from './tap.js'

/** A call that a robot took, or did not. */
export interface RobotCall {
  path: string
  body: string
  errcode: number
}

export interface Robots {
  wecom(key: string): string
  dingtalk(token: string): string
  calls: RobotCall[]
  /** What the groups have been told: the markdown that was taken. */
  said(): string[]
  /** From now on every call is answered so. */
  answerWith(answer: { status: number; body: string } | undefined): void
}

const WECOM_LIMIT_BYTES = 4096
const DINGTALK_LIMIT_BYTES = 20_000
const HOUR_MS = 3_600_000
export const ROBOT_KEY = '693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa'
export const ROBOT_TOKEN = '566cc69da782ec33'
export const ROBOT_SECRET = 'SEC74b1e5f3c29a4d6e8f0a1b2c3d4e5f60'

/** Group robots of both kinds on this machine, which look at every message as the real ones do. */
export async function startRobots(t: Test, now: () => string, signed = true): Promise<Robots> {
  const calls: RobotCall[] = []
  let fixed: { status: number; body: string } | undefined
  const server = createServer(async (request, reply) => {
    const body = await read(request)
    const url = new URL(request.url ?? '', 'http://robots')
    const judged = judge(request, url, body, signed ? ROBOT_SECRET : null, now())
    const answer = fixed ?? { status: 200, body: JSON.stringify(judged) }
    calls.push({ path: url.pathname, body, errcode: fixed === undefined ? judged.errcode : -2 })
    reply.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    wecom: (key) => `${base}/cgi-bin/webhook/send?key=${key}`,
    dingtalk: (token) => `${base}/robot/send?access_token=${token}`,
    calls,
    said: () => calls.filter(({ errcode }) => errcode === 0).map(({ body }) => markdownOf(JSON.parse(body))),
    answerWith: (answer) => {
      fixed = answer
    },
  }
}

interface Verdict {
  errcode: number
  errmsg: string
}

function judge(request: IncomingMessage, url: URL, body: string, secret: string | null, now: string): Verdict {
  if (request.method !== 'POST') return { errcode: 43002, errmsg: 'require POST method' }
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    return { errcode: 43004, errmsg: 'content type' }
  const message = JSON.parse(body)
  return url.pathname === '/robot/send' ? judgeDingtalk(url, body, message, secret, now) : judgeWecom(url, message)
}

function judgeWecom(url: URL, message: Record<string, unknown>): Verdict {
  if (url.searchParams.get('key') !== ROBOT_KEY) return { errcode: 93000, errmsg: 'invalid webhook url' }
  if (message.msgtype !== 'markdown') return { errcode: 40008, errmsg: 'invalid message type' }
  const { content } = (message.markdown ?? {}) as { content?: unknown }
  if (typeof content !== 'string' || content === '') return { errcode: 44004, errmsg: 'empty content' }
  if (Buffer.byteLength(content) > WECOM_LIMIT_BYTES) {
    return { errcode: 40058, errmsg: 'markdown.content exceed max length 4096' }
  }
  return { errcode: 0, errmsg: 'ok' }
}

function judgeDingtalk(
  url: URL,
  body: string,
  message: Record<string, unknown>,
  secret: string | null,
  now: string,
): Verdict {
  const { searchParams } = url
  if (searchParams.get('access_token') !== ROBOT_TOKEN) return { errcode: 300001, errmsg: 'token is not exist' }
  if (secret !== null && !isSigned(searchParams, secret, now)) return { errcode: 310000, errmsg: 'sign not match' }
  const { title, text } = (message.markdown ?? {}) as { title?: unknown; text?: unknown }
  if (message.msgtype !== 'markdown' || !title || !text) return { errcode: 40035, errmsg: 'missing parameter' }
  if (Buffer.byteLength(body) > DINGTALK_LIMIT_BYTES) return { errcode: 460101, errmsg: 'message too long' }
  return { errcode: 0, errmsg: 'ok' }
}

function isSigned(query: URLSearchParams, secret: string, now: string): boolean {
  const timestamp = query.get('timestamp') ?? ''
  if (!/^\d{13}$/.test(timestamp) || Math.abs(Number(timestamp) - Date.parse(now)) > HOUR_MS) return false
  const expected = createHmac('sha256', Buffer.from(secret, 'utf8')).update(`${timestamp}\n${secret}`).digest()
  const given = Buffer.from(query.get('sign') ?? '', 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function markdownOf(message: { markdown: { content?: string; text?: string } }): string {
  return message.markdown.content ?? message.markdown.text ?? ''
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
