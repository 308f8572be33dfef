import type { Instant } from '../time/instant.js'
import { addDays, endOfDay, localDate } from '../time/zone.js'
import type { Level } from './words.js'

/** Percent of what a unit had struck off in a month, by level. */
export type Shares = Record<Level, number>

/** Which struck-off items are looked at again (回头看), and when. */
export interface RecheckRules {
  share: Shares
  /** Units with shares of their own. */
  units: readonly { unit: string; share: Shares }[]
  /** Days after closure from which a recheck is due. */
  afterDays: number
  /** Days within which it is to be made then. */
  withinDays: number
}

/** An item that was struck off in the period, as it was then. */
export interface Closure {
  id: string
  unit: string
  level: Level
  closedAt: Instant
}

/** What is drawn from together: one unit's items of one level. */
export interface Stratum {
  unit: string
  level: Level
  closed: number
  share: number
  drawn: number
}

export interface Sample {
  strata: Stratum[]
  drawn: Closure[]
}

/**
 * Draws the sample: of each unit's items of each level the share, rounded up, those first by `rankOf`, which comes from a
 * published seed. It depends on nothing else, in whatever order the closures come, so anybody can draw it again.
 */
export function drawSample(closures: readonly Closure[], rules: RecheckRules, rankOf: (id: string) => string): Sample {
  const groups = new Map<string, Closure[]>()
  for (const closure of closures) {
    const key = `${closure.unit} ${closure.level}`
    groups.set(key, [...(groups.get(key) ?? []), closure])
  }
  const strata: Stratum[] = []
  const drawn: Closure[] = []
  for (const key of [...groups.keys()].sort()) {
    const group = groups.get(key) ?? []
    const [first] = group
    if (first === undefined) continue
    const { unit, level } = first
    const share = (rules.units.find((one) => one.unit === unit)?.share ?? rules.share)[level]
    const count = Math.ceil((group.length * share) / 100)
    const ranked = group.map((closure) => ({ closure, rank: rankOf(closure.id) }))
    ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))
    strata.push({ unit, level, closed: group.length, share, drawn: count })
    drawn.push(...ranked.slice(0, count).map(({ closure }) => closure))
  }
  return { strata, drawn }
}

/** From when and until when a recheck is to be made. */
export function recheckSpan(closedAt: Instant, { afterDays, withinDays }: RecheckRules, zone: string) {
  const from = addDays(localDate(closedAt, zone), afterDays)
  return { from, dueAt: endOfDay(addDays(from, withinDays), zone) }
}

/** The month before a month, `YYYY-MM`. */
export function monthBefore(month: string): string {
  return addDays(`${month}-01`, -1).slice(0, 7)
}

/** The first day of the month after a month. */
export function firstDayAfter(month: string): string {
  return `${addDays(`${month}-01`, 31).slice(0, 7)}-01`
}
