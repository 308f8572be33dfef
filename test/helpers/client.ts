import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import type { App } from '../../src/deps.js'
import type { Json } from './app.js'
import type { Test } from './tap.js'

export interface Sent {
  status: number
  headers: Record<string, string | string[] | number | undefined>
  body: Json
}

export interface Client {
  /** One request as the caller of `key`, with exactly these bytes as its body. */
  send(method: string, url: string, payload?: string | Buffer, headers?: Record<string, string>): Promise<Sent>
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<Sent>
  /** Bytes on a socket, as no client library sends them; the app listens. */
  raw(request: string): Promise<Sent>
}

/** Sends what a well-behaved client does not. */
export function createClient(app: App, key: string): Client {
  const send: Client['send'] = async (method, url, payload, headers = {}) => {
    const type = payload === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: { authorization: `Bearer ${key}`, 'accept-language': 'en', ...type, ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
    const isJson = /json/.test(String(answer.headers['content-type'])) && answer.body !== ''
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : answer.body }
  }
  return {
    send,
    post: (url, body, headers) =>
      send('POST', url, typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body), headers),
    async raw(request) {
      const socket = net.connect((app.server.address() as AddressInfo).port, '127.0.0.1')
      let text = ''
      socket.on('data', (bytes) => {
        text += bytes
      })
      // The server may close before it has read everything.
      socket.on('error', () => {})
      socket.write(request, 'latin1')
      await once(socket, 'close')
      const [head = '', body = ''] = text.split('\r\n\r\n')
      const [line = '', ...fields] = head.split('\r\n')
      const headers = Object.fromEntries(
        fields.map((field) => [field.split(': ')[0]?.toLowerCase(), field.split(': ')[1]]),
      )
      return { status: Number(line.split(' ')[1]), headers, body: JSON.parse(body) }
    },
  }
}

/** A refusal is a problem document that tells nothing of the inside; the pointer, where given, is among its errors. */
export async function isRefused(
  t: Test,
  sent: Promise<Sent>,
  status: number,
  pointer?: string,
  what = '',
): Promise<void> {
  const answer = await sent
  const said = `${what.slice(0, 60)} ${JSON.stringify(answer.body)}`
  const problem = { type: /^\/problems\//, title: /./, status }
  t.match(answer, { status, headers: { 'content-type': /^application\/problem\+json/ }, body: problem }, said)
  t.notMatch(said, /at \w+ \(|node_modules|SyntaxError|JSON at position|select |FST_/)
  if (pointer !== undefined)
    t.ok(
      answer.body.errors?.some((error: Json) => error.pointer === pointer),
      said,
    )
}
