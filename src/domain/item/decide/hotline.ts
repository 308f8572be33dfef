import { type Actor, isChannel } from '../../access/permissions.js'
import { Rejection, type Words } from '../../rejection.js'
import { type ItemEvent, type ItemEventType, isAllowed } from '../events.js'
import type { FirstAnswer, Satisfaction } from '../hotline.js'
import type { Item } from '../item.js'
import { requireAllowed, requireOwner } from './require.js'

const NOT_WAITING: Words = {
  zh: '只有尚未答复的热线件可以记录首次答复。',
  en: 'A first answer is for a call that has none yet.',
}
const NOT_ANSWERED: Words = {
  zh: '只有已答复的热线件可以记录满意度。',
  en: 'Satisfaction is for a call that was answered.',
}

/** The first answer to a caller (首次响应): by the office, the hotline, or the unit that has the item or helps with it. */
export function answerCaller(item: Item, data: FirstAnswer, actor: Actor): ItemEvent {
  if (actor.role === 'unit') requireOwn(item, actor)
  else requireAllowedTo(actor, item, 'item.caller_answered', NOT_WAITING)
  return { type: 'item.caller_answered', data }
}

/** What the caller thinks, asked after the answer (回访). Asked again, the later word holds. */
export function recordSatisfaction(item: Item, data: Satisfaction, actor: Actor): ItemEvent {
  requireAllowedTo(actor, item, 'item.satisfaction_recorded', NOT_ANSWERED)
  return { type: 'item.satisfaction_recorded', data }
}

function requireOwn(item: Item, actor: Actor): void {
  requireOwner(item, actor, 'item.caller_answered', item.assignment?.coUnits)
  if (item.assignment !== null) return
  throw new Rejection('not-responsible', {
    zh: '该隐患未交办给您的单位。',
    en: 'The item is not assigned to your unit.',
  })
}

/** To a channel the status of an item is open or closed, and no refusal says more. */
function requireAllowedTo(actor: Actor, item: Item, type: ItemEventType, words: Words): void {
  if (!isChannel(actor.role)) requireAllowed(item, type)
  else if (!isAllowed(item, type)) throw new Rejection('wrong-status', words)
}
