import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'
import type { App } from '../deps.js'

/** Helmet's headers on every answer. They depend on its options alone, so they are asked for once and not at each request. */
export function protectAnswers(app: App): void {
  const headers: Record<string, string> = {}
  const answer = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => {},
  }
  const set = helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } })
  set({} as IncomingMessage, answer as unknown as ServerResponse, () => {})
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
}
