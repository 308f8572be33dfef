import { z } from 'zod'
import { pointsOf } from '../../src/domain/item/verification.js'
import { isBlank, lengthOf, tidy } from '../../src/domain/text.js'
import { text } from '../../src/http/fields.js'
import { filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { fileOf, workbookOf } from '../helpers/files.js'
import { HEADER, importCsv, mappingFor } from '../helpers/import.js'
import { channelKey, open311 } from '../helpers/open311.js'
import { routesOf, sendPlain } from '../helpers/routes.js'
import { t } from '../helpers/tap.js'

const at = await createCheckedApp(t)
const { app, home, superuser } = at
const { office, inspector, unitCaller, admin } = home

const NOTHING: Record<string, string> = {
  'zero width space': '\u200b\u200b',
  'zero width joiners': '\u200c\u200d',
  'word joiner': '\u2060',
  'byte order mark': '\ufeff',
  'soft hyphen': '\u00ad',
  'Hangul filler': '\u3164',
  'half-width Hangul filler': '\uffa0',
  'Hangul choseong filler': '\u115f\u1160',
  'bidi controls': '\u202e\u2066\u2069',
  'direction marks': '\u200e\u200f\u061c',
  'blank of Braille': '\u2800',
  'variation selectors alone': '\ufe0f\u{e0100}',
  'ideographic spaces': '\u3000\u3000',
  'thin spaces and NBSP': '\u2009\u00a0\u202f',
  tags: '\u{e0041}',
  controls: '\u0001\u0085',
  'line ends': '\r\n\r\n',
  'mongolian vowel separator': '\u180e',
  'a mixture': ' \u200b\u3000\u00ad\n',
}

t.test('a text that shows nothing is no text; one with a mark that can be seen is', async (t) => {
  for (const [name, nothing] of Object.entries(NOTHING)) t.ok(isBlank(nothing), name)
  for (const something of ['.', '·', '〓', '\u200b王', '👨‍👩‍👧', '⚠️', 'ئا', '\u0301', '𠮷', '―'])
    t.notOk(isBlank(something), something)
})

t.test('a text is kept with LF, in the order in which it is read, and with the joiners of its emoji', async (t) => {
  t.equal(tidy(' a\r\nb\rc\n'), 'a\nb\nc')
  t.equal(tidy('路口\u202e标志\u202c \u2067甲\u2069'), '路口标志 甲')
  t.equal(tidy('👨‍👩‍👧⚠️'), '👨‍👩‍👧⚠️')
  t.equal(tidy('سلام\u200fabc'), 'سلام\u200fabc', 'marks that reorder no letters stay')
})

t.test('length is counted in characters, by every schema and by what OpenAPI says of it', async (t) => {
  t.equal(lengthOf('𠮷a'), 2)
  const Two = text(2)
  t.ok(Two.safeParse('𠮷𠮷').success)
  t.notOk(Two.safeParse('𠮷𠮷𠮷').success)
  t.match(z.toJSONSchema(Two, { io: 'input' }), { type: 'string', minLength: 1, maxLength: 2 })
})

t.test('every route that takes a text refuses one that shows nothing, and names the field', async (t) => {
  const item = await itemIn('reported', home)
  const cases: [Promise<Json>, string][] = []
  for (const nothing of Object.values(NOTHING)) {
    const answer = await inspector.post('/v1/items', filing({ title: nothing }))
    refused(t, answer, 400, 'invalid-request', { pointers: ['/title'] })
  }
  const blank = '\u200b\u3164'
  cases.push([inspector.post('/v1/items', filing({ description: blank })), '/description'])
  cases.push([inspector.post('/v1/items', filing({ address: blank })), '/address'])
  cases.push([inspector.post('/v1/items', filing({ externalId: blank })), '/externalId'])
  cases.push([office.post(`/v1/items/${item.id}/dismissal`, { reason: blank }), '/reason'])
  cases.push([office.post(`/v1/items/${item.id}/notes`, { note: blank }), '/note'])
  cases.push([admin.post('/v1/units', { name: blank }), '/name'])
  cases.push([admin.post('/v1/people', { name: blank, role: 'auditor' }), '/name'])
  cases.push([office.post('/v1/views', { name: blank, filter: {} }), '/name'])
  cases.push([office.get(`/v1/items?q=${encodeURIComponent(blank)}`), '/query/q'])
  const [english] = await Promise.all(
    cases.map(async ([sent, pointer]) => {
      const answer = await sent
      refused(t, answer, 400, 'invalid-request', { pointers: [pointer] })
      return answer.body.errors[0].detail
    }),
  )
  t.match(english, /shows nothing/)
  const listed = await itemIn('listed', home)
  for (const field of ['goal', 'completionStandard', 'reward', 'penalty']) {
    const answer = await office.post(`/v1/items/${listed.id}/assignments`, order(home, { [field]: blank }))
    refused(t, answer, 400, 'invalid-request', { pointers: [`/${field}`] })
  }
})

/** The free texts of a body's schema: strings with a least length that are no code, form or time. */
function textFields(schema: Json, schemas: Json, path: string[] = []): string[][] {
  if (schema.$ref !== undefined) return textFields(schemas[schema.$ref.split('/').at(-1)], schemas, path)
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one: Json) => textFields(one, schemas, path))
  const { type, enum: codes, format, pattern, minLength, properties = {} } = schema
  const isFree = type === 'string' && ![codes, format, pattern].some((one) => one !== undefined)
  if (isFree && minLength !== undefined) return [path]
  return Object.entries(properties).flatMap(([name, one]) => textFields(one, schemas, [...path, name]))
}

/** A body's example with nothing to see in one field. */
function withNothing(example: Json, names: readonly string[]): Json {
  const [name = '', ...rest] = names
  const inner = typeof example?.[name] === 'object' ? example[name] : {}
  return { ...example, [name]: rest.length === 0 ? '\u200b\u2800' : withNothing(inner, rest) }
}

t.test('no text of any body is taken that shows nothing: each field that the document has is tried', async (t) => {
  const { components, paths } = app.swagger() as Json
  const keys = [office, admin, unitCaller].map(({ key }) => key)
  let tried = 0
  for (const { method, path, example } of routesOf(app)) {
    const content = paths[path][method.toLowerCase()].requestBody?.content ?? {}
    const schema = content['application/json']?.schema ?? content['application/merge-patch+json']?.schema
    // The batch is held to its commands' own bodies.
    if (schema === undefined || path.endsWith('/batch')) continue
    for (const names of textFields(schema, components.schemas)) {
      const url = path
        .replace('{year}', '2026')
        .replace('{kind}', 'receipt')
        .replace('{code}', '341225')
        .replace(/\{[^}]+\}/g, '01900000-0000-7000-8000-000000000000')
      const body = withNothing(example, names)
      const answers = await Promise.all(
        keys.map((key) => sendPlain(app, { method, url, key, body }, { 'if-match': '"1"' })),
      )
      const pointer = `/${names.join('/')}`
      const said = answers.filter(({ status }) => status === 400).flatMap(({ text }) => JSON.parse(text).errors ?? [])
      const isNamed = said.some((error: Json) => error.pointer === pointer || pointer.startsWith(`${error.pointer}/`))
      t.ok(isNamed, `${method} ${path} ${pointer} ${isNamed ? '' : answers.map(({ text }) => text.slice(0, 300))}`)
      tried++
    }
  }
  t.ok(tried > 40, `${tried} fields were tried`)
})

t.test('CRLF of a web form is LF on the list, in its papers and in workbooks; a bidi override is gone', async (t) => {
  const filed = await ok(inspector.post('/v1/items', filing({ title: '路口\u202e标志', description: '一\r\n二\r三' })))
  t.match(filed, { title: '路口标志', description: '一\n二\n三' })
  const item = await itemIn('listed', home)
  const assigned = await ok(office.post(`/v1/items/${item.id}/assignments`, order(home, { goal: '甲\r\n乙' })))
  t.equal(assigned.assignment.goal, '甲\n乙')
  const { records } = await workbookOf(await fileOf(app, office, '/v1/items', 'xlsx'))
  t.equal(records.find((record) => record.标识 === filed.id)?.隐患描述, '一\n二\n三')
})

t.test(
  'import rows are held to the same: nothing to see is nothing, CRLF is LF, length is in characters',
  async (t) => {
    const rows = [
      'T-1,\u200b\u200b,open,2025-03-01,,阜王路',
      `T-2,${'𠮷'.repeat(200)},open,2025-03-01,,阜王路`,
      `T-3,${'𠮷'.repeat(201)},open,2025-03-01,,阜王路`,
      'T-4,"坑\r\n槽\u202e",open,2025-03-01,,"阜王路\r\n8 号"',
      'T-5,坑槽,open,2025-03-01,,\u3164',
    ]
    const report = await ok(importCsv(at, office, mappingFor('texts'), `${HEADER}\r\n${rows.join('\r\n')}\r\n`))
    t.match(report, { rows: 5, taken: 2 })
    const { data } = await ok(office.get('/v1/items?externalSystem=texts&limit=50'))
    const titles = Object.fromEntries(data.map((item: Json) => [item.externalId, [item.title, item.address]]))
    t.same(titles, { 'T-2': ['𠮷'.repeat(200), '阜王路'], 'T-4': ['坑\n槽', '阜王路\n8 号'] })
  },
)

t.test('Open311 refuses a text that shows nothing and keeps LF', async (t) => {
  const hotline = open311(app, await channelKey(home, 'hotline'))
  const form = { service_code: 'lighting', address_string: '幸福路', description: '\u200b\r\n无灯' }
  t.equal((await hotline.post(form)).status, 200)
  const { data } = await ok(office.get('/v1/items?source=hotline'))
  t.match(data[0], { title: '照明：无灯', description: '\u200b\n无灯' })
  t.equal((await hotline.post({ ...form, description: '\u200b' })).status, 400)
})

t.test('what was kept before is shown as it is, and stands in nobody’s way', async (t) => {
  const item = await itemIn('listed', home)
  await superuser.query(`update item set title = E'\\u200b', description = E'a\\r\\nb' where id = $1`, [item.id])
  t.match(await ok(office.get(`/v1/items/${item.id}`)), { title: '\u200b', description: 'a\r\nb' })
  t.same(pointsOf('护栏连续\r\n\u200b\r标志清晰'), ['护栏连续', '标志清晰'], 'no point that cannot be named')
})
