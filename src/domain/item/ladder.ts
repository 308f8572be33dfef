import type { Step } from '../rules.js'
import type { Instant } from '../time/instant.js'
import { addDays, daysBetween, localDate } from '../time/zone.js'
import type { Item } from './item.js'
import { isOnAccount } from './on-account.js'

type Climber = Pick<Item, 'status' | 'suspension' | 'dueAt' | 'dueSetAt' | 'escalation'>

/**
 * The steps of the ladder that an item must climb now, in order. A warning falls on its day, or on the first run after it
 * while no later warning is due; one whose day lay before the deadline was set never falls, since nobody could have been
 * warned. A rung after the deadline falls on its day or as soon after it as the schedule runs: none is left out. What
 * came on the list overdue climbs from the day on which it came.
 */
export function stepsToClimb(item: Climber, steps: readonly Step[], now: Instant, zone: string): Step[] {
  const { dueAt, dueSetAt, escalation, suspension } = item
  if (!isOnAccount(item) || suspension !== null || dueAt === null || dueSetAt === null) return []
  const today = localDate(now, zone)
  const dueDate = localDate(dueAt, zone)
  const setDate = localDate(dueSetAt, zone)
  const climbed = (step: Step) => escalation?.rungs.includes(step.rung) === true
  const warnings = steps.filter(({ day }) => day < 0 && addDays(dueDate, day) <= today)
  const warning = warnings.at(-1)
  if (now <= dueAt) {
    const isDue = warning !== undefined && !climbed(warning) && addDays(dueDate, warning.day) > setDate
    return isDue ? [warning] : []
  }
  const from = setDate > dueDate ? setDate : dueDate
  const daysOver = daysBetween(from, today)
  return steps.filter((step) => step.day > 0 && step.day <= daysOver && !climbed(step))
}
