import type { Instant } from '../time/instant.js'
import { later } from '../time/zone.js'
import type { Item } from './item.js'
import { ON_ACCOUNT, type Status } from './words.js'

export function isOnAccount(item: Pick<Item, 'status'>): boolean {
  return (ON_ACCOUNT as readonly Status[]).includes(item.status)
}

/** The deadline once the clock runs again: moved by exactly the time it stood (中止计时). */
export function resumedDueAt(item: Pick<Item, 'dueAt' | 'suspension'>, at: Instant): Instant | null {
  const { dueAt, suspension } = item
  if (dueAt === null || suspension === null) return dueAt
  const stoodMs = Math.max(0, Date.parse(at) - Date.parse(suspension.at))
  return later(dueAt, stoodMs)
}

/** Overdue (逾期) is computed, never stored; a suspended item is not overdue. `item/conditions.ts` says the same in SQL. */
export function isOverdue(item: Pick<Item, 'status' | 'dueAt' | 'suspension'>, now: Instant): boolean {
  return isOnAccount(item) && item.suspension === null && item.dueAt !== null && item.dueAt < now
}
