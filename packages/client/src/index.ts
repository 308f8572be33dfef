import createFetchClient, {
  type Client,
  type ClientPathsWithMethod,
  type MaybeOptionalInit,
  type MethodResponse,
} from 'openapi-fetch'
import { type BatchOptions, type BatchResult, inBatches } from './batch.js'
import { ProblemError } from './problem.js'
import { pause, type RetryOptions, retrying } from './retry.js'
import type { BatchCommand, Event, Feed, paths } from './schema.js'

export type { BatchOptions, BatchResult } from './batch.js'
export { ProblemError } from './problem.js'
export type { Retry } from './retry.js'
export type * from './schema.js'

export interface ClientOptions extends RetryOptions {
  /** Where the service is, such as `https://list.example.cn`. */
  baseUrl: string
  /** An API key, or a token of the configured OpenID Connect issuer. */
  key: string
  /** The language of titles and messages; codes never change. Chinese unless told. */
  language?: 'zh-CN' | 'en'
  fetch?: typeof globalThis.fetch
}

type Inner = Client<paths, 'application/json'>
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type PathOf<M extends Method> = ClientPathsWithMethod<Inner, M>

/** What a request takes: `params: { path, query, header }`, `body`, and what `fetch` takes, such as `signal`. */
type InitOf<M extends Method, P extends PathOf<M>> = MaybeOptionalInit<paths[P], M>
type InitArgument<I> = undefined extends I ? [init?: NonNullable<I>] : [init: I]
type AnswerOf<M extends Method, P extends PathOf<M>> = MethodResponse<Inner, M, P>

/** One request of the document. @throws ProblemError when it is refused; what `fetch` throws when nobody answers. */
type Verb<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...init: InitArgument<InitOf<M, P>>
) => Promise<AnswerOf<M, P>>

type Page = { data: unknown[]; nextCursor: string | null }
type PagedPath = {
  [P in PathOf<'get'>]: AnswerOf<'get', P> extends Page ? P : never
}[PathOf<'get'>]
type RowOf<P extends PagedPath> = AnswerOf<'get', P> extends { data: (infer R)[] } ? R : never

export interface FollowOptions {
  /** Only events of these types. */
  types?: Event['type'][]
  /** Seconds for which the service holds a request when there is nothing new, 1–30; 30 unless told. */
  waitS?: number
  /** Events on a page, 200 unless told. */
  limit?: number
  signal?: AbortSignal
}

export interface OneList {
  get: Verb<'get'>
  post: Verb<'post'>
  put: Verb<'put'>
  patch: Verb<'patch'>
  delete: Verb<'delete'>
  /** The pages of a list, by `nextCursor`. */
  pages<P extends PagedPath>(path: P, ...init: InitArgument<InitOf<'get', P>>): AsyncGenerator<AnswerOf<'get', P>>
  /** The rows of a list, page after page. */
  items<P extends PagedPath>(path: P, ...init: InitArgument<InitOf<'get', P>>): AsyncGenerator<RowOf<P>>
  /**
   * Any number of commands to items, 500 in a call, each for itself; what became of each, in their order. For all or
   * nothing, post up to 500 to `/v1/items/batch` with `atomic`.
   */
  batch(
    commands: Iterable<BatchCommand> | AsyncIterable<BatchCommand>,
    options?: BatchOptions,
  ): AsyncGenerator<BatchResult>
  /** Every event after `after`, for ever: those that are there, then each as it comes. */
  follow(after: number, options?: FollowOptions): AsyncGenerator<Event>
  /** The same by pages, also the empty ones: `lastSeq` is the place to resume at, whatever a filter has passed over. */
  feed(after: number, options?: FollowOptions): AsyncGenerator<Feed>
}

/** The service may end a wait early, when it stops; whoever asks again asks after this much time at the soonest. */
const SHORTEST_WAIT_MS = 1_000

/**
 * A client of the service, typed by its OpenAPI document. Every `POST` and `PATCH` gets an `Idempotency-Key` of its own,
 * which is the same in each attempt: nothing happens twice, whatever becomes of an answer on its way.
 */
export function createClient(options: ClientOptions): OneList {
  const { baseUrl, key, language, fetch = globalThis.fetch } = options
  const inner = createFetchClient<paths, 'application/json'>({
    baseUrl,
    fetch: retrying(fetch, options),
    headers: { authorization: `Bearer ${key}`, ...(language === undefined ? {} : { 'accept-language': language }) },
  })
  inner.use({
    onRequest({ request }) {
      const isChange = request.method === 'POST' || request.method === 'PATCH'
      if (isChange && !request.headers.has('idempotency-key')) {
        request.headers.set('idempotency-key', crypto.randomUUID())
      }
    },
  })
  // The types have been checked where a verb is called; here, all requests are one.
  const request = inner.request as unknown as (method: Method, path: string, init: object) => Promise<Fetched>

  function verb<M extends Method>(method: M): Verb<M> {
    return async (path, ...[init]) => {
      const { data, error, response } = await request(method, path as string, init ?? {})
      if (!response.ok) throw new ProblemError(response, error)
      return data as never
    }
  }

  const get = verb('get')
  const pages: OneList['pages'] = (path, ...[init]) =>
    pagesOf((cursor) => get(path, ...withCursor(init, cursor)) as Promise<never>)
  async function* feed(after: number, { types, waitS = 30, limit = 200, signal }: FollowOptions = {}) {
    for (let place = after; ; ) {
      const query = {
        after: String(place),
        wait: waitS,
        limit,
        ...(types === undefined ? {} : { type: types as never }),
      }
      const asked = performance.now()
      const page = await get('/v1/events', { params: { query }, ...(signal === undefined ? {} : { signal }) })
      yield page
      place = page.lastSeq
      const left = SHORTEST_WAIT_MS - (performance.now() - asked)
      if (page.data.length === 0 && left > 0) await pause(left, signal)
    }
  }
  const post = verb('post')
  return {
    ...{ get, post, put: verb('put'), patch: verb('patch'), delete: verb('delete') },
    pages,
    async *items(path, ...init) {
      for await (const page of pages(path, ...init)) yield* page.data as RowOf<typeof path>[]
    },
    batch: (commands, options) =>
      inBatches(
        ({ body, key, ...rest }) =>
          post('/v1/items/batch', { body, params: { header: { 'idempotency-key': key } }, ...rest }),
        commands,
        options,
      ),
    feed,
    async *follow(after, options) {
      for await (const { data } of feed(after, options)) yield* data
    },
  }
}

interface Fetched {
  data?: unknown
  error?: unknown
  response: Response
}

async function* pagesOf<P extends { nextCursor: string | null }>(read: (cursor?: string) => Promise<P>) {
  for (let page = await read(); ; page = await read(page.nextCursor)) {
    yield page
    if (page.nextCursor === null) return
  }
}

/** The same request, for the page at `cursor`. */
function withCursor(init: object | undefined, cursor: string | undefined): never {
  const { params, ...rest } = (init ?? {}) as { params?: { query?: object } }
  const query = { ...params?.query, ...(cursor === undefined ? {} : { cursor }) }
  return [{ ...rest, params: { ...params, query } }] as never
}
