import { invalid, Rejection } from '../../rejection.js'
import { type AccidentCount, MAX_COUNTS } from '../accidents.js'
import type { ItemEvent } from '../events.js'
import type { Item } from '../item.js'
import { requireAllowed } from './require.js'

/**
 * Counts accidents at an item, before or after its remediation. `inForce` are the counts that it has; `today` is the date
 * in the jurisdiction's zone. Two counts in force never share a day, so that no accident is counted twice.
 */
export function countAccidents(
  item: Item,
  inForce: readonly AccidentCount[],
  count: AccidentCount,
  today: string,
): ItemEvent {
  requireAllowed(item, 'item.accidents_counted')
  if (count.from >= count.to) {
    throw invalid('/to', { zh: 'to 须晚于 from。', en: 'to must come after from; the day itself is not in the span.' })
  }
  if (count.to > today) {
    throw invalid('/to', {
      zh: `to 为 ${count.to}，不能晚于今天 ${today}。`,
      en: `to is ${count.to} and lies in the future; today is ${today} and not over yet.`,
    })
  }
  if (count.accidents === 0 && (count.deaths > 0 || count.injuries > 0)) {
    throw invalid('/accidents', {
      zh: '有伤亡就必有事故。',
      en: 'Where people were hurt there was an accident.',
    })
  }
  if (count.corrects !== null && !inForce.some(({ id }) => id === count.corrects)) {
    throw invalid('/corrects', {
      zh: '该隐患没有这样一条有效的事故统计。',
      en: 'The item has no such count in force.',
    })
  }
  const others = inForce.filter(({ id }) => id !== count.corrects)
  const overlapping = others.find((other) => other.from < count.to && count.from < other.to)
  if (overlapping !== undefined) throw overlaps(overlapping)
  if (others.length >= MAX_COUNTS) {
    throw invalid('', { zh: `事故统计不能超过 ${MAX_COUNTS} 条。`, en: `An item has at most ${MAX_COUNTS} counts.` })
  }
  return { type: 'item.accidents_counted', data: count }
}

function overlaps({ id, from, to }: AccidentCount): Rejection {
  const words = {
    zh: `与 ${from} 至 ${to} 的统计（${id}）重叠；如需更正，请给出 corrects。`,
    en: `It overlaps with the count from ${from} to ${to} (${id}); to correct that, name it in corrects.`,
  }
  return new Rejection('duplicate', words, { errors: [{ pointer: '/from', detail: words }] })
}
