import { isWithinArea } from './area.js'
import { allowedEvents, type Filed, type ItemEvent, type ItemEventType, isAllowed } from './events.js'
import type { Description, Instant, Item, Level, Order, Plan, Progress, Tier } from './item.js'
import { type Actor, areaLimitOf } from './permissions.js'
import { invalid, Rejection } from './rejection.js'

/** A phone may have been offline; what it saw longer ago than this is told in the description. */
export const FOUND_AT_MOST_DAYS_BACK = 30
/** Clocks of phones run ahead; a minute of that is no error. */
const CLOCK_SKEW_MS = 60_000
const DAY_MS = 86_400_000

export interface Deadline {
  dueAt: Instant
  provisional: boolean
}

/** File an item: who may file where, and when it was found. */
export function file(filed: Filed, actor: Actor, now: Instant): ItemEvent {
  requireArea(filed.area, actor)
  if (filed.foundAt !== null) {
    const age = Date.parse(now) - Date.parse(filed.foundAt)
    if (age < -CLOCK_SKEW_MS) {
      throw invalid('/foundAt', { zh: '发现时间不能在将来。', en: 'foundAt lies in the future.' })
    }
    if (age > FOUND_AT_MOST_DAYS_BACK * DAY_MS) {
      throw invalid('/foundAt', {
        zh: `发现时间不能早于 ${FOUND_AT_MOST_DAYS_BACK} 天前。`,
        en: `foundAt is more than ${FOUND_AT_MOST_DAYS_BACK} days back.`,
      })
    }
  }
  return { type: 'item.reported', data: filed }
}

/** Correct what was described. The filer corrects their own filing, the office any; only what differs is recorded. */
export function correct(item: Item, patch: Partial<Description>, actor: Actor): ItemEvent | null {
  requireAllowed(item, 'item.corrected')
  if (actor.role === 'inspector' && item.reportedBy !== actor.id) {
    throw new Rejection('not-filer', {
      zh: '只有上报人本人或安委办可以更正。',
      en: 'Only the person who filed the item, or the office, corrects it.',
    })
  }
  const changes = Object.fromEntries(
    Object.entries(patch).filter(([key, value]) => item[key as keyof Description] !== value),
  ) as Partial<Description>
  if (Object.keys(changes).length === 0) return null
  if (changes.area !== undefined) requireArea(changes.area, actor)
  const place = { ...item, ...changes }
  requirePlace(place)
  return { type: 'item.corrected', data: { changes } }
}

/** List an item with its evaluation (综合评估). */
export function list(
  item: Item,
  evaluation: { level: Level; category: string | null; evaluation: string | null },
  deadline: Deadline,
): ItemEvent {
  requireAllowed(item, 'item.listed')
  const category = evaluation.category ?? item.category
  if (category === null) {
    throw invalid('/category', {
      zh: '上报时未给出类别，评估时必须确定类别。',
      en: 'The filing named no category, so the evaluation must.',
    })
  }
  return { type: 'item.listed', data: { ...evaluation, category, ...deadline } }
}

export function dismiss(item: Item, reason: string): ItemEvent {
  requireAllowed(item, 'item.dismissed')
  return { type: 'item.dismissed', data: { reason } }
}

/** Merge (并案): one event to each of the two items. A merged, dismissed or closed item takes nothing in. */
export function merge(item: Item, target: Item, reason: string): { merged: ItemEvent; absorbed: ItemEvent } {
  requireAllowed(item, 'item.merged')
  if (item.id === target.id) {
    throw invalid('/into', { zh: '不能并入自身。', en: 'An item cannot be merged into itself.' })
  }
  if (!isAllowed(target, 'item.absorbed')) {
    throw new Rejection(
      'merge-refused',
      {
        zh: `目标隐患 ${target.code} 的状态为 ${target.status}，不能并入。`,
        en: `The target ${target.code} is ${target.status}; merge into an item that is still open.`,
      },
      { itemStatus: target.status, itemId: target.id, itemCode: target.code },
    )
  }
  return {
    merged: { type: 'item.merged', data: { into: target.id, intoCode: target.code, reason } },
    absorbed: { type: 'item.absorbed', data: { from: item.id, fromCode: item.code, reason } },
  }
}

/** Assign (交办) with all required elements; again while assigned or remediating it reassigns. */
export function assign(
  item: Item,
  order: Order,
  how: { provisional: boolean; workingDays: number | null },
  now: Instant,
): ItemEvent {
  requireAllowed(item, 'item.assigned')
  requireFuture('/dueAt', order.dueAt, now)
  if (order.coUnits.includes(order.responsibleUnit)) {
    throw invalid('/coUnits', {
      zh: '责任单位不能同时是配合单位。',
      en: 'The responsible unit cannot be its own co-unit.',
    })
  }
  return { type: 'item.assigned', data: { ...order, ...how } }
}

export function accept(item: Item, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.accepted')
  return { type: 'item.accepted', data: {} }
}

/** Return (退办): the unit gives the order back with a reason. */
export function giveBack(item: Item, reason: string, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.returned')
  return { type: 'item.returned', data: { unit: actor.unit ?? '', reason } }
}

export function plan(item: Item, data: Plan, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.planned')
  return { type: 'item.planned', data }
}

/** Progress is reported by the responsible unit or by one that helps it. */
export function reportProgress(item: Item, data: Progress, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.progress_reported', item.assignment?.coUnits)
  return { type: 'item.progress_reported', data }
}

export function requestExtension(item: Item, dueAt: Instant, reason: string, actor: Actor, now: Instant): ItemEvent {
  requireOwner(item, actor, 'item.extension_requested')
  requireLater(item, dueAt, now)
  return { type: 'item.extension_requested', data: { dueAt, reason } }
}

/** Decide an extension; an approval gives the requested date unless the office names another. */
export function decideExtension(
  item: Item,
  decision: { approved: boolean; dueAt: Instant | null; reason: string | null },
  now: Instant,
): ItemEvent {
  requireAllowed(item, 'item.extension_decided')
  if (!decision.approved) {
    if (decision.dueAt !== null) {
      throw invalid('/dueAt', { zh: '不同意延期时不能给出时限。', en: 'A refusal names no date.' })
    }
    return { type: 'item.extension_decided', data: { ...decision } }
  }
  const dueAt = decision.dueAt ?? item.extension?.dueAt ?? ''
  requireLater(item, dueAt, now)
  return { type: 'item.extension_decided', data: { ...decision, dueAt } }
}

export function suspend(item: Item, reason: string): ItemEvent {
  requireAllowed(item, 'item.suspended')
  return { type: 'item.suspended', data: { reason } }
}

/** Resume: the deadline moves by exactly the time the clock stood. */
export function resume(item: Item, reason: string | null, now: Instant): ItemEvent {
  requireAllowed(item, 'item.resumed')
  const stoodMs = Math.max(0, Date.parse(now) - Date.parse(item.suspension?.at ?? now))
  const dueAt = new Date(Date.parse(item.dueAt ?? now) + stoodMs).toISOString()
  return { type: 'item.resumed', data: { reason, dueAt } }
}

export function requestClosure(item: Item, summary: string, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.closure_requested')
  return { type: 'item.closure_requested', data: { summary } }
}

/** Close (销号) or send back, under four eyes. */
export function decideClosure(item: Item, approved: boolean, findings: string, actor: Actor): ItemEvent {
  requireAllowed(item, approved ? 'item.closed' : 'item.closure_rejected')
  requireFourEyes(item, actor)
  return { type: approved ? 'item.closed' : 'item.closure_rejected', data: { findings } }
}

/** Recheck (回头看). A failed one puts the item on account again, with a new default deadline. */
export function recheck(item: Item, passed: boolean, findings: string, deadline: Deadline, actor: Actor): ItemEvent {
  requireAllowed(item, 'item.rechecked')
  requireFourEyes(item, actor)
  return { type: 'item.rechecked', data: passed ? { passed, findings } : { passed, findings, ...deadline } }
}

export function reopen(item: Item, reason: string, deadline: Deadline): ItemEvent {
  requireAllowed(item, 'item.reopened')
  return { type: 'item.reopened', data: { reason, ...deadline } }
}

export function supervise(item: Item, tier: Tier, reason: string): ItemEvent {
  requireAllowed(item, 'item.supervised')
  return { type: 'item.supervised', data: { tier, reason } }
}

export function endSupervision(item: Item, reason: string): ItemEvent {
  requireAllowed(item, 'item.supervision_ended')
  return { type: 'item.supervision_ended', data: { reason } }
}

export function note(item: Item, text: string): ItemEvent {
  requireAllowed(item, 'item.noted')
  return { type: 'item.noted', data: { note: text } }
}

/** A place is at least one of a point, a road with chainage, an address. */
export function requirePlace(place: Pick<Item, 'lon' | 'road' | 'startChainageM' | 'endChainageM' | 'address'>): void {
  const { startChainageM: start, endChainageM: end } = place
  if ((start === null) !== (end === null) || (start !== null && end !== null && start > end)) {
    throw invalid('/endChainageM', {
      zh: '起止桩号须同时给出，且起点不大于终点。',
      en: 'A stretch has both ends, the start not after the end.',
    })
  }
  if (place.startChainageM !== null && place.road === null) {
    throw invalid('/road', { zh: '有桩号就必须有路线编号。', en: 'A chainage needs its road.' })
  }
  if (place.lon === null && place.startChainageM === null && place.address === null) {
    throw invalid('', {
      zh: '缺少地点：请给出坐标 location、路线 road 加桩号 chainage、或地址 address 中的至少一项。',
      en: 'No place: give at least one of location, road with chainage, address.',
    })
  }
}

function requireAllowed(item: Item, type: ItemEventType): void {
  if (isAllowed(item, type)) return
  throw new Rejection(
    'wrong-status',
    {
      zh: `隐患 ${item.code} 当前状态为 ${item.status}，不能发生 ${type}。`,
      en: `Item ${item.code} is ${item.status}; ${type} cannot happen to it as it stands.`,
    },
    { itemStatus: item.status, allowedEvents: allowedEvents(item) },
  )
}

/** A unit acts only on items assigned to it. Who acts is asked first, so that a former owner learns nothing new. */
function requireOwner(item: Item, actor: Actor, type: ItemEventType, alsoUnits: readonly string[] = []): void {
  const owner = item.assignment?.responsibleUnit
  if (owner !== undefined && actor.unit !== owner && !alsoUnits.includes(actor.unit ?? '')) {
    throw new Rejection('not-responsible', {
      zh: '该隐患未交办给您的单位。',
      en: 'The item is not assigned to your unit.',
    })
  }
  requireAllowed(item, type)
}

function requireFourEyes(item: Item, actor: Actor): void {
  const involved = [item.assignment?.responsibleUnit, ...(item.assignment?.coUnits ?? [])]
  if (item.closureRequest?.by !== actor.id && (actor.unit === null || !involved.includes(actor.unit))) return
  throw new Rejection('four-eyes', {
    zh: '申请验收的人和责任单位的人不得核验本单位的整改。',
    en: 'Whoever applied for closure, and anyone of the units that did the work, cannot verify it.',
  })
}

function requireArea(area: string, actor: Actor): void {
  if (!isWithinArea(area, actor.jurisdiction.area)) {
    throw invalid('/area', {
      zh: `区划 ${area} 不在本辖区 ${actor.jurisdiction.area} 内。`,
      en: `Area ${area} does not lie in this jurisdiction's ${actor.jurisdiction.area}.`,
    })
  }
  const limit = areaLimitOf(actor)
  if (limit === null || isWithinArea(area, limit)) return
  throw new Rejection('outside-area', {
    zh: `区划 ${area} 不在您负责的 ${limit} 内。`,
    en: `Area ${area} lies outside yours, ${limit}.`,
  })
}

function requireFuture(pointer: string, dueAt: Instant, now: Instant): void {
  if (dueAt > now) return
  throw invalid(pointer, { zh: '时限必须在将来。', en: 'The deadline must lie in the future.' })
}

function requireLater(item: Item, dueAt: Instant, now: Instant): void {
  requireFuture('/dueAt', dueAt, now)
  if (item.dueAt !== null && dueAt <= item.dueAt) {
    throw invalid('/dueAt', {
      zh: `延期后的时限必须晚于现行时限 ${item.dueAt}。`,
      en: `An extension must end after the present deadline ${item.dueAt}.`,
    })
  }
}
