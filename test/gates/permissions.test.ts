import type { Role } from '../../src/domain/access/permissions.js'
import { type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { routesOf, sendPlain } from '../helpers/routes.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createCheckedApp(t)
const NOBODY = '01900000-0000-7000-8000-000000000000'
const KEY_ID = '000000000000'

const COLUMNS = ['inspector', 'unit', 'office', 'supervisor', 'auditor', 'admin'] as const satisfies readonly Role[]
const ALL = 'x x x x x x'
const LEDGER = '. . x x x .'
const OFFICE = '. . x . . .'
const SCORES = '. x x x x .'
const UNIT = '. x . . . .'
const ADMIN = '. . . . . x'
const MANAGER = '. . x . . x'
const FILER = 'x . x . . .'
const SENDER = 'x x x . . .'

/** Who may call what, as the contract says it. Written by hand; a route that is not named here fails. */
const MATRIX: Record<string, string> = {
  'GET /v1/items': ALL,
  'POST /v1/items': FILER,
  'GET /v1/items/{id}': ALL,
  'PATCH /v1/items/{id}': FILER,
  'GET /v1/items/{id}/events': ALL,
  'GET /v1/items/{id}/deadline': ALL,
  'GET /v1/items/{id}/diff': ALL,
  'POST /v1/items/{id}/listing': OFFICE,
  'POST /v1/items/{id}/dismissal': OFFICE,
  'POST /v1/items/{id}/merge': OFFICE,
  'POST /v1/items/{id}/assignments': OFFICE,
  'POST /v1/items/{id}/lead-official': OFFICE,
  'POST /v1/lead-officials/replacement': OFFICE,
  'POST /v1/items/{id}/acceptance': UNIT,
  'POST /v1/items/{id}/return': UNIT,
  'POST /v1/items/{id}/plan': UNIT,
  'POST /v1/items/{id}/progress-reports': UNIT,
  'POST /v1/items/{id}/extension-requests': UNIT,
  'POST /v1/items/{id}/extension-decision': OFFICE,
  'POST /v1/items/{id}/suspension': OFFICE,
  'POST /v1/items/{id}/resumption': OFFICE,
  'POST /v1/items/{id}/closure-requests': UNIT,
  'POST /v1/items/{id}/closure-decision': FILER,
  'POST /v1/items/{id}/rechecks': FILER,
  'POST /v1/items/{id}/reopening': OFFICE,
  'POST /v1/items/{id}/recurrence-decision': OFFICE,
  'GET /v1/possible-duplicates': FILER,
  'GET /v1/rechecks': 'x . x x x .',
  'GET /v1/recheck-draws': '. . x . x .',
  'POST /v1/items/{id}/supervision': '. . x x . .',
  'POST /v1/items/{id}/supervision-end': '. . x x . .',
  'POST /v1/items/{id}/notes': 'x x x x . x',
  'POST /v1/items/batch': 'x x x x . x',
  'POST /v1/items/{id}/hotline-answers': '. x x . . .',
  'POST /v1/items/{id}/satisfaction': OFFICE,
  'POST /v1/items/{id}/accident-counts': FILER,
  'GET /v1/items/{id}/accident-counts': ALL,
  'POST /v1/imports': '. . x . . x',
  'GET /v1/events': LEDGER,
  'GET /v1/events/stream': LEDGER,
  'GET /v1/ledger': LEDGER,
  'POST /v1/ledger/verification': '. . . . x x',
  'GET /v1/reports/overdue': ALL,
  'GET /v1/reports/outcomes': ALL,
  'GET /v1/ogc': ALL,
  'GET /v1/ogc/conformance': ALL,
  'GET /v1/ogc/collections': ALL,
  'GET /v1/ogc/collections/items': ALL,
  'GET /v1/ogc/collections/items/items': ALL,
  'GET /v1/ogc/collections/items/items/{id}': ALL,
  'GET /v1/reports/progress': ALL,
  'GET /v1/reports/units': ALL,
  'GET /v1/reports/areas': ALL,
  'GET /v1/reports/lead-officials': ALL,
  'GET /v1/reports/forecast': ALL,
  'GET /v1/reports/hotline': ALL,
  'GET /v1/reports/units/{id}/score': SCORES,
  'GET /v1/scores': SCORES,
  'GET /v1/scores/{id}': SCORES,
  'POST /v1/scores/computation': OFFICE,
  'POST /v1/scores/{id}/appeals': UNIT,
  'POST /v1/scores/{id}/appeal-decision': OFFICE,
  'POST /v1/scores/{id}/reversal': OFFICE,
  'GET /v1/score-periods': SCORES,
  'POST /v1/score-periods': OFFICE,
  'GET /v1/score-periods/{id}': SCORES,
  'GET /v1/views': ALL,
  'POST /v1/views': ALL,
  'GET /v1/views/{id}': ALL,
  'PATCH /v1/views/{id}': ALL,
  'DELETE /v1/views/{id}': ALL,
  'GET /v1/notices': 'x x x x x .',
  'POST /v1/notices/{id}/receipt': 'x x x x . .',
  'GET /v1/subscriptions': MANAGER,
  'POST /v1/subscriptions': MANAGER,
  'GET /v1/subscriptions/{id}': MANAGER,
  'PATCH /v1/subscriptions/{id}': MANAGER,
  'DELETE /v1/subscriptions/{id}': MANAGER,
  'POST /v1/subscriptions/{id}/secret-rotation': MANAGER,
  'GET /v1/subscriptions/{id}/deliveries': MANAGER,
  'GET /v1/subscriptions/{id}/deliveries/{deliveryId}': MANAGER,
  'POST /v1/subscriptions/{id}/deliveries/{deliveryId}/retry': MANAGER,
  'POST /v1/subscriptions/{id}/retries': MANAGER,
  'POST /v1/subscriptions/{id}/test-delivery': MANAGER,
  'POST /v1/items/{id}/documents': OFFICE,
  'POST /v1/bulletins/{id}/documents': OFFICE,
  'GET /v1/documents': ALL,
  'GET /v1/documents/{id}': ALL,
  'GET /v1/documents/{id}/file': ALL,
  'POST /v1/documents/{id}/receipt': UNIT,
  'GET /v1/document-templates': MANAGER,
  'GET /v1/document-templates/{kind}': MANAGER,
  'PUT /v1/document-templates/{kind}': MANAGER,
  'DELETE /v1/document-templates/{kind}': MANAGER,
  'GET /v1/bulletins': ALL,
  'POST /v1/bulletins': OFFICE,
  'GET /v1/bulletins/{id}': ALL,
  'PATCH /v1/bulletins/{id}': OFFICE,
  'DELETE /v1/bulletins/{id}': OFFICE,
  'POST /v1/bulletins/{id}/issuance': OFFICE,
  'POST /v1/bulletins/{id}/receipt': '. x x x . .',
  'GET /v1/bulletins/{id}/receipts': LEDGER,
  'GET /v1/bulletins/{id}/reproduction': LEDGER,
  'POST /v1/evidence': SENDER,
  'GET /v1/evidence/{id}': ALL,
  'GET /v1/evidence/{id}/file': ALL,
  'GET /v1/evidence/{id}/thumbnail': ALL,
  'POST /v1/evidence/{id}/links': ALL,
  'OPTIONS /v1/evidence-uploads': SENDER,
  'POST /v1/evidence-uploads': SENDER,
  'GET /v1/evidence-uploads/{id}': SENDER,
  'PATCH /v1/evidence-uploads/{id}': SENDER,
  'DELETE /v1/evidence-uploads/{id}': SENDER,
  'GET /v1/me': ALL,
  'GET /v1/contacts': '. . x . . x',
  'POST /v1/contacts': '. . x . . x',
  'GET /v1/contacts/{id}': '. . x . . x',
  'PATCH /v1/contacts/{id}': '. . x . . x',
  'DELETE /v1/contacts/{id}': '. . x . . x',
  'GET /v1/contacts/{id}/messages': '. . x . . x',
  'POST /v1/contacts/{id}/test-message': '. . x . . x',
  'GET /v1/units': ALL,
  'POST /v1/units': ADMIN,
  'PATCH /v1/units/{id}': ADMIN,
  'GET /v1/areas': ALL,
  'POST /v1/areas': ADMIN,
  'PATCH /v1/areas/{code}': ADMIN,
  'GET /v1/boundaries': ALL,
  'PUT /v1/boundaries': ADMIN,
  'GET /v1/categories': ALL,
  'POST /v1/categories': ADMIN,
  'GET /v1/calendar': ALL,
  'GET /v1/calendar/{year}': ALL,
  'PUT /v1/calendar/{year}': ADMIN,
  'GET /v1/calendar/{year}/versions': ALL,
  'GET /v1/calendar/{year}/recomputation': MANAGER,
  'POST /v1/calendar/{year}/recomputation': MANAGER,
  'GET /v1/me/deadlines.ics': 'x x x x . .',
  'GET /v1/me/deadline-feeds': 'x x x x . .',
  'POST /v1/me/deadline-feeds': 'x x x x . .',
  'DELETE /v1/me/deadline-feeds/{id}': 'x x x x . .',
  'GET /v1/deadline-feeds': ADMIN,
  'DELETE /v1/deadline-feeds/{id}': ADMIN,
  'GET /v1/rules': ALL,
  'GET /v1/rules/versions': ALL,
  'PUT /v1/rules': ADMIN,
  'GET /v1/people': '. . . . x x',
  'POST /v1/people': ADMIN,
  'PATCH /v1/people/{id}': ADMIN,
  'GET /v1/api-keys': ADMIN,
  'POST /v1/api-keys': ADMIN,
  'DELETE /v1/api-keys/{id}': ADMIN,
}

const ROUTES = routesOf(app).map((route) => ({
  ...route,
  /** With identifiers that nothing has. */
  url: route.path
    .replace('{year}', '2026')
    .replace('{kind}', 'receipt')
    .replace('{code}', '341225')
    .replace(/\{[^}]+\}/g, /api-keys|feeds/.test(route.path) ? KEY_ID : NOBODY),
}))

/** The status of an answer, which may be one that does not end. */
async function statusOf({ method, url, example }: (typeof ROUTES)[number], token: string): Promise<number> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const answer = await app.inject({
    ...{ method, url, payloadAsStream: true },
    headers: { authorization: `Bearer ${token}`, ...(example === undefined ? {} : { 'content-type': type }) },
    ...(example === undefined ? {} : { payload: '{"nonsense":1}' }),
  })
  answer.stream().destroy()
  return answer.statusCode
}
const keyOf = (role: (typeof COLUMNS)[number]) => (role === 'unit' ? home.unitCaller : home[role]).key

t.test('the matrix names every route, and no other', async (t) => {
  t.same(ROUTES.map(({ name }) => name).sort(), Object.keys(MATRIX).sort())
})

t.test('each role is let where the matrix lets it, and is refused everywhere else', async (t) => {
  for (const route of ROUTES) {
    const cells = MATRIX[route.name]?.split(' ') ?? []
    const statuses = await Promise.all(COLUMNS.map((role) => statusOf(route, keyOf(role))))
    t.same(
      statuses.map((status) => (status === 403 ? '.' : 'x')).join(' '),
      cells.join(' '),
      `${route.name}: ${statuses}`,
    )
    t.notOk(
      statuses.some((status) => status === 401 || status >= 500),
      `${route.name}: ${statuses}`,
    )
  }
})

t.test('nobody is let without a token, or with one that is none', async (t) => {
  for (const { name, method, url } of ROUTES) {
    for (const authorization of [undefined, 'Bearer', 'Basic b2ZmaWNlOg==', 'Bearer ol_test_000000000000_x']) {
      const answer = await app.inject({ method, url, headers: authorization === undefined ? {} : { authorization } })
      t.match(answer, { statusCode: 401, headers: { 'www-authenticate': /^Bearer/ } }, `${name} ${authorization}`)
      t.match(answer.json(), { code: 'unauthenticated', status: 401 })
    }
  }
})

t.test('who is refused learns nothing of what they sent or asked for', async (t) => {
  const { id } = await ok(home.inspector.post('/v1/items', { title: '隐患', area: '341225', address: '某处' }))
  for (const [body, headers] of [
    ['{', {}],
    ['{"level":"general"}', { 'if-match': '"9"' }],
  ] as const) {
    const real = await home.auditor.post(`/v1/items/${id}/listing`, body, headers)
    refused(t, real, 403, 'forbidden')
    t.same(real.body, (await home.auditor.post(`/v1/items/${NOBODY}/listing`, body, headers)).body)
  }
})

t.test('no route takes a query parameter that it does not know', async (t) => {
  for (const route of ROUTES) {
    const role = COLUMNS[MATRIX[route.name]?.split(' ').indexOf('x') ?? 0] ?? 'admin'
    const { status, text } = await sendPlain(app, {
      ...{ method: route.method, url: `${route.url}?nonsense=1`, key: keyOf(role), body: route.example },
    })
    const pointers = (JSON.parse(text).errors ?? []).map((error: Json) => error.pointer)
    t.same({ status, pointers }, { status: 400, pointers: ['/query/nonsense'] }, route.name)
  }
})
