import { v7 as uuidv7 } from 'uuid'
import { type Tx, takeTime } from '../db/client.js'
import { insertNotices } from '../db/notices.js'
import { readRules } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import { issueDocument, requireIssuable } from '../domain/item/decide/document.js'
import { DOCUMENT_NAMES, type IssuedDocument, isAddressed, issuerName } from '../domain/item/document.js'
import type { Item } from '../domain/item/item.js'
import { invalid } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'
import type { Change } from '../ledger/change-item.js'
import { changeWith } from './change-with.js'
import type { DocumentRequest } from './document-request.js'
import { readHistory } from './history.js'
import { type MadeFile, type Maker, makeFiles } from './make.js'
import { readNames } from './names.js'
import type { Pictures } from './pictures.js'
import { addresseeOf, type FoundDocument, findDocument, insertDocument, nextNumber, readDocument } from './store.js'
import { findTemplate } from './templates.js'
import { documentValues } from './values.js'

/**
 * Issues a paper of an item: under its lock the next number, the files, the paper and its event, in one transaction.
 * Nothing of it is left where any of it fails, and no number is lost.
 */
export async function issueItemDocument(
  tx: Tx,
  maker: Maker,
  change: Change,
  asked: DocumentRequest,
  pictures: Pictures,
): Promise<Outcome> {
  const { actor } = change
  const { kind, missingGlyphs: glyphs = 'refuse' } = asked
  // Papers of one kind wait for each other's number, and each is made under it.
  await takeTime(tx)
  return changeWith(tx, change, async (item, at) => {
    const { id: jurisdiction, name, timeZone: zone } = actor.jurisdiction
    const events = await readHistory(tx, jurisdiction, item.id)
    requireIssuable(
      item,
      kind,
      events.some(({ type }) => type === 'item.extension_decided'),
    )
    const about = await findAbout(tx, actor, item, asked)
    const { rules } = await readRules(tx, jurisdiction)
    const issuer = rules.documents.issuer ?? issuerName(name)
    const template = await findTemplate(tx, jurisdiction, kind)
    const numbered = await nextNumber(tx, actor, kind, at)
    const names = await readNames(tx, item, events)
    const sources = { item, events, names, rules, zone, at, asked, issuer, number: numbered.number, pictures, about }
    const values = await documentValues(tx, { ...sources, sender: actor.name })
    const title = DOCUMENT_NAMES[kind].zh
    const how = { kind, template: template?.file ?? null, glyphs }
    const { files, missing } = await makeFiles(maker, how, values, { title, issuer, issuedAt: at })
    const unit = addresseeOf(kind, item.assignment?.responsibleUnit)
    const id = uuidv7()
    const templateVersion = template?.version ?? 0
    const paper = { jurisdiction, id, kind, itemId: item.id, about: about?.id ?? null, unit, ...numbered, title }
    await insertDocument(
      tx,
      {
        ...paper,
        missingGlyphs: missing.length === 0 ? null : missing,
        templateVersion,
        issuedAt: at,
        issuedBy: actor.id,
      },
      files,
    )
    const issued = { document: id, kind, number: numbered.number, title, unit, templateVersion, files: hashesOf(files) }
    await tellUnit(tx, item, issued, at)
    const headers = { location: `/v1/documents/${id}` }
    const answer = { status: 201, headers, body: await readDocument(tx, actor, id) }
    return { event: issueDocument(item, issued), answer }
  })
}

/** The paper that a receipt is for: one of the same item that goes to a unit. @throws Rejection at `/document` */
async function findAbout(
  tx: Tx,
  actor: Actor,
  item: Item,
  { document }: DocumentRequest,
): Promise<FoundDocument | undefined> {
  if (document === undefined) return undefined
  const found = await findDocument(tx, actor, document)
  if (found?.itemId === item.id && isAddressed(found.kind)) return found
  throw invalid('/document', {
    zh: '没有这样的文书，或它不是本隐患送达责任单位的文书。',
    en: 'There is no such paper of this item that goes to a unit.',
  })
}

/** Its unit is told of it, as of everything else; signing for the paper is the notice's receipt too. */
async function tellUnit(tx: Tx, item: Item, issued: IssuedDocument, at: string): Promise<void> {
  const { document, kind, number, title, unit } = issued
  if (unit === null) return
  const { zh, en } = DOCUMENT_NAMES[kind]
  const label = { zh: `${number}《${zh}》`, en: `${en} ${number}` }
  const notice = {
    kind: 'document' as const,
    recipient: 'unit' as const,
    unit,
    cause: noticeCause(document),
    item: item.id,
  }
  const data = { documentId: document, documentKind: kind, number, title, label }
  await insertNotices(tx, item.jurisdiction, [{ ...notice, area: item.area, dueAt: null, dueSetAt: null, data }], at)
}

/** Why a unit is told of a paper. */
export function noticeCause(document: string): string {
  return `document:${document}`
}

export function hashesOf(files: readonly MadeFile[]): IssuedDocument['files'] {
  const hashOf = (format: MadeFile['format']) => files.find((file) => file.format === format)?.sha256
  return { docx: hashOf('docx') ?? '', pdf: hashOf('pdf') ?? null }
}
