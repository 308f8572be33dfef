import type { NewNotice } from '../db/notices.js'
import type { Item } from '../domain/item/item.js'
import type { Recipient } from '../domain/rules.js'

type NoticeRecipient = Pick<NewNotice, 'recipient' | 'unit'>

/** Whom a rule's recipients are for an item. Where nobody is assigned, the office is told in the unit's place. */
export function toldOf(item: Pick<Item, 'assignment'>, recipients: readonly Recipient[]): NoticeRecipient[] {
  const { assignment } = item
  const told = new Map<string, NoticeRecipient>()
  const tell = (recipient: NoticeRecipient['recipient'], unit: string | null) =>
    told.set(`${recipient} ${unit}`, { recipient, unit })
  for (const recipient of recipients) {
    if (recipient === 'office' || recipient === 'supervisor') tell(recipient, null)
    else if (assignment === null) tell('office', null)
    else if (recipient === 'unit') tell('unit', assignment.responsibleUnit)
    else for (const unit of assignment.coUnits) tell('unit', unit)
  }
  return [...told.values()]
}

/** One notice about an item for each whom a rule names. */
export function noticesAbout(
  item: Pick<Item, 'id' | 'area' | 'assignment' | 'dueAt' | 'dueSetAt'>,
  recipients: readonly Recipient[],
  notice: Pick<NewNotice, 'kind' | 'cause' | 'data'>,
): NewNotice[] {
  const { id, area, dueAt, dueSetAt } = item
  return toldOf(item, recipients).map((told) => ({ ...notice, ...told, item: id, area, dueAt, dueSetAt }))
}
