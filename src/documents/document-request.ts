import { fieldsOutOfPlace, type ItemDocumentKind } from '../domain/item/document.js'
import { Rejection } from '../domain/rejection.js'
import type { GlyphChoice } from './glyphs.js'

/** What the office says of a paper that it issues, beside what the item says. */
export interface DocumentRequest {
  kind: ItemDocumentKind
  requirements?: readonly string[] | undefined
  replyBy?: string | undefined
  meeting?: { at: string; place: string } | undefined
  contact?: { name: string; phone: string } | undefined
  copyTo?: readonly string[] | undefined
  document?: string | undefined
  remarks?: string | undefined
  missingGlyphs?: GlyphChoice | undefined
}

/** @throws Rejection 400 that names what this kind of paper has no place for, or lacks */
export function requireInPlace(asked: DocumentRequest): void {
  const given = Object.entries(asked).flatMap(([field, value]) => (value === undefined ? [] : [field]))
  const needed: Partial<Record<ItemDocumentKind, keyof DocumentRequest>> = {
    talk_notice: 'meeting',
    receipt: 'document',
  }
  const lacking = needed[asked.kind]
  const errors = fieldsOutOfPlace(asked.kind, given).map((field) => ({
    pointer: `/${field}`,
    detail: { zh: `文书 ${asked.kind} 没有此项。`, en: `A paper of kind ${asked.kind} has no place for this.` },
  }))
  if (lacking !== undefined && asked[lacking] === undefined) {
    errors.push({ pointer: `/${lacking}`, detail: { zh: '此项必填。', en: 'This is required.' } })
  }
  if (errors.length === 0) return
  throw new Rejection('invalid-request', { zh: '请求无效。', en: 'The request is not valid.' }, { errors })
}
