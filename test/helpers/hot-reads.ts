import { type HotQuery, hot } from './hot-query.js'
import type { LargeApp } from './large-app.js'

/** What is read beside the list. */
export function hotReads(app: LargeApp): HotQuery[] {
  return [...items(app), ...feed(app), ...notices(app), ...scores(app), ...papers(app), ...outside(app)]
}

const ONE = { rows: 20, pages: 40 }

function items({ office, unit, auditor, areaInspector, ids }: LargeApp): HotQuery[] {
  const item = `/v1/items/${ids.assigned}`
  const near = 'category=lighting&road=S315&chainage=K12%2B345&lon=115.61&lat=32.71'
  return [
    hot('who asks', () => auditor.get('/v1/me'), ONE),
    hot('an item by id', () => office.get(item), { ...ONE, by: ['item_pkey'] }),
    hot('an item by code', () => office.get(`/v1/items/${ids.code}`), {
      ...ONE,
      by: ['item_jurisdiction_id_code_key', 'recurrence_jurisdiction_id_item_id_key'],
    }),
    hot('a unit’s item', () => unit.get(item), ONE),
    hot('an item’s events', () => unit.get(`${item}/events`), { ...ONE, by: ['event_item_version'] }),
    hot('what changed of an item', () => office.get(`/v1/items/${ids.old}/diff?from=1`), {
      ...ONE,
      by: ['item_past_pkey'],
    }),
    hot('an item’s deadline', () => office.get(`${item}/deadline`), ONE),
    hot('an item’s accidents', () => office.get(`${item}/accident-counts`), ONE),
    hot('a photo', () => office.get(`/v1/evidence/${ids.evidence}`), {
      by: ['evidence_pkey', 'evidence_file_pkey', 'evidence_by_file', 'evidence_band_pkey', 'evidence_use_pkey'],
    }),
    hot('a photo in the area', () => areaInspector.get(`/v1/evidence/${ids.areaEvidence}`)),
    // As by chainage: what is in both of two indexes.
    hot('what a filing would repeat', () => areaInspector.get(`/v1/possible-duplicates?${near}`), {
      by: ['item_by_chainage', 'item_by_location'],
      rows: 8_000,
      pages: 150,
    }),
  ]
}

function feed(app: LargeApp): HotQuery[] {
  const { office, areaSupervisor, auditor, ids } = app
  const one = (query: string) => `/v1/events?${query}`
  return [
    hot('the feed from its beginning', () => office.get(one('after=0')), { by: ['event_pkey'] }),
    hot('the feed from its midst', () => office.get(one('after=120000')), { by: ['event_pkey'] }),
    hot('the feed at its end', () => office.get(one(`after=${ids.head - 20}`))),
    hot('the feed by type', () => office.get(one('after=0&type=unit.created')), { by: ['event_type'], rows: 9_000 }),
    // One event in eight is an area's.
    hot('an area’s feed', () => areaSupervisor.get(one('after=120000')), { rows: 2_500, pages: 4_000 }),
    hot('an area’s feed by type', () => areaSupervisor.get(one('after=120000&type=item.closed')), {
      rows: 2_500,
      pages: 4_000,
    }),
    hot('the heads, while somebody waits', () => app.lookAtHeads(), ONE),
    hot('the ledger’s head', () => auditor.get('/v1/ledger'), ONE),
  ]
}

function notices({ office, unit, supervisor, areaSupervisor, inspector, areaInspector, ids }: LargeApp): HotQuery[] {
  const all = '/v1/notices?recipient=all'
  return [
    hot('the office’s notices', () => office.get('/v1/notices'), { by: ['notice_in_order'], rows: 600 }),
    hot('all notices', () => office.get(all), { by: ['notice_in_order'] }),
    hot('a supervisor’s notices', () => supervisor.get('/v1/notices'), { by: ['notice_in_order'], rows: 600 }),
    hot('notices of an area', () => areaSupervisor.get('/v1/notices'), { rows: 5_000, pages: 5_000 }),
    hot('an inspector’s notices', () => inspector.get('/v1/notices'), {
      by: ['notice_to_inspectors', 'notice_to_person'],
      rows: 600,
    }),
    hot('an inspector’s notices, of an area', () => areaInspector.get('/v1/notices'), { rows: 3_000, pages: 5_000 }),
    hot('a unit’s notices', () => unit.get('/v1/notices'), { by: ['notice_by_recipient'], pages: 900 }),
    hot('what a unit has not confirmed', () => unit.get('/v1/notices?unreceived=true'), { rows: 2_000, pages: 2_000 }),
    hot('what nobody has confirmed', () => office.get(`${all}&unreceived=true`), { rows: 5_000, pages: 1_500 }),
    hot('notices about an item', () => office.get(`${all}&item=${ids.noticed}`), { ...ONE, by: ['notice_by_item'] }),
    hot('notices that wait', () => office.get('/v1/notices?state=waiting'), {}),
    hot('messages to a contact', () => office.get(`/v1/contacts/${ids.contact}/messages`), {
      by: ['notice_by_digest'],
    }),
  ]
}

function scores({ office, unit, areaSupervisor, ids }: LargeApp): HotQuery[] {
  return [
    hot('scores', () => office.get('/v1/scores'), { by: ['score_by_time'], pages: 1_500 }),
    hot('scores for a unit', () => office.get(`/v1/scores?unit=${ids.unit}`), {
      by: ['score_of_unit_in_order'],
      pages: 1_500,
    }),
    // By the values it may sort all of the unit's.
    hot('a unit’s scores', () => unit.get('/v1/scores'), { rows: 15_000, pages: 20_000 }),
    hot('an area’s scores', () => areaSupervisor.get('/v1/scores'), { rows: 2_500, pages: 5_000 }),
    hot('scores of an item', () => office.get(`/v1/scores?item=${ids.scored}`), { ...ONE, by: ['score_once'] }),
    hot('a score', () => office.get(`/v1/scores/${ids.score}`), {
      ...ONE,
      by: ['score_pkey', 'score_reversed_once'],
    }),
  ]
}

function papers({ office, unit, ids }: LargeApp): HotQuery[] {
  const pages = 1_500
  return [
    hot('papers', () => office.get('/v1/documents'), { by: ['document_by_time'], rows: 400, pages }),
    hot('papers to a unit', () => office.get(`/v1/documents?unit=${ids.unit}`), {
      by: ['document_by_unit'],
      rows: 400,
      pages,
    }),
    hot('papers of an item', () => office.get(`/v1/documents?item=${ids.papered}`), {
      ...ONE,
      by: ['document_by_item', 'document_file_pkey'],
    }),
    hot('papers of a unit’s items', () => unit.get('/v1/documents'), { rows: 8_000, pages: 16_000 }),
    hot('rechecks', () => office.get('/v1/rechecks'), { by: ['recheck_by_deadline'] }),
    hot('rechecks that are due', () => office.get('/v1/rechecks?state=due'), { by: ['recheck_by_deadline'] }),
    hot('a month’s rechecks', () => office.get('/v1/rechecks?period=2025-06'), { rows: 3_000, pages: 3_000 }),
  ]
}

function outside(app: LargeApp): HotQuery[] {
  const { office, unit, ids } = app
  const features = '/v1/ogc/collections/items/items'
  const deliveries = `/v1/subscriptions/${ids.subscription}/deliveries`
  return [
    hot('deliveries', () => office.get(deliveries), { by: ['webhook_delivery_in_order', 'webhook_attempt_pkey'] }),
    hot('dead deliveries', () => office.get(`${deliveries}?state=dead`), { by: ['webhook_delivery_by_state'] }),
    // A collection tells how many features match.
    hot('features', () => office.get(features), { rows: 300_000, pages: 1_500 }),
    hot('features in a box', () => office.get(`${features}?bbox=115.60,32.70,115.62,32.72`), {
      by: ['item_by_location', 'item_without_point'],
      rows: 15_000,
      pages: 6_000,
    }),
    hot('a feature', () => office.get(`${features}/${ids.assigned}`), ONE),
    hot('requests', () => app.open311('/requests.json', { page_size: '50' }), { by: ['item_through_channel'] }),
    hot(
      'open requests of a service',
      () => app.open311('/requests.json', { service_code: 'lighting', status: 'open' }),
      {
        rows: 5_000,
        pages: 5_000,
      },
    ),
    hot(
      'requests that have changed',
      () =>
        app.open311('/requests.json', {
          updated_after: '2026-02-27T00:00:00Z',
          updated_before: '2026-03-01T00:00:00Z',
        }),
      { by: ['item_changed_through_channel', 'item_merged_through_channel'], rows: 3_000, pages: 3_000 },
    ),
    hot('a request', () => app.open311(`/requests/${ids.channelled}.json`), ONE),
    hot('everybody’s calendars', () => app.admin.get('/v1/deadline-feeds'), {
      by: ['deadline_feed_in_order'],
      whole: ['api_key'],
    }),
    hot('a calendar’s deadlines', () => app.readCalendar(unit), {
      rows: 30_000,
      pages: 3_000,
    }),
  ]
}
