import type { Caller } from './app.js'
import { type Bounds, type HotQuery, hot, hotPages } from './hot-query.js'
import type { LargeApp } from './large-app.js'

/** Half way through the list. */
const MIDDLE = '2025-06-01T00:00:00.000Z'
const LAST_WEEK = '2026-02-24T00:00:00.000Z'

const ORDERS: Record<string, string> = {
  '-reportedAt': 'item_in_order_of_report',
  reportedAt: 'item_in_order_of_report',
  '-updatedAt': 'item_updated_at',
  updatedAt: 'item_updated_at',
  '-dueAt': 'item_in_order_of_deadline',
  dueAt: 'item_in_order_of_deadline',
}

/** The list as it is: in each order, by each filter, near its beginning and deep in it, for each kind of caller. */
export function hotLists(app: LargeApp): HotQuery[] {
  const { office, ids } = app
  const deep = (query: Record<string, string>, bounds: Bounds) =>
    hot(
      `the list from its midst, ${new URLSearchParams(query)}`,
      () => app.deepPage(office, '/v1/items', query, MIDDLE),
      bounds,
    )
  return [
    ...Object.entries(ORDERS).flatMap(([sort, index]) => [
      ...hotPages(app, { [`sort=${sort}`]: { by: [index] } }),
      deep({ sort }, { by: [index] }),
    ]),
    ...hotPages(app, filters(ids.unit)),
    deep({ status: 'assigned' }, {}),
    deep({ unit: ids.unit }, { by: ['item_by_unit'] }),
    deep({ road: 'S315' }, { by: ['item_by_road'] }),
    deep({ area: '341225' }, { rows: 1_000 }),
    ...callers(app),
    ...overdue(app),
  ]
}

const filters = (unit: string): Record<string, Bounds> => ({
  'status=assigned': {},
  'status=assigned&status=remediating': {},
  // A page of what has one status is not far to seek in the order of report, which has the status beside it; counting is.
  'status=assigned&count=true': { by: ['item_by_status'], rows: 7_000 },
  'level=major&count=true': { by: ['item_by_level'], rows: 5_000 },
  'category=median_opening&count=true': { by: ['item_by_category'], rows: 1_500 },
  'risk=enterprise': { by: ['item_by_risk'] },
  'source=accident_analysis': { by: ['item_by_source'] },
  'area=341225': { rows: 1_000 },
  'area=341225199': { by: ['item_by_area'] },
  'road=S315': { by: ['item_by_road'] },
  // All roads' stretches of three kilometres, and all stretches of the road: what is in both.
  'road=S315&chainageFromM=K12&chainageToM=K15': { by: ['item_by_chainage'], rows: 15_000 },
  [`unit=${unit}`]: { by: ['item_by_unit'] },
  [`unit=${unit}&count=true`]: { by: ['item_by_unit'], rows: 7_000 },
  [`unit=${unit}&status=assigned`]: { rows: 4_000, pages: 3_500 },
  'leadOfficial=官员7': { by: ['item_by_official'] },
  'leadOfficial=官 员７': { by: ['item_by_official'] },
  'externalId=E-123456': { by: ['item_external'], rows: 20, pages: 40 },
  'externalSystem=rare': { by: ['item_by_external_system'] },
  'supervision=true': { by: ['item_under_supervision'] },
  'supervision=city': { by: ['item_under_supervision'] },
  'bbox=115.60,32.70,115.62,32.72': { by: ['item_by_location'] },
  'q=2025-123456': { by: ['item_by_search'] },
  'q=Ｅ-123456': { by: ['item_by_search'] },
  // Two thousand items have the word; its pairs of characters are in more.
  'q=某乡镇 ７７ 号': { by: ['item_by_search'], rows: 25_000, pages: 5_000 },
  'overdue=true': {},
  'overdue=true&count=true': { by: ['item_by_deadline_on_the_clock'], rows: 8_000 },
  'overdue=true&sort=dueAt': { by: ['item_by_deadline_on_account'] },
  'onAccount=true': {},
  'onAccount=true&sort=dueAt': { by: ['item_by_deadline_on_account'] },
  'status=assigned&sort=dueAt': { by: ['item_by_deadline_on_account'], rows: 600 },
  'dueBefore=2025-01-01&sort=dueAt': { by: ['item_in_order_of_deadline'] },
  'dueAfter=2026-07-10&sort=dueAt': { by: ['item_in_order_of_deadline'] },
  [`updatedAfter=${LAST_WEEK}&sort=updatedAt`]: { by: ['item_updated_at'] },
  [`updatedAfter=${LAST_WEEK}`]: {},
  [`reportedAfter=${LAST_WEEK}`]: { by: ['item_in_order_of_report'] },
  'reportedBefore=2024-10-01': { by: ['item_in_order_of_report'] },
})

/** Whoever sees a part: an eighth of the list, a fortieth, or another list. */
function callers({ areaSupervisor, areaInspector, unit, foreignOffice }: LargeApp): HotQuery[] {
  const pages = (whose: string, caller: Caller, queries: Record<string, Bounds>) =>
    Object.entries(queries).map(([query, bounds]) =>
      hot(`${whose} list, ${query}`, () => caller.get(`/v1/items?${query}`), bounds),
    )
  const ofArea = { rows: 2_000, pages: 1_500 }
  const ofUnit = { rows: 5_000, pages: 5_000 }
  return [
    ...pages('an area’s', areaSupervisor, {
      '': ofArea,
      'status=assigned': ofArea,
      'onAccount=true&sort=dueAt': { ...ofArea, by: ['item_by_deadline_on_account'] },
      'sort=-updatedAt': ofArea,
      'overdue=true': ofArea,
    }),
    ...pages('an inspector’s', areaInspector, { 'status=closure_requested': ofArea }),
    ...pages('a unit’s', unit, {
      '': ofUnit,
      'status=assigned': { by: ['item_by_concerned_unit'], rows: 15_000 },
      'onAccount=true&sort=dueAt': { rows: 35_000, pages: 2_000 },
      'sort=-updatedAt': ofUnit,
      'overdue=true': { by: ['item_by_concerned_unit'], rows: 18_000 },
    }),
    ...pages('a small jurisdiction’s', foreignOffice, {
      '': { by: ['item_in_order_of_report'] },
      'status=assigned': {},
      'onAccount=true&sort=dueAt': { by: ['item_by_deadline_on_account'] },
      'sort=-updatedAt': { by: ['item_updated_at'] },
    }),
  ]
}

/** The overdue report: as many rows as there are overdue, whatever is on the list beside them. */
function overdue({ office, unit, areaSupervisor }: LargeApp): HotQuery[] {
  const report = '/v1/reports/overdue'
  const all = { by: ['item_by_deadline_on_the_clock'], rows: 16_000, pages: 8_000 }
  return [
    hot('the overdue report', () => office.get(report), { ...all, pages: 700 }),
    hot('a unit’s overdue report', () => unit.get(report), { rows: 18_000 }),
    hot('an area’s overdue report', () => areaSupervisor.get(report), all),
    ...['unit', 'area', 'level', 'category', 'road', 'leadOfficial'].map((by) =>
      hot(`the overdue report by ${by}`, () => office.get(`${report}?groupBy=${by}`), all),
    ),
  ]
}
