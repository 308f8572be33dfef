import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { type Forecast, forecastOf, type Week } from '../domain/report/forecast.js'
import { addDays, daysBetween, localDate } from '../domain/time/zone.js'
import { ownedBy } from '../item/visible.js'
import type { Language } from '../language/language.js'
import { flowOfState } from './figures/flows.js'
import { type Cut, importedFirst, onAccount } from './figures/state.js'
import { shownKey } from './groups.js'
import { type Asking, BY_KEY, cutOf, labelsOf, readOnce, stateOf } from './source.js'

/** A forecast with what it is made from. */
export interface Outlooked extends Forecast {
  open: number
  /** Put on account, and struck off, in the window. */
  added: number
  closed: number
}

export interface ForecastGroup extends Outlooked {
  key: string | null
  label: string
}

export interface ForecastReport {
  window: { from: string; to: string; weeks: number }
  whole: Outlooked
  groups: ForecastGroup[]
}

/** The weeks before a day. */
export function windowBefore(today: string, weeks: number): { from: string; to: string } {
  return { from: addDays(today, -7 * weeks), to: today }
}

/** When the list, and each group of it, reaches zero at the pace of the weeks before the day of the report. */
export async function readForecast(
  db: Db | Tx,
  asking: Asking & { groupBy: NonNullable<Asking['groupBy']> },
  language: Language,
): Promise<ForecastReport> {
  return readOnce(db, async (tx) => {
    const cut = cutOf(asking)
    const { began, open, moved } = await readMaterial(tx, asking, cut)
    // Weeks before the list began had nothing to close.
    const asked = daysBetween(cut.from, cut.to) / 7
    const lived = began === null ? 0 : Math.floor(daysBetween(localDate(began, cut.timeZone), cut.to) / 7)
    const weeks = Math.min(asked, Math.max(0, lived))
    const outlookOf = (isOf: (row: Keyed) => boolean): Outlooked => {
      const stock = open.filter(isOf).reduce((sum, row) => sum + row.open, 0)
      const pace = weeksOf(moved.filter(isOf), weeks)
      const added = pace.reduce((sum, week) => sum + week.added, 0)
      const closed = pace.reduce((sum, week) => sum + week.closed, 0)
      return { open: stock, added, closed, ...forecastOf(stock, pace, localDate(cut.asOf, cut.timeZone)) }
    }
    const keys = [...new Set([...open, ...moved].map(({ key }) => key))]
    const labelOf = await labelsOf(tx, asking.actor, asking.groupBy, keys, language)
    const { groupBy } = asking
    const groups = keys.map((key) => {
      const label = labelOf(key)
      return { key: shownKey(groupBy, key, label), label, ...outlookOf((row) => row.key === key) }
    })
    return {
      window: { ...windowBefore(cut.to, weeks), weeks },
      whole: outlookOf(() => true),
      groups: groups.sort(byOpen),
    }
  })
}

function byOpen(a: ForecastGroup, b: ForecastGroup): number {
  return b.open - a.open || Number(a.key === null) - Number(b.key === null) || (`${a.key}` < `${b.key}` ? -1 : 1)
}

interface Keyed {
  key: string | null
}
type Moved = Keyed & Week & { week: number }

interface Material {
  /** When the first of the items was listed. */
  began: string | null
  open: (Keyed & { open: number })[]
  /** By weeks before the end of the window, 0 being the last. */
  moved: Moved[]
}

function weeksOf(moved: readonly Moved[], weeks: number): Week[] {
  const all = Array.from({ length: weeks }, () => ({ added: 0, closed: 0 }))
  for (const { week, added, closed } of moved) {
    const one = all[week]
    if (one === undefined) continue
    one.added += added
    one.closed += closed
  }
  return all
}

async function readMaterial(tx: Tx, asking: Asking, cut: Cut): Promise<Material> {
  const { rows } = await tx.execute<Material & Record<string, unknown>>(sql`
    with ${stateOf(asking, ownedBy(asking.actor))}, ${importedFirst(cut.jurisdiction)}, ${flowOfState(cut, BY_KEY)}
    select
      (select ${instant('min(coalesce(i.listed_at, i.reported_at))')}
        from state i where i.status not in ('reported', 'dismissed', 'merged')) as began,
      (select coalesce(json_agg(v), '[]') from (
        select i.key, count(*)::int as open from state i where ${onAccount} group by 1) v) as open,
      (select coalesce(json_agg(v), '[]') from (
        select f.key, (${cut.to}::date - 1 - f.date) / 7 as week,
          (count(*) filter (where f.what in ('newlyListed', 'reopenedInPeriod')))::int as added,
          (count(*) filter (where f.what = 'closedInPeriod'))::int as closed
        from flow f where f.date < ${cut.to}::date and f.what in ('newlyListed', 'reopenedInPeriod', 'closedInPeriod')
        group by 1, 2) v) as moved`)
  const [material] = rows
  if (material === undefined) throw new Error('a select without a from answers one row')
  return material
}
