import fc from 'fast-check'
import { z } from 'zod'
import { InvalidRequest, pointersOf } from '../../src/http/validation.js'
import { createTestApp, filing, itemIn, type Json } from '../helpers/app.js'
import { routesOf } from '../helpers/routes.js'
import { t } from '../helpers/tap.js'

/** What no caller should read: the inside of a program, and English among Chinese. */
const INSIDE = /undefined|NaN|\[object|\bnull null\b|Symbol\(/
const ENGLISH =
  /\b(expected|received|invalid|input|must|string|number|boolean|array|object|required|too (small|big)|value)\b/i
const withoutQuotes = (text: string) => text.replaceAll(/“[^”]*”/g, '')

/** Every kind of schema that requests are made of, and so every kind of fault. */
const SCHEMAS = {
  text: z.string().trim().min(1).max(20),
  exact: z.string().length(3),
  longer: z.string().min(5),
  number: z.number().min(1).max(9),
  strict: z.number().gt(0).lt(10),
  whole: z.int(),
  coerced: z.coerce.number().int().min(1).max(200),
  flag: z.boolean(),
  choice: z.enum(['a', 'b']),
  literal: z.literal('only'),
  multiple: z.number().multipleOf(5),
  list: z.array(z.string().min(1)).min(1).max(3),
  many: z.union([z.string().max(5), z.array(z.string().max(5)).min(1).max(2)]),
  mixed: z.union([z.number(), z.strictObject({ a: z.number() })]),
  chosen: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('x'), n: z.number() }),
    z.strictObject({ kind: z.literal('y') }),
  ]),
  record: z.record(z.string().regex(/^[a-z]+$/), z.number()),
  object: z.strictObject({ a: z.string(), b: z.number().optional() }),
  email: z.email(),
  url: z.url(),
  uuid: z.uuid(),
  datetime: z.iso.datetime(),
  date: z.iso.date(),
  pattern: z.string().regex(/^x+$/),
  begins: z.string().startsWith('x'),
  nothing: z.null(),
  never: z.never(),
  custom: z.string().refine(() => false),
  own: z.string().refine(() => false, '不行。 | No.'),
  map: z.map(z.string(), z.number()),
  tuple: z.tuple([z.number(), z.string()]),
  big: z.bigint(),
  day: z.date(),
}

t.test('no fault is told in the words of a program, whatever came', async (t) => {
  const anything = fc.oneof(
    fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      maxDepth: 2,
    }),
    fc.jsonValue(),
    fc.constantFrom(
      '',
      ' ',
      'a',
      '5',
      5,
      -1,
      0.5,
      null,
      true,
      [],
      ['', 'x', 'y', 'z'],
      {},
      { kind: 'z' },
      { kind: 'x' },
      { a: 1, c: 2 },
    ),
  )
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(SCHEMAS)), anything, (name, value) => {
      const schema = z.object({ field: SCHEMAS[name as keyof typeof SCHEMAS] as z.ZodType })
      const given = { field: value }
      const parsed = schema.safeParse(given)
      if (parsed.success) return
      for (const part of ['body', 'querystring', 'params', 'headers'] as const) {
        const err = new InvalidRequest(parsed.error.issues, part, given)
        for (const { pointer, detail } of pointersOf(err, 'zh-CN')) {
          if (!pointer.includes('/field')) throw new Error(pointer)
          const said = withoutQuotes(detail)
          if (INSIDE.test(said) || ENGLISH.test(said) || !/\p{Script=Han}/u.test(said))
            throw new Error(`${name}: ${detail}`)
        }
        for (const { detail } of pointersOf(err, 'en')) {
          const said = withoutQuotes(detail)
          if (INSIDE.test(said) || /\p{Script=Han}/u.test(said)) throw new Error(`${name}: ${detail}`)
        }
      }
    }),
    { numRuns: 4000 },
  )
  t.pass()
})

const { app, home } = await createTestApp(t)
const { office, inspector, unitCaller } = home
const faultsOf = async (answer: Promise<{ status: number; body: Json }>) => {
  const { status, body } = await answer
  t.equal(status, 400, JSON.stringify(body))
  return Object.fromEntries(body.errors.map(({ pointer, detail }: Json) => [pointer, detail])) as Record<string, string>
}
const CHINESE = { 'accept-language': 'zh-CN' }

t.test('a fault names what came in the place of what must be there', async (t) => {
  const body = { ...filing(), title: 5, description: ['x'], area: null, level: 'x', location: 'here', externalId: '' }
  const english = await faultsOf(inspector.post('/v1/items', body))
  const chinese = await faultsOf(inspector.post('/v1/items', body, CHINESE))
  t.match(english, {
    '/title': 'Must be text; it is the number “5”.',
    '/description': 'Must be text; it is a list of 1.',
    '/area': 'Must be text; it is null.',
    '/location': 'Must be an object; it is text “here”.',
    '/externalId': 'Must not be empty.',
  })
  t.match(chinese, {
    '/title': '须为文本，收到的是数字“5”。',
    '/description': '须为文本，收到的是有 1 项的列表。',
    '/area': '须为文本，收到的是空值。',
    '/location': '须为对象，收到的是文本“here”。',
    '/externalId': '不能为空。',
  })
  const { title: _, ...untitled } = filing()
  t.match(await faultsOf(inspector.post('/v1/items', untitled)), { '/title': 'This field is required.' })
  t.match(await faultsOf(inspector.post('/v1/items', { ...filing(), title: '' }, CHINESE)), { '/title': '不能为空。' })
  t.match(await faultsOf(inspector.post('/v1/items', { ...filing(), title: '   ' }, CHINESE)), {
    '/title': '不能为空。',
  })
  t.match(await faultsOf(inspector.post('/v1/items', { ...filing(), title: 'x'.repeat(999) }, CHINESE)), {
    '/title': /最多 200 个字符/,
  })
})

t.test('queries, paths and batches say it as bodies do', async (t) => {
  t.match(await faultsOf(office.get('/v1/items?limit=abc')), { '/query/limit': 'Must be a number; it is text “abc”.' })
  t.match(await faultsOf(office.get('/v1/items?limit=0', CHINESE)), {
    '/query/limit': '须为不小于 1 的数，收到的是文本“0”。',
  })
  t.match(await faultsOf(office.get('/v1/items?status=gone')), {
    '/query/status': /^Must be one of “reported”.*; it is text “gone”\.$/,
  })
  t.match(await faultsOf(office.get('/v1/items?status=listed&status=gone')), { '/query/status/1': /it is text “gone”/ })
  t.match(await faultsOf(office.get('/v1/evidence/x', CHINESE)), {
    '/params/id': '须为通用唯一标识，收到的是文本“x”。',
  })
  const { id } = await itemIn('reported', home)
  const batch = (commands: unknown) => faultsOf(office.post('/v1/items/batch', { commands }))
  t.match(await batch([{ kind: 'notes', item: id, body: { note: 7 } }]), {
    '/commands/0/body/note': 'Must be text; it is the number “7”.',
  })
  t.match(await batch([{ kind: 'notes', item: id, body: {} }]), { '/commands/0/body/note': 'This field is required.' })
  t.match(await batch([{ kind: 'none', item: id, body: {} }]), { '/commands/0/kind': /kind/ })
  t.match(await batch('x'), { '/commands': 'Must be a list; it is text “x”.' })
  t.match(await batch([]), { '/commands': 'Must have 1 or more; it has 0.' })
})

t.test('every route that takes a body tells its faults in the caller’s language', async (t) => {
  const routes = routesOf(app).filter(({ example }) => typeof example === 'object' && !Array.isArray(example))
  t.ok(routes.length > 30)
  const callers = [office, home.admin, unitCaller, inspector, home.supervisor]
  let asked = 0
  for (const { method, path, example } of routes) {
    if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH') continue
    const url = path.replaceAll(/\{[^}]+\}/g, '01a20118-6a10-7c3e-9f65-2f4b7c1d8e90')
    for (const value of [{ x: { y: 1 } }, null, [[1]], Number.MAX_VALUE]) {
      const body = { ...Object.fromEntries(Object.keys(example).map((name) => [name, value])), unheard: 1 }
      for (const caller of callers) {
        const send = method === 'PUT' ? caller.put : method === 'PATCH' ? caller.patch : caller.post
        const answer = await send(url, body, { ...CHINESE, 'if-match': '"1"' })
        if (answer.status === 403) continue
        asked++
        for (const { detail } of answer.body?.errors ?? []) {
          const said = withoutQuotes(detail)
          t.notOk(
            INSIDE.test(said) || ENGLISH.test(said) || !/\p{Script=Han}/u.test(said),
            `${method} ${path}: ${detail}`,
          )
        }
        break
      }
    }
  }
  t.ok(asked > 100, `${asked} requests`)
})
