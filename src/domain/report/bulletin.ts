import { invalid } from '../rejection.js'
import type { BulletinTimes } from '../rules.js'
import { isWorkingDay, type WorkingCalendar } from '../time/calendar.js'
import { addDays, daysBetween, localDate, localTime } from '../time/zone.js'

/** Daily dispatch (日调度), weekly summary (周汇总), monthly bulletin (月通报), and what is asked for in between. */
export const BULLETIN_KINDS = ['daily', 'weekly', 'monthly', 'on_demand'] as const
export type BulletinKind = (typeof BULLETIN_KINDS)[number]

/** Local days, half-open: `to` is the day after the last. */
export interface Period {
  from: string
  to: string
}

/** A daily dispatch reaches back over a holiday; a year is the most that a bulletin covers. */
const MAX_DAILY_DAYS = 15
const MAX_DAYS = 366

/**
 * The period that a bulletin of a kind covers when it is asked for by hand: what is not given follows from the kind, and
 * with nothing given it is the last one that is over (on demand: this month until now).
 * @throws Rejection at `/from` or `/to` for one that is not of the kind's length, or reaches past today.
 */
export function periodOf(kind: BulletinKind, asked: { from?: string; to?: string }, today: string): Period {
  const period = filledIn(kind, asked, today)
  if (period.from >= period.to) {
    throw invalid('/to', {
      zh: 'to 是期末的次日，须晚于 from。',
      en: '`to` is the day after the last, later than `from`.',
    })
  }
  if (period.to > addDays(today, 1)) {
    throw invalid('/to', { zh: '统计期尚未开始或超过今天。', en: 'The period reaches past today.' })
  }
  requireLength(kind, period)
  return period
}

function filledIn(kind: BulletinKind, { from, to }: { from?: string; to?: string }, today: string): Period {
  if (from !== undefined && to !== undefined) return { from, to }
  if (from !== undefined) return { from, to: endFrom(kind, from, today) }
  const last = to ?? lastEnd(kind, today)
  return { from: startBefore(kind, last), to: last }
}

function endFrom(kind: BulletinKind, from: string, today: string): string {
  if (kind === 'daily') return addDays(from, 1)
  if (kind === 'weekly') return addDays(from, 7)
  return kind === 'monthly' ? addMonths(from, 1) : addDays(today, 1)
}

function startBefore(kind: BulletinKind, to: string): string {
  if (kind === 'daily') return addDays(to, -1)
  if (kind === 'weekly') return addDays(to, -7)
  return kind === 'monthly' ? addMonths(to, -1) : firstOfMonth(addDays(to, -1))
}

/** Where the last period that is over ended. */
function lastEnd(kind: BulletinKind, today: string): string {
  if (kind === 'daily') return today
  if (kind === 'weekly') return addDays(today, 1 - weekdayOf(today))
  return kind === 'monthly' ? firstOfMonth(today) : addDays(today, 1)
}

function requireLength(kind: BulletinKind, { from, to }: Period): void {
  if (kind === 'monthly' && (Number(from.slice(8)) > 28 || to !== addMonths(from, 1))) {
    throw invalid('/to', {
      zh: '月通报须从某日（1 至 28 日）起至次月同日止（to 不含当日），如 2026-10-01 至 2026-11-01。',
      en: 'A monthly bulletin reaches from a day (1 to 28) to the same day of the next month, which it leaves out: 2026-10-01 to 2026-11-01.',
    })
  }
  const days = daysBetween(from, to)
  if (kind === 'weekly' && days !== 7) {
    throw invalid('/to', { zh: '周汇总须覆盖 7 天。', en: 'A weekly summary covers 7 days.' })
  }
  const most = kind === 'daily' ? MAX_DAILY_DAYS : MAX_DAYS
  if (days > most) {
    throw invalid('/to', { zh: `统计期最多 ${most} 天。`, en: `The period has at most ${most} days.` })
  }
}

/** When a bulletin is drafted by itself, and what it covers. */
export interface Scheduled {
  /** The local day on which it falls. */
  day: string
  /** `HH:MM` on that day. */
  at: string
  period: Period
}

/**
 * The latest time, not after now, at which the schedule drafts a bulletin of a kind, with the period before it; earlier
 * ones that were missed are not caught up. A daily dispatch is made on working days and covers the days since the
 * working day before, so that none falls between two.
 */
export function latestScheduled(
  kind: Exclude<BulletinKind, 'on_demand'>,
  times: BulletinTimes,
  calendar: WorkingCalendar,
  now: string,
  zone: string,
): Scheduled | undefined {
  const time = times[kind]
  if (time === null) return undefined
  const at = typeof time === 'string' ? time : time.at
  const today = localDate(now, zone)
  const last = localTime(now, zone) < at ? addDays(today, -1) : today
  const day = latestDay(last, (date) => isDayOf(kind, times, calendar, date))
  if (day === undefined) return undefined
  const before = latestDay(addDays(day, -1), (date) => isWorkingDay(calendar, date))
  if (kind === 'daily') return { day, at, period: { from: before ?? addDays(day, -1), to: day } }
  const to = kind === 'weekly' ? day : firstOfMonth(day)
  return { day, at, period: { from: startBefore(kind, to), to } }
}

function isDayOf(kind: BulletinKind, times: BulletinTimes, calendar: WorkingCalendar, date: string): boolean {
  if (kind === 'daily') return isWorkingDay(calendar, date)
  if (kind === 'weekly') return weekdayOf(date) === times.weekly?.weekday
  return Number(date.slice(8)) === times.monthly?.day
}

/** The latest date up to `date` of which `is` holds, within a month and a day. */
function latestDay(date: string, is: (date: string) => boolean): string | undefined {
  for (let back = 0; back <= 31; back++) {
    const candidate = addDays(date, -back)
    if (is(candidate)) return candidate
  }
  return undefined
}

/** The document number (文号) from the jurisdiction's pattern: `阜安办〔{year}〕{n}号`. */
export function documentNumber(pattern: string, year: number, n: number): string {
  return pattern.replaceAll('{year}', String(year)).replaceAll('{n}', String(n))
}

/** ISO weekday, 1 (Monday) to 7. */
function weekdayOf(date: string): number {
  const sinceMonday = daysBetween('2024-01-01', date) % 7
  return ((sinceMonday + 7) % 7) + 1
}

function firstOfMonth(date: string): string {
  return `${date.slice(0, 7)}-01`
}

/** The same day of another month; a day that it lacks becomes one that does not exist, which no period of a month has. */
function addMonths(date: string, n: number): string {
  const months = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + n
  const year = String(Math.floor(months / 12)).padStart(4, '0')
  return `${year}-${String((months % 12) + 1).padStart(2, '0')}-${date.slice(8)}`
}
