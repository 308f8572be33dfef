import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { type Db, type Tx, takeTime } from '../db/client.js'
import { readRules } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import { Rejection } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'
import type { Values } from '../render/values.js'
import type { GlyphChoice } from './glyphs.js'
import { hashesOf } from './issue.js'
import { type Maker, makeFiles } from './make.js'
import { insertDocument, readDocument, yearOf } from './store.js'
import { findTemplate } from './templates.js'
import { dayText } from './words.js'

/** Reads an issued bulletin as what its paper says. @throws Rejection `not-found`, `wrong-status` for a draft */
export type BulletinReader = (
  db: Db | Tx,
  actor: Actor,
  id: string,
) => Promise<{ number: string; title: string; issuer: string; values: Values }>

/** What the office says of a bulletin’s paper. */
export interface AskedOfBulletin {
  actor: Actor
  id: string
  at: string
  copyTo: readonly string[]
  glyphs: GlyphChoice
}

/** Makes the paper of an issued bulletin, once, under the number that the bulletin has. */
export async function issueBulletinDocument(
  tx: Tx,
  maker: Maker,
  { actor, id: bulletin, at, copyTo, glyphs }: AskedOfBulletin,
  read: BulletinReader,
): Promise<Outcome> {
  await takeTime(tx)
  const { id: jurisdiction, timeZone } = actor.jurisdiction
  const { number, title, issuer: own, values } = await read(tx, actor, bulletin)
  await requireNone(tx, jurisdiction, bulletin)
  const { rules } = await readRules(tx, jurisdiction)
  const issuer = rules.documents.issuer ?? own
  const template = await findTemplate(tx, jurisdiction, 'bulletin')
  const around = { 发文机关: issuer, 文号: number, 发文日期: dayText(at, timeZone), 抄送: copyTo.join('，') }
  const made = { kind: 'bulletin' as const, template: template?.file ?? null, glyphs }
  const { files, missing } = await makeFiles(maker, made, { ...values, ...around }, { title, issuer, issuedAt: at })
  const id = uuidv7()
  const templateVersion = template?.version ?? 0
  const paper = {
    jurisdiction,
    id,
    kind: 'bulletin' as const,
    bulletinId: bulletin,
    number,
    year: yearOf(at, timeZone),
    title,
    missingGlyphs: missing.length === 0 ? null : missing,
  }
  await insertDocument(tx, { ...paper, templateVersion, issuedAt: at, issuedBy: actor.id }, files)
  const issued = { document: id, kind: 'bulletin' as const, number, title, unit: null, templateVersion }
  const data = { ...issued, bulletin, files: hashesOf(files) }
  const headers = { location: `/v1/documents/${id}` }
  const event = adminEvent(actor, at, { type: 'document.issued', data })
  return { status: 201, headers, body: await readDocument(tx, actor, id), events: [event] }
}

/** The bulletin's row is locked, so that two who ask at once get one paper. */
async function requireNone(tx: Tx, jurisdiction: string, bulletin: string): Promise<void> {
  await tx.execute(sql`
    select from bulletin where jurisdiction_id = ${jurisdiction} and id = ${bulletin} for no key update`)
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from document where jurisdiction_id = ${jurisdiction} and bulletin_id = ${bulletin}`)
  const [row] = rows
  if (row === undefined) return
  throw new Rejection('duplicate', {
    zh: `该通报的文书已制发：/v1/documents/${row.id}。`,
    en: `The bulletin has its paper already: /v1/documents/${row.id}.`,
  })
}
