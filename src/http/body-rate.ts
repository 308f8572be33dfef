import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BodyRate } from '../config/settings.js'
import type { App } from '../deps.js'
import { EdgeError } from './problem.js'

/** A body on its way. */
interface Coming {
  request: FastifyRequest
  reply: FastifyReply
  /** Of its connection, when it began and when it was last looked at. */
  firstByte: number
  lastByte: number
  /** Time for which it was waited for: not that in which the service itself was not reading. */
  waitedMs: number
  silentMs: number
  isTold: boolean
}

const LOOK_MS = 1_000
const LATE = new WeakMap<FastifyRequest, EdgeError>()

/**
 * Ends requests whose body comes too slowly, whatever its kind: it would hold a place that others need. Who is still
 * reading it answers 408; where the answer has gone already, the connection ends.
 */
export function watchBodies(app: App, rate: BodyRate): void {
  const coming = new Set<Coming>()
  const lookMs = Math.min(LOOK_MS, (rate.silenceS * 1000) / 5)
  let lookedAt = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    // A process that was busy for long has not waited for anybody meanwhile.
    const passedMs = Math.min(now - lookedAt, 2 * lookMs)
    lookedAt = now
    for (const one of coming) {
      if (one.request.raw.complete || one.request.raw.socket.destroyed) coming.delete(one)
      else if (isLate(one, passedMs, rate)) end(one)
    }
  }, lookMs).unref()
  app.addHook('onClose', async () => clearInterval(timer))
  app.addHook('onRequest', (request, reply, done) => {
    const { complete, socket, headers } = request.raw
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
    if (hasBody && !complete && typeof socket.bytesRead === 'number') {
      const at = { firstByte: socket.bytesRead, lastByte: socket.bytesRead }
      coming.add({ request, reply, ...at, waitedMs: 0, silentMs: 0, isTold: false })
    }
    done()
  })
}

/** Why a request was ended, where what reads its body makes another error of it. */
export function latenessOf(request: FastifyRequest): EdgeError | undefined {
  return LATE.get(request)
}

function isLate(one: Coming, passedMs: number, { silenceS, leastBytesPerS }: BodyRate): boolean {
  const { raw } = one.request
  const { bytesRead } = raw.socket
  // As much lies here as is kept: it is the service that does not read, and a sender cannot send.
  if (raw.readableLength >= raw.readableHighWaterMark) return false
  one.waitedMs += passedMs
  one.silentMs = bytesRead > one.lastByte ? 0 : one.silentMs + passedMs
  one.lastByte = bytesRead
  const isSlow = bytesRead - one.firstByte < (leastBytesPerS * one.waitedMs) / 1000
  return one.silentMs >= silenceS * 1000 || (one.waitedMs >= 2 * silenceS * 1000 && isSlow)
}

/** An answer that is not read, or made, in as long again is not waited for. */
function end(one: Coming): void {
  const { request, reply } = one
  const { raw } = request
  if (one.isTold || reply.sent) {
    raw.socket.destroy()
    return
  }
  // Nobody reads it yet; who will answers by a clock of its own.
  if (raw.listenerCount('error') === 0) return
  const late = tooSlow()
  LATE.set(request, late)
  Object.assign(one, { isTold: true, waitedMs: 0, silentMs: 0 })
  reply.header('connection', 'close')
  raw.emit('error', late)
}

function tooSlow(): EdgeError {
  return new EdgeError('too-slow', {
    zh: '请求体传输过慢或中断，已结束；请在网络好转后重试，大文件可用 tus 断点续传（/v1/evidence-uploads）。',
    en: 'The body came too slowly, or not at all, and was given up. Try again on a better network; files can go on where they broke off with tus, at /v1/evidence-uploads.',
  })
}
