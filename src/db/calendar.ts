import { sql } from 'drizzle-orm'
import { type CalendarYear, createCalendar, type WorkingCalendar } from '../domain/calendar.js'
import type { Db, Tx } from './client.js'

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
