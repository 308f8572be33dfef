import { type Json, ok } from '../helpers/app.js'
import { draft, issue, pageOf } from '../helpers/bulletins.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { HEADER, importCsv, mappingFor } from '../helpers/import.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { home, foreign, clock } = made
const { office } = home
const HOSTILE = `</title><script>alert(1)</script> "&'`

clock.now = '2026-03-02T01:00:00.000Z'
const rows = [
  `P-1,"${HOSTILE.replaceAll('"', '""')}",open,2026-02-01,,颍河路,2026-02-20`,
  'P-2,农贸市场占道,open,2026-02-02,,光明路,2026-02-25',
  'P-3,标线磨损,done,2026-02-03,2026-02-20,人民路,2026-02-25',
]
const mapping = mappingFor('earlier', { fields: { dueAt: { column: 'due' } } })
await ok(importCsv(made, office, mapping, [`${HEADER},due`, ...rows, ''].join('\n')))
clock.now = '2026-04-01T01:00:00.000Z'
const MARCH = { kind: 'monthly', from: '2026-03-01', to: '2026-04-01' }
const drafted = await draft(home, { ...MARCH, title: HOSTILE, preface: '第一段。\n\n第二段。', remarks: '<b>完</b>' })

t.test('a draft says that it is one, and an issued bulletin has its number', async (t) => {
  t.match((await pageOf(office, drafted.id)).body, /草稿|拟稿/)
  const issued: Json = await issue(home, drafted)
  const { status, headers, body } = await pageOf(office, drafted.id)
  t.match({ status, type: headers['content-type'] }, { status: 200, type: 'text/html; charset=utf-8' })
  t.ok(body.includes(issued.number), issued.number)
  t.notMatch(body, /草稿|拟稿/)
  t.ok(body.includes(issued.content.ledger.hash), 'the head it was made from stands on it')
})

t.test('the page needs nothing but itself, and nothing in it runs', async (t) => {
  const { headers, body } = await pageOf(office, drafted.id)
  t.match(headers['content-security-policy'], /default-src 'none'/)
  t.notMatch(body, /<script|<link|<img|<iframe|\son[a-z]+=|javascript:/i)
  t.notMatch(body, /(src|href)="(https?:)?\/\//)
  t.ok(/(&lt;|&#60;)script/.test(body), 'what others wrote is shown as they wrote it')
  t.notOk(body.includes('<b>完</b>'))
})

t.test('it has its charts, its tables and every paragraph', async (t) => {
  const { body } = await pageOf(office, drafted.id)
  t.ok((body.match(/<svg /g) ?? []).length >= 3, 'charts')
  for (const text of ['第一段。', '第二段。', '农贸市场占道', '2026年3月']) t.ok(body.includes(text), text)
  t.match(body, /33\.3\s%/, 'one of three is closed')
})

t.test('it is in the reader’s language, the ledger’s words stay', async (t) => {
  const { body } = await pageOf(office, drafted.id, 'en')
  t.match(body, /<html lang="en">/)
  t.match(body, /March 2026/)
  t.ok(body.includes('农贸市场占道'))
})

t.test('it is only for those of the jurisdiction', async (t) => {
  refused(t, await pageOf(foreign.office, drafted.id, 'en'), 404, 'not-found')
  const query = await office.get(`/v1/bulletins/${drafted.id}?format=html`)
  t.match(query.headers['content-type'], /text\/html/, 'a link can ask for it too')
  refused(t, await office.get(`/v1/bulletins/${drafted.id}?format=pdf`), 400, 'invalid-request', {
    pointers: ['/query/format'],
  })
  await ok(office.get(`/v1/bulletins/${drafted.id}`))
})
