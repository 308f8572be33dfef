import { type Actor, areaLimitOf } from '../../access/permissions.js'
import { isWithinArea } from '../../place/area.js'
import { oneLine } from '../../place/stretch.js'
import { pastMoment } from '../../present.js'
import { invalid, Rejection } from '../../rejection.js'
import type { Instant } from '../../time/instant.js'
import { allowedEvents, type Deadline, type ItemEvent, isAllowed } from '../events.js'
import type { Description, Filed, Item } from '../item.js'
import type { Level } from '../words.js'
import { requireAllowed } from './require.js'

/** A phone may have been offline; what it saw longer ago than this is told in the description. */
export const FOUND_AT_MOST_DAYS_BACK = 30
const DAY_MS = 86_400_000

/** File an item: who may file where, and when it was found. */
export function file(filed: Filed, actor: Actor, now: Instant): Extract<ItemEvent, { type: 'item.reported' }> {
  requireArea(filed.area, actor)
  return { type: 'item.reported', data: { ...filed, foundAt: foundAtOf(filed, now) } }
}

function foundAtOf({ foundAt }: Filed, now: Instant): Instant | null {
  if (foundAt === null) return null
  if (Date.parse(now) - Date.parse(foundAt) > FOUND_AT_MOST_DAYS_BACK * DAY_MS) {
    throw invalid('/foundAt', {
      zh: `发现时间不能早于 ${FOUND_AT_MOST_DAYS_BACK} 天前。`,
      en: `foundAt is more than ${FOUND_AT_MOST_DAYS_BACK} days back.`,
    })
  }
  return pastMoment('/foundAt', foundAt, now)
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
  if (changes.category === null && item.status !== 'reported') {
    throw invalid('/category', { zh: '已评估的隐患必须有类别。', en: 'An item that was evaluated has a category.' })
  }
  requirePlace({ ...item, ...changes })
  requireOneLine(item, changes, patch)
  return { type: 'item.corrected', data: { changes } }
}

/** One end alone does not take the other to another carriageway. */
function requireOneLine(item: Item, changes: Partial<Description>, patch: Partial<Description>): void {
  if (changes.carriageway === undefined || (patch.startChainageM !== undefined && patch.endChainageM !== undefined))
    return
  oneLine(patch.startChainageM === undefined ? '/endChainageM' : '/startChainageM', [
    item.carriageway,
    changes.carriageway,
  ])
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
      { itemStatus: target.status, allowedEvents: allowedEvents(target), itemId: target.id, itemCode: target.code },
    )
  }
  return {
    merged: { type: 'item.merged', data: { into: target.id, intoCode: target.code, reason } },
    absorbed: { type: 'item.absorbed', data: { from: item.id, fromCode: item.code, reason } },
  }
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
