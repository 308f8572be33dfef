import { type Bounds, type HotQuery, hot } from './hot-query.js'
import type { LargeApp } from './large-app.js'

const MOMENTS = ['2025-06-01T00:00:00.000Z', 'seq:120000']

/** The past, by time and by an event's place in the ledger. */
export function hotPast({ office, unit, areaSupervisor, ids }: LargeApp): HotQuery[] {
  const pages = 1_500
  const lists: Record<string, Bounds> = {
    '': { by: ['item_past_in_order_of_report'], pages },
    'sort=-updatedAt': { by: ['item_past_in_order_of_change'], pages },
    'sort=dueAt': { by: ['item_past_in_order_of_deadline'], pages },
    [`unit=${ids.unit}`]: { by: ['item_past_by_unit'], rows: 500, pages },
    'road=S315': { by: ['item_past_by_road_key'], rows: 500, pages },
    'area=341225199': { by: ['item_past_by_area'], rows: 500, pages },
    'bbox=115.60,32.70,115.62,32.72': { by: ['item_past_by_location'], pages },
    'externalId=E-123456': { rows: 60, pages: 350 },
    'status=remediating': { pages },
  }
  return MOMENTS.flatMap((asOf) => [
    ...Object.entries(lists).map(([query, bounds]) =>
      hot(`the list as of ${asOf}, ${query}`, () => office.get(`/v1/items?asOf=${asOf}&${query}`), bounds),
    ),
    hot(`an item as of ${asOf}`, () => office.get(`/v1/items/${ids.old}?asOf=${asOf}`), {
      by: ['event_item_version'],
      rows: 50,
      pages: 60,
    }),
    hot(`a unit’s list as of ${asOf}`, () => unit.get(`/v1/items?asOf=${asOf}`), { rows: 5_000, pages }),
    hot(`an area’s list as of ${asOf}`, () => areaSupervisor.get(`/v1/items?asOf=${asOf}`), { rows: 1_000, pages }),
    hot(`the overdue report as of ${asOf}`, () => office.get(`/v1/reports/overdue?asOf=${asOf}`), {
      by: ['item_past_overdue'],
      rows: 3_000,
      pages: 2_000,
    }),
  ])
}
