import type { Actor } from '../../access/permissions.js'
import { Rejection, type Words } from '../../rejection.js'
import { DOCUMENT_NAMES, type IssuedDocument, type ItemDocumentKind } from '../document.js'
import type { ItemEvent } from '../events.js'
import type { Item } from '../item.js'
import type { Status } from '../words.js'
import { requireAllowed } from './require.js'

const OWNED: readonly Status[] = ['assigned', 'remediating', 'closure_requested']

/** What a paper says must be so. `decided` says whether an extension of the item was ever decided. */
export function requireIssuable(item: Item, kind: ItemDocumentKind, decided: boolean): void {
  requireAllowed(item, 'item.document_issued')
  const lacking = lackOf(item, kind, decided)
  if (lacking === undefined) return
  const { zh, en } = DOCUMENT_NAMES[kind]
  throw new Rejection(
    'wrong-status',
    {
      zh: `隐患 ${item.code} ${lacking.zh}，不能制发“${zh}”。`,
      en: `Item ${item.code} ${lacking.en}: “${en}” cannot be issued.`,
    },
    { itemStatus: item.status },
  )
}

function lackOf(item: Item, kind: ItemDocumentKind, decided: boolean): Words | undefined {
  if (kind === 'item_file' || kind === 'receipt') return undefined
  if (kind === 'closure_form') {
    return item.status === 'closed' ? undefined : { zh: '尚未销号', en: 'is not closed' }
  }
  if (kind === 'extension_form') {
    return decided ? undefined : { zh: '没有已审批的延期申请', en: 'has no decided extension request' }
  }
  if (item.assignment === null || !OWNED.includes(item.status)) {
    return { zh: '没有在办的交办', en: 'is not with a responsible unit' }
  }
  if (kind === 'supervision_notice' && item.supervision === null) {
    return { zh: '未挂牌督办', en: 'is not under supervision' }
  }
  return undefined
}

export function issueDocument(item: Item, issued: IssuedDocument): ItemEvent {
  requireAllowed(item, 'item.document_issued')
  return { type: 'item.document_issued', data: issued }
}

/** A unit signs for a paper that is addressed to it, once; null when it has already. */
export function receiveDocument(
  item: Item,
  paper: { id: string; number: string; unit: string | null; received: boolean },
  actor: Actor,
): ItemEvent | null {
  const { id, number, unit, received } = paper
  if (unit === null) {
    throw new Rejection('wrong-status', {
      zh: `${number} 是存档文书，没有主送单位，无需签收。`,
      en: `${number} is for the files: it is addressed to nobody and needs no receipt.`,
    })
  }
  if (unit !== actor.unit) {
    throw new Rejection('not-responsible', {
      zh: '该文书不是发给您的单位的。',
      en: 'The paper is not addressed to your unit.',
    })
  }
  requireAllowed(item, 'item.document_received')
  return received ? null : { type: 'item.document_received', data: { document: id, number, unit } }
}
