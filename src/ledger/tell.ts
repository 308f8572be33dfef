import { readCalendar } from '../db/calendar.js'
import type { Tx } from '../db/client.js'
import type { NewNotice } from '../db/notices.js'
import type { Actor } from '../domain/access/permissions.js'
import { NEAR_WORKING_DAYS } from '../domain/item/notice.js'
import { isOnAccount } from '../domain/item/on-account.js'
import { type Happened, type Telling, tellingsOf } from '../domain/item/telling.js'
import { addWorkingDays } from '../domain/time/calendar.js'
import type { Instant } from '../domain/time/instant.js'
import { endOfDay, later, localDate } from '../domain/time/zone.js'

/** No run of holidays is as long: for a deadline beyond it the calendar need not be asked. */
const SURELY_FAR_MS = 31 * 86_400_000

/** The notices that changes make, to be written with them: each once for the item's version that the change made. */
export async function noticesOf(tx: Tx, actor: Actor, changes: readonly Happened[], at: Instant): Promise<NewNotice[]> {
  const notices = changes.flatMap((happened) =>
    tellingsOf(happened, actor).map((telling) => noticeOf(telling, happened)),
  )
  const surelyFar = later(at, SURELY_FAR_MS)
  if (!notices.some(({ dueAt }) => dueAt !== null && dueAt >= at && dueAt <= surelyFar)) return notices
  const { id, timeZone } = actor.jurisdiction
  const near = addWorkingDays(await readCalendar(tx, id), localDate(at, timeZone), NEAR_WORKING_DAYS)
  const until = endOfDay(near.date, timeZone)
  return notices.map((notice) => ({
    ...notice,
    urgent: notice.dueAt !== null && notice.dueAt >= at && notice.dueAt <= until,
  }))
}

function noticeOf(telling: Telling, { after }: Happened): NewNotice {
  const { kind, data } = telling
  const { id, version, area, dueAt, dueSetAt } = after
  // Whoever filed it has no part in the deadline; nor has a unit whose order is gone, and a clock that stands says nothing.
  const isTimed =
    isOnAccount(after) && after.suspension === null && telling.to !== 'filer' && kind !== 'order_withdrawn'
  const due = isTimed ? { dueAt, dueSetAt } : { dueAt: null, dueSetAt: null }
  return { kind, cause: `${kind} ${id} ${version}`, item: id, area, ...due, data, ...recipientOf(telling) }
}

function recipientOf(telling: Telling): Pick<NewNotice, 'recipient' | 'unit' | 'person'> {
  if (telling.to === 'unit') return { recipient: 'unit', unit: telling.unit }
  if (telling.to === 'filer') return { recipient: 'person', unit: null, person: telling.person }
  return { recipient: telling.to, unit: null }
}
