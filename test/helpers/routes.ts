import type { App } from '../../src/deps.js'
import type { Json } from './app.js'

/** A route under /v1, as the published document knows it. */
export interface Route {
  /** `POST /v1/items/{id}/notes` */
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  path: string
  /** A body that the document gives as an example; undefined where the route takes none. */
  example: Json
}

/** What an answer is, apart from what differs from one request to the next. */
export interface Plain {
  status: number
  headers: Json
  text: string
}

export function routesOf(app: App): Route[] {
  const { paths, components } = app.swagger() as unknown as Json
  const exampleOf = (requestBody: Json): Json => {
    const [content] = Object.values<Json>(requestBody?.content ?? {})
    if (content === undefined) return undefined
    const named = components.schemas[String(content.schema.$ref).split('/').at(-1) ?? '']
    return content.example ?? (named ?? content.schema).example ?? {}
  }
  return Object.entries<Json>(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([verb, { requestBody }]) => {
        const method = verb.toUpperCase() as Route['method']
        return { name: `${method} ${path}`, method, path, example: exampleOf(requestBody) }
      }),
    )
}

/** Sends a request as it would come over the wire, and answers without what differs each time. */
export async function sendPlain(
  app: App,
  { method, url, key, body }: { method: Route['method']; url: string; key: string; body?: unknown },
  more: Record<string, string> = {},
): Promise<Plain> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const answer = await app.inject({
    ...{ method, url },
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': type }), ...more },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const { date: _1, 'x-request-id': _2, ratelimit: _3, 'content-length': _4, ...headers } = answer.headers
  return { status: answer.statusCode, headers, text: answer.body.replace(/"requestId":"[^"]*"/, '') }
}
