import { CHORES } from '../../src/chores.js'
import { createDeliverChores } from '../../src/webhooks/deliver-chore.js'
import { order } from './app.js'
import { runChore } from './chores.js'
import { FORM } from './open311.js'
import type { HotQuery } from './hot-queries.js'
import type { LargeApp } from './large-app.js'

export function workQueries(app: LargeApp): HotQuery[] {
  const { office, unit, inspector, ids, deps } = app
  const q = (name: string, ask: () => Promise<unknown>, by: string[] = []): HotQuery => ({ name, ask, by })
  const open311 = (path: string, query: Record<string, string> = {}) => async () => {
    const answer = await app.app.inject({ method: 'GET', url: `/open311/v2${path}?${new URLSearchParams({ api_key: app.channel, ...query })}` })
    return { status: answer.statusCode, body: answer.body }
  }
  const filing = {
    title: '临水弯道无护栏', area: '341225', road: 'S315', chainage: 'K12+345', category: 'lighting', direction: 'both',
    location: { lon: 115.61, lat: 32.71 }, externalSystem: 'phones', externalId: 'P-1',
  }
  const closing: Record<string, unknown> = { approved: true, findings: '合格' }
  const url = (id: string) => `/v1/items/${id}`
  return [
    ...['/v1/events?after=0', '/v1/events?after=120000', '/v1/events?after=120000&types=item.closed', `/v1/events?after=${ids.head - 20}`].flatMap((path) => [
      q(`feed ${path}`, () => office.get(path)),
      q(`feed of area ${path}`, () => app.areaSupervisor.get(path)),
    ]),
    q('feed rare type', () => office.get('/v1/events?after=0&types=unit.created')),
    q('feed wait', () => app.watchOnce()),
    q('ledger', () => app.auditor.get('/v1/ledger')),
    q('events of unit', () => unit.get(`${url(ids.assigned)}/events`)),
    q('evidence', () => office.get(`/v1/evidence/${ids.evidence}`)),
    q('evidence of area', () => app.areaInspector.get(`/v1/evidence/${ids.areaEvidence}`)),
    q('notices', () => office.get('/v1/notices')),
    q('notices all', () => office.get('/v1/notices?recipient=all')),
    q('notices unit', () => unit.get('/v1/notices')),
    q('notices unit unreceived', () => unit.get('/v1/notices?unreceived=true')),
    q('notices all unreceived', () => office.get('/v1/notices?recipient=all&unreceived=true')),
    q('notices supervisor', () => app.supervisor.get('/v1/notices')),
    q('notices area', () => app.areaSupervisor.get('/v1/notices')),
    q('notices of unit', () => office.get(`/v1/notices?recipient=all&unit=${ids.unit}`)),
    q('notices item', () => office.get(`/v1/notices?recipient=all&item=${ids.noticed}`)),
    q('notices waiting', () => office.get('/v1/notices?state=waiting')),
    q('notice receipt', () => unit.post(`/v1/notices/${ids.notice}/receipt`)),
    q('scores', () => office.get('/v1/scores')),
    q('scores unit', () => office.get(`/v1/scores?unit=${ids.unit}`)),
    q('scores of unit', () => unit.get('/v1/scores')),
    q('scores of area', () => app.areaSupervisor.get('/v1/scores')),
    q('scores item', () => office.get(`/v1/scores?item=${ids.scored}`)),
    q('scores month', () => office.get('/v1/scores?period=2025-03')),
    q('scores appealed', () => office.get('/v1/scores?appealed=pending')),
    q('score', () => office.get(`/v1/scores/${ids.score}`)),
    q('unit score report', () => office.get(`/v1/reports/units/${ids.unit}/score?from=2025-03-01&to=2025-04-01`)),
    q('documents', () => office.get('/v1/documents')),
    q('documents item', () => office.get(`/v1/documents?item=${ids.papered}`)),
    q('documents unit', () => unit.get('/v1/documents')),
    q('documents of unit', () => office.get(`/v1/documents?unit=${ids.unit}`)),
    q('contacts', () => office.get('/v1/contacts')),
    q('contact messages', () => office.get(`/v1/contacts/${ids.contact}/messages`)),
    q('subscriptions', () => office.get('/v1/subscriptions')),
    q('deliveries', () => office.get(`/v1/subscriptions/${ids.subscription}/deliveries`)),
    q('deliveries dead', () => office.get(`/v1/subscriptions/${ids.subscription}/deliveries?state=dead`)),
    q('ogc', () => office.get('/v1/ogc/collections/items/items')),
    q('ogc bbox', () => office.get('/v1/ogc/collections/items/items?bbox=115.60,32.70,115.62,32.72')),
    q('ogc collections', () => office.get('/v1/ogc/collections')),
    q('ogc item', () => office.get(`/v1/ogc/collections/items/items/${ids.assigned}`)),
    q('open311 requests', open311('/requests.json')),
    q('open311 requests page', open311('/requests.json', { page_size: '50' })),
    q('open311 requests service', open311('/requests.json', { service_code: 'lighting', status: 'open' })),
    q('open311 request', open311(`/requests/${ids.channelled}.json`)),
    q('open311 services', open311('/services.json')),
    q('open311 post', async () => {
      const answer = await app.app.inject({ method: 'POST', url: '/open311/v2/requests.json', headers: FORM,
        payload: new URLSearchParams({ api_key: app.channel, service_code: 'lighting', lat: '32.71', long: '115.61', description: '路灯不亮' }).toString() })
      return { status: answer.statusCode, body: answer.body }
    }),
    q('ics', async () => {
      const made = await unit.post('/v1/me/deadline-feeds', { name: 'p' })
      const path = new URL(made.body.url)
      const answer = await app.app.inject({ method: 'GET', url: path.pathname + path.search })
      return { status: answer.statusCode, body: answer.body }
    }),
    q('feeds', () => office.get('/v1/me/deadline-feeds')),
    q('views', () => office.get('/v1/views')),
    q('people', () => app.admin.get('/v1/people')),
    q('units', () => app.admin.get('/v1/units')),
    q('keys', () => app.admin.get('/v1/api-keys')),
    q('rechecks', () => office.get('/v1/rechecks')),
    q('rechecks state', () => office.get('/v1/rechecks?state=due')),
    q('rechecks period', () => office.get('/v1/rechecks?period=2025-06')),
    q('rechecks unit', () => office.get(`/v1/rechecks?unit=${ids.unit}`)),
    q('deadline', () => office.get(`${url(ids.assigned)}/deadline`)),
    q('accidents', () => office.get(`${url(ids.assigned)}/accident-counts`)),
    q('duplicates', () => inspector.get('/v1/possible-duplicates?category=lighting&road=S315&chainage=K12%2B345&lon=115.61&lat=32.71')),
    q('duplicates of area', () => app.areaInspector.get('/v1/possible-duplicates?category=lighting&road=S315&chainage=K12%2B345&lon=115.61&lat=32.71')),
    q('file', () => inspector.post('/v1/items', { ...filing, evidence: [] }, { 'idempotency-key': 'a-1' })),
    q('file again', () => inspector.post('/v1/items', { ...filing, evidence: [] }, { 'idempotency-key': 'a-1' })),
    q('list it', () => office.post(`${url(ids.reported)}/listing`, { level: 'general', category: 'sharp_bend_steep_slope' })),
    q('assign', () => office.post(`${url(ids.listed)}/assignments`, order({ unit: ids.unit }))),
    q('accept', () => unit.post(`${url(ids.assigned)}/acceptance`, undefined, { 'idempotency-key': 'a-2' })),
    q('progress', () => unit.post(`${url(ids.assigned)}/progress-reports`, { percent: 10, note: 'x', evidence: [ids.evidence] })),
    q('request closure', () => unit.post(`${url(ids.assigned)}/closure-requests`, { summary: '完' })),
    q('close', () => app.verifier.post(`${url(ids.assigned)}/closure-decision`, closing)),
    q('merge', () => office.post(`${url(ids.listed2)}/merge`, { into: ids.listed, reason: 'x' })),
    q('batch', () => office.post('/v1/items/batch', { atomic: true, commands: [{ kind: 'notes', item: ids.code, body: { note: 'x' } }] })),
    ...CHORES.map((chore) => q(`due: ${chore.name}`, () => chore.due(deps))),
    ...CHORES.filter(({ name }) => !/deliver|evidence|bulletin/.test(name)).map((chore) => q(`run: ${chore.name}`, () => runChore(chore, deps))),
    ...createDeliverChores(async () => ({ status: 200, headers: {}, body: '' }) as never).map((chore) => q(`run: ${chore.name}`, () => runChore(chore, deps))),
    ...CHORES.filter(({ name }) => /evidence/.test(name)).map((chore) => q(`run: ${chore.name}`, () => runChore(chore, deps))),
  ]
}
