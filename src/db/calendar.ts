import { type SQL, sql } from 'drizzle-orm'
import { type CalendarDay, type CalendarYear, createCalendar, type WorkingCalendar } from '../domain/time/calendar.js'
import type { Db, Tx } from './client.js'
import { instant } from './instant.js'

/** The years that the service ships, as the latest load brought them. */
const shipped = sql`(select year, version, days from shipped_year where load = (select max(load) from shipped_year))`

/** The working calendar of a jurisdiction in force: for each year what it has set for itself, else what is shipped. */
export async function readCalendar(db: Db | Tx, jurisdiction: string): Promise<WorkingCalendar> {
  const { rows } = await db.execute<Row>(sql`
    select coalesce(o.year, s.year) as year, coalesce(o.days, s.days) as days,
      case when o.days is null then s.version else 'v' || o.version end as version
    from (
      select distinct on (year) year, version, days from calendar_year where jurisdiction_id = ${jurisdiction}
      order by year, version desc) o
    full join ${shipped} s on s.year = o.year
    where coalesce(o.days, s.days) is not null order by 1`)
  return createCalendar(rows)
}

type Row = CalendarYear & Record<string, unknown>

/**
 * The calendar of exactly these versions by year, to count as it was counted then; undefined when one is not kept. `isByLaw` says
 * how it took the years that were not published.
 */
export async function findCalendar(
  db: Db | Tx,
  jurisdiction: string,
  versions: ReadonlyMap<number, string>,
  isByLaw = true,
): Promise<WorkingCalendar | undefined> {
  const wanted = [...versions].map(([year, version]) => ({ year, version }))
  const { rows } = await db.execute<Row>(sql`
    select w.year, w.version, coalesce(o.days, s.days) as days
    from json_to_recordset(${JSON.stringify(wanted)}::json) as w (year integer, version text)
    left join shipped_year s on s.year = w.year and s.version = w.version
    left join calendar_year o on o.jurisdiction_id = ${jurisdiction} and o.year = w.year and 'v' || o.version = w.version
    where coalesce(o.days, s.days) is not null`)
  return rows.length === versions.size ? createCalendar(rows, isByLaw) : undefined
}

/** A year of a jurisdiction's calendar: one of its own versions, or what is shipped. */
export interface YearVersion {
  year: number
  /** How often the jurisdiction has set the year; 0: never. */
  version: number
  /** What a deadline's basis calls it: `v2`, or `cn-1a2b3c4d` of a shipped year; null where the year is not published. */
  calendarVersion: string | null
  isShipped: boolean
  days: readonly CalendarDay[]
  note: string | null
  setAt: string | null
  setBy: { id: string; name: string } | null
}

/** A year as it is in force. */
export async function readYear(db: Db | Tx, jurisdiction: string, year: number): Promise<YearVersion> {
  return (await latest(db, jurisdiction, year, sql``)) ?? asShipped(db, year)
}

/**
 * One version of a year: by its number, 0 for what is shipped, or by what a basis calls a shipped year; undefined where
 * there is none.
 */
export async function findYear(
  db: Db | Tx,
  jurisdiction: string,
  year: number,
  version: string,
): Promise<YearVersion | undefined> {
  if (version === '0') return asShipped(db, year)
  if (/^\d+$/.test(version)) return latest(db, jurisdiction, year, sql`and c.version = ${Number(version)}`)
  const days = (await findCalendar(db, jurisdiction, new Map([[year, version]])))?.days
  return days === undefined ? undefined : shippedYear(year, version, [...days.values()])
}

async function latest(db: Db | Tx, jurisdiction: string, year: number, condition: SQL) {
  const { rows } = await db.execute<YearRow>(sql`
    select c.version, c.days, c.note, ${instant('c.set_at')} as at, p.id as by, p.name, s.version as shipped,
      s.days as "shippedDays"
    from calendar_year c join person p on p.jurisdiction_id = c.jurisdiction_id and p.id = c.set_by
    left join ${shipped} s on s.year = c.year
    where c.jurisdiction_id = ${jurisdiction} and c.year = ${year} ${condition} order by c.version desc limit 1`)
  const [row] = rows
  if (row === undefined) return undefined
  const { version, days, note, at, by, name } = row
  const set = { version, note, setAt: at, setBy: { id: by, name } }
  if (days === null) return { ...shippedYear(year, row.shipped, row.shippedDays ?? []), ...set }
  return { year, calendarVersion: `v${version}`, isShipped: false, days, ...set }
}

async function asShipped(db: Db | Tx, year: number): Promise<YearVersion> {
  const { rows } = await db.execute<Row>(sql`select s.year, s.version, s.days from ${shipped} s where s.year = ${year}`)
  return shippedYear(year, rows[0]?.version ?? null, rows[0]?.days ?? [])
}

function shippedYear(year: number, calendarVersion: string | null, days: readonly CalendarDay[]): YearVersion {
  return { year, version: 0, calendarVersion, isShipped: true, days, note: null, setAt: null, setBy: null }
}

interface YearRow extends Record<string, unknown> {
  version: number
  days: CalendarDay[] | null
  note: string | null
  at: string
  by: string
  name: string
  shipped: string | null
  shippedDays: CalendarDay[] | null
}
