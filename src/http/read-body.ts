import type { FastifyRequest } from 'fastify'
import { EdgeError } from './problem.js'

/**
 * A body as bytes, for a handler that reads it itself. The connection is left alone whatever happens, so that the answer
 * can be sent. @throws EdgeError `too-large`, or what ends the body
 */
export function readBody({ raw }: FastifyRequest, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = (finish: () => void) => {
      raw.off('data', take).off('end', done).off('error', fail).off('close', broken)
      finish()
    }
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) fail(tooLarge(limit))
      else chunks.push(chunk)
    }
    const done = () => end(() => resolve(Buffer.concat(chunks)))
    const fail = (err: unknown) => end(() => reject(err))
    const broken = () => fail(new EdgeError('too-slow', BROKEN))
    if (Number(raw.headers['content-length']) > limit) fail(tooLarge(limit))
    else raw.on('data', take).on('end', done).on('error', fail).on('close', broken)
  })
}

const BROKEN = { zh: '请求体没有传完。', en: 'The body did not come to its end.' }

function tooLarge(limit: number): EdgeError {
  return new EdgeError('too-large', {
    zh: `请求体超过 ${limit} 字节。`,
    en: `The body is larger than ${limit} bytes.`,
  })
}
