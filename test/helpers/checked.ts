import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { App } from '../../src/deps.js'
import { type Answer, type Caller, createTestApp, type Json, ok, type TestApp, type TestJurisdiction } from './app.js'
import type { Test } from './tap.js'

/** A test app in which every JSON answer to every caller is held to the published OpenAPI document, strictly. */
export async function createCheckedApp(t: Test, environment: Record<string, string> = {}): Promise<TestApp> {
  const made = await createTestApp(t, environment)
  check ??= createAnswerCheck(made.app)
  return { ...made, home: checkedJurisdiction(made.home, check), foreign: checkedJurisdiction(made.foreign, check) }
}

/** A refusal: its status, its code, and, where the request's fields are at fault, the pointers to all of them. */
export function refused(t: Test, answer: Answer, status: number, code: string, expected: Json = {}): void {
  const { pointers, ...members } = expected
  const said = JSON.stringify(answer.body)
  t.match(answer, { status, headers: { 'content-type': 'application/problem+json; charset=utf-8' } }, said)
  t.match(answer.body, { type: `/problems/${code}`, status, code, ...members }, said)
  if (pointers === undefined) return
  const named = new Set((answer.body.errors ?? []).map((error: Json) => error.pointer))
  t.same([...named].sort(), [...pointers].sort(), `names ${pointers.join(', ')}`)
}

/** What a change changed: the members of `after` that are not as they were. */
export function effectOf(before: Json, after: Json): Json {
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => !isDeepStrictEqual(before[key], value)))
}

/** Follows `nextCursor` to the end, with `between` run after each page; all rows in the order they came. */
export async function allPages(
  caller: Caller,
  url: string,
  between?: (page: number) => Promise<void>,
): Promise<Json[]> {
  const rows: Json[] = []
  let cursor: string | null = null
  for (let page = 1; page <= 200; page++) {
    const body: Json = await ok(caller.get(cursor === null ? url : `${url}&cursor=${encodeURIComponent(cursor)}`))
    rows.push(...(body.data ?? body.items))
    cursor = body.nextCursor
    if (cursor === null) return rows
    await between?.(page)
  }
  throw new Error(`${url} does not end`)
}

type Check = (method: string, url: string, answer: Answer) => Answer
interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Json }> }>
}

/** Every app of a test file publishes the same document, which takes longer to make than most tests. */
let check: Check | undefined

function createAnswerCheck(app: App): Check {
  const document = app.swagger() as unknown as {
    paths: Record<string, Record<string, Operation>>
    components: { schemas: Json }
  }
  const $defs = JSON.parse(JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'))
  const paths = Object.keys(document.paths).map((path) => ({
    path,
    is: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }))
  const compiled = new Map<string, z.ZodType>()
  return (method, url, answer) => {
    const [type = ''] = String(answer.headers['content-type']).split(';')
    const [pathname = ''] = url.split('?')
    const candidates = paths.filter(({ is }) => is.test(pathname))
    const path = (candidates.find((candidate) => candidate.path === pathname) ?? candidates[0])?.path
    if (path === undefined || !/^application\/(problem\+)?json$/.test(type)) return answer
    const name = `${method} ${path} ${answer.status} ${type}`
    const compile = () => {
      const schema = document.paths[path]?.[method]?.responses[answer.status]?.content?.[type]?.schema
      if (schema === undefined) throw new Error(`${name} is not in the document: ${JSON.stringify(answer.body)}`)
      const rewritten = JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/'))
      return z.fromJSONSchema({ ...rewritten, $defs })
    }
    const known = compiled.get(name) ?? compile()
    compiled.set(name, known)
    const parsed = known.safeParse(answer.body)
    if (!parsed.success) throw new Error(`${name} is not as documented: ${z.prettifyError(parsed.error)}`)
    return answer
  }
}

function checkedJurisdiction(at: TestJurisdiction, check: Check): TestJurisdiction {
  const { addCaller, ...rest } = at
  const members = Object.entries(rest).map(([name, value]) => [
    name,
    isCaller(value) ? checkedCaller(value, check) : value,
  ])
  return {
    ...Object.fromEntries(members),
    addCaller: async (...args) => checkedCaller(await addCaller(...args), check),
  }
}

function isCaller(value: unknown): value is Caller {
  return typeof value === 'object' && value !== null && 'key' in value && 'post' in value
}

function checkedCaller(caller: Caller, check: Check): Caller {
  return {
    key: caller.key,
    get: async (url, headers) => check('get', url, await caller.get(url, headers)),
    post: async (url, body, headers) => check('post', url, await caller.post(url, body, headers)),
    put: async (url, body, headers) => check('put', url, await caller.put(url, body, headers)),
    patch: async (url, body, headers) => check('patch', url, await caller.patch(url, body, headers)),
    delete: async (url) => check('delete', url, await caller.delete(url)),
  }
}
