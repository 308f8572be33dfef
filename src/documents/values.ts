import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Item } from '../domain/item/item.js'
import { type Rules, stepsOf } from '../domain/rules.js'
import { localDate } from '../domain/time/zone.js'
import type { Values } from '../render/values.js'
import type { DocumentRequest } from './document-request.js'
import type { HappenedEvent } from './history.js'
import {
  closureValues,
  extensionValues,
  itemValues,
  orderValues,
  receiptValues,
  supervisionValues,
} from './item-values.js'
import type { Names } from './names.js'
import { type Pictures, photoValues } from './pictures.js'
import { processOf } from './process.js'
import type { FoundDocument } from './store.js'
import { dateText, dayText, momentText } from './words.js'

/** All that a paper of an item is made from. */
export interface Sources {
  item: Item
  events: readonly HappenedEvent[]
  names: Names
  rules: Rules
  zone: string
  at: string
  /** Who issues it. */
  sender: string
  asked: DocumentRequest
  issuer: string
  number: string
  pictures: Pictures
  /** The paper that a receipt is for. */
  about: FoundDocument | undefined
}

/** What a paper of an item is filled in with: all that its kind's vocabulary has. */
export async function documentValues(tx: Tx, sources: Sources): Promise<Values> {
  const { item, events, names, zone, at, asked, issuer, number } = sources
  const common = {
    ...{ 发文机关: issuer, 文号: number, 发文日期: dayText(at, zone) },
    ...askedValues(asked, zone),
    ...itemValues(item, names, zone),
    ...orderValues(item, names, zone),
    ...supervisionValues(item, at, zone),
  }
  return { ...common, ...(await ownValues(tx, sources)) }

  async function ownValues(inTx: Tx, of: Sources): Promise<Values> {
    if (asked.kind === 'extension_form') return extensionValues(events, names, zone)
    if (asked.kind === 'receipt') return aboutValues(of)
    if (asked.kind !== 'closure_form' && asked.kind !== 'item_file') return {}
    const closure = { ...closureValues(item, events, names, zone), ...photoValues(item.evidence, of.pictures, zone) }
    return asked.kind === 'closure_form' ? closure : { ...closure, ...(await fileValues(inTx, of)) }
  }
}

/** What the office says itself; a letter without further demands has neither their heading nor a paragraph. */
function askedValues(
  { kind, requirements = [], replyBy, meeting, contact, copyTo = [], remarks }: DocumentRequest,
  zone: string,
): Values {
  const numeral = kind === 'rectification_notice' ? '五、' : ''
  return {
    其他要求: requirements.map((one) => ({ 要求: one })),
    其他要求标题: requirements.length === 0 ? '' : `${numeral}其他要求`,
    反馈时限: replyBy === undefined ? '' : dateText(replyBy),
    约谈时间: meeting === undefined ? '' : momentText(meeting.at, zone),
    约谈地点: meeting?.place ?? '',
    联系人: contact?.name ?? '',
    联系电话: contact?.phone ?? '',
    抄送: copyTo.join('，'),
    备注: remarks ?? '',
  }
}

function aboutValues({ about, sender, zone }: Sources): Values {
  if (about === undefined) return {}
  const { title, number, unitName, receivedAt, receivedBy } = about
  return receiptValues({ title, number, unit: unitName ?? '', receivedAt, receivedBy }, sender, zone)
}

async function fileValues(tx: Tx, { item, events, names, rules, zone }: Sources): Promise<Values> {
  const rungs = new Map(stepsOf(rules).map(({ rung, label }) => [rung, label.zh]))
  const { rows } = await tx.execute<{ number: string; title: string; at: string; received: string | null }>(sql`
    select d.number, d.title, ${instant('d.issued_at')} as at, ${instant('d.received_at')} as received from document d
    where d.jurisdiction_id = ${item.jurisdiction} and d.item_id = ${item.id} order by d.issued_at, d.id`)
  return {
    过程: processOf(events, { names, zone }, rungs),
    文书目录: rows.map(({ number, title, at, received }, k) => ({
      ...{ 序号: String(k + 1), 文书号: number, 文书名: title, 文书日期: localDate(at, zone) },
      文书签收: received === null ? '—' : localDate(received, zone),
    })),
  }
}
