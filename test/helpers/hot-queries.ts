import type { LargeApp } from './large-app.js'

/** A question that is asked often, and what answering it may cost on a large list. */
export interface HotQuery {
  name: string
  ask(): Promise<unknown>
  /** The indexes that answer it; each is gone without in a test, which must then find the query too dear. */
  by: string[]
  /** Rows and index entries that each of its statements may look at; a page of 50 has up to 4 look-ups for each row. */
  rows?: number
  /** Pages of 8 kB likewise. */
  pages?: number
}

/** Half way through the list. */
const MIDDLE = '2025-06-01T00:00:00.000Z'
const MIDDLE_SEQ = 120_000
const LAST_WEEK = '2026-02-24T00:00:00.000Z'

const SORTS = [
  ['', 'item_in_order_of_report'],
  ['reportedAt', 'item_in_order_of_report'],
  ['-updatedAt', 'item_updated_at'],
  ['updatedAt', 'item_updated_at'],
  ['dueAt', 'item_in_order_of_deadline'],
  ['-dueAt', 'item_in_order_of_deadline'],
] as const

export function listQueries(app: LargeApp): HotQuery[] {
  const { office, unit, ids } = app
  const list = (query: string) => () => office.get(`/v1/items?${query}`)
  const filters: [string, string[]?][] = [
    ['status=assigned', ['item_by_status']],
    ['status=assigned&status=remediating', ['item_by_status']],
    ['onAccount=true', ['item_by_status']],
    ['level=major', ['item_by_level']],
    ['category=lighting', ['item_by_category']],
    ['risk=road', ['item_by_risk']],
    ['source=patrol', ['item_by_source']],
    ['area=341225', ['item_by_area']],
    ['area=341225107', ['item_by_area']],
    ['road=S315', ['item_by_road']],
    ['road=S315&chainageFromM=K12&chainageToM=K15', ['item_by_chainage']],
    [`unit=${ids.unit}`, ['item_by_unit']],
    [`leadOfficial=${encodeURIComponent('官员7')}`, ['item_by_lead_official']],
    ['supervision=true', ['item_under_supervision']],
    ['supervision=city', ['item_under_supervision']],
    ['bbox=115.60,32.70,115.62,32.72', ['item_by_location']],
    [`q=${encodeURIComponent('某乡镇 77 号')}`, ['item_by_text']],
    [`q=${encodeURIComponent('2025-123456')}`, ['item_by_text']],
    ['overdue=true', []],
    ['overdue=true&sort=dueAt', []],
    ['dueBefore=2025-01-01', []],
    ['dueBefore=2025-01-01&sort=dueAt', []],
    ['dueAfter=2026-07-10', []],
    ['dueAfter=2026-07-10&sort=dueAt', []],
    [`updatedAfter=${LAST_WEEK}&sort=updatedAt`, ['item_updated_at']],
    [`updatedAfter=${LAST_WEEK}`, ['item_updated_at']],
    [`reportedAfter=${LAST_WEEK}`, ['item_in_order_of_report']],
    [`reportedBefore=2024-10-01`, ['item_in_order_of_report']],
    [`status=closed&area=341225&level=major`, []],
    [`status=assigned&unit=${ids.unit}`, []],
  ]
  return [
    ...SORTS.map(([sort, index]) => ({
      name: `list sorted by ${sort}`,
      ask: list(sort === '' ? '' : `sort=${sort}`),
      by: [index],
    })),
    ...SORTS.map(([sort, index]) => ({
      name: `deep page sorted by ${sort}`,
      ask: () => app.deepPage(office, '/v1/items', sort === '' ? {} : { sort }, MIDDLE),
      by: [index],
    })),
    ...filters.map(([query, by = []]) => ({ name: `list ${decodeURIComponent(query)}`, ask: list(query), by })),
    ...['status=assigned', 'area=341225', 'level=major', `unit=${ids.unit}`].map((query) => ({
      name: `deep page ${query}`,
      ask: () => app.deepPage(office, '/v1/items', Object.fromEntries(new URLSearchParams(query)), MIDDLE),
      by: [],
    })),
    ...['status=assigned', `unit=${ids.unit}`, 'overdue=true'].map((query) => ({
      name: `count ${query}`,
      ask: list(`${query}&count=true`),
      by: [],
      rows: 1e9, pages: 1e9,
    })),
    ...Object.entries({ areaSupervisor: app.areaSupervisor, areaInspector: app.areaInspector, unit, foreign: app.foreignOffice }).flatMap(
      ([who, caller]) =>
        ['', 'status=assigned', 'sort=dueAt', 'sort=-updatedAt', 'overdue=true'].map((query) => ({
          name: `list of ${who} ${query}`,
          ask: () => caller.get(`/v1/items?${query}`),
          by: [],
        })),
    ),
    ...[`${MIDDLE}`, `seq:${MIDDLE_SEQ}`].flatMap((asOf) =>
      ['', 'sort=-updatedAt', 'sort=dueAt', `unit=${ids.unit}`, 'area=341225', 'road=S315', 'bbox=115.60,32.70,115.62,32.72', 'status=remediating'].map(
        (query) => ({ name: `list asOf ${asOf} ${query}`, ask: list(`asOf=${asOf}&${query}`), by: [] }),
      ),
    ),
    ...[`${MIDDLE}`, `seq:${MIDDLE_SEQ}`].flatMap((asOf) => [
      { name: `item asOf ${asOf}`, ask: () => office.get(`/v1/items/${ids.old}?asOf=${asOf}`), by: [] },
      { name: `unit's list asOf ${asOf}`, ask: () => unit.get(`/v1/items?asOf=${asOf}`), by: [] },
      { name: `area's list asOf ${asOf}`, ask: () => app.areaSupervisor.get(`/v1/items?asOf=${asOf}`), by: [] },
      { name: `overdue asOf ${asOf}`, ask: () => office.get(`/v1/reports/overdue?asOf=${asOf}`), by: [] },
    ]),
    { name: 'item by id', ask: () => office.get(`/v1/items/${ids.assigned}`), by: [] },
    { name: 'item by code', ask: () => office.get(`/v1/items/${ids.code}`), by: [] },
    { name: 'item by id, unit', ask: () => unit.get(`/v1/items/${ids.assigned}`), by: [] },
    { name: 'item events', ask: () => office.get(`/v1/items/${ids.assigned}/events`), by: [] },
    { name: 'item diff', ask: () => office.get(`/v1/items/${ids.old}/diff?from=1`), by: [] },
    { name: 'overdue', ask: () => office.get('/v1/reports/overdue'), by: [] },
    { name: 'overdue unit', ask: () => unit.get('/v1/reports/overdue'), by: [] },
    { name: 'overdue area', ask: () => app.areaSupervisor.get('/v1/reports/overdue'), by: [] },
    ...['unit', 'area', 'level', 'category', 'road', 'leadOfficial'].map((by) => ({
      name: `overdue by ${by}`,
      ask: () => office.get(`/v1/reports/overdue?groupBy=${by}`),
      by: [],
    })),
  ]
}
