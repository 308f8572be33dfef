import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { lockSettings } from '../db/lock.js'
import type { Actor } from '../domain/access/permissions.js'
import { DOCUMENT_NAMES, type DocumentKind, issuerName } from '../domain/item/document.js'
import { notFound, requireVersion } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'
import { adminEvent, sha256 } from '../ledger/chain.js'
import { loadPaper } from '../render/load.js'
import { shippedTemplate } from './forms/template.js'
import { VOCABULARIES } from './vocabulary.js'

/** A version of a kind's template; 0, or one without a file, is the service's own. */
export interface Template {
  kind: DocumentKind
  version: number
  file: Buffer | null
  setAt: string | null
  setBy: { id: string; name: string } | null
}

/** The template in force, or one version of it; undefined where there is none of that number. */
export async function findTemplate(
  db: Db | Tx,
  jurisdiction: string,
  kind: DocumentKind,
  version?: number,
): Promise<Template | undefined> {
  const which = version === undefined ? sql`` : sql`and t.version = ${version}`
  const { rows } = await db.execute<{ version: number; file: Buffer | null; at: string; id: string; name: string }>(sql`
    select t.version, t.file, ${instant('t.set_at')} as at, p.id, p.name from document_template t
    join person p on p.jurisdiction_id = t.jurisdiction_id and p.id = t.set_by
    where t.jurisdiction_id = ${jurisdiction} and t.kind = ${kind} ${which} order by t.version desc limit 1`)
  const [row] = rows
  if (row !== undefined) {
    const { file, at, id, name } = row
    return { kind, version: row.version, file, setAt: at, setBy: { id, name } }
  }
  return version === undefined || version === 0 ? { kind, version: 0, file: null, setAt: null, setBy: null } : undefined
}

/** The Word file that a template is, with its placeholders. @throws Rejection `not-found` */
export async function readTemplateFile(
  db: Db,
  actor: Actor,
  kind: DocumentKind,
  asked: number | undefined,
): Promise<{ version: number; file: Buffer }> {
  const { id, name } = actor.jurisdiction
  const found = await findTemplate(db, id, kind, asked)
  if (found === undefined) throw notFound()
  const { version, file } = found
  if (file !== null) return { version, file }
  const { ownTemplate } = await loadPaper()
  const owner = { title: DOCUMENT_NAMES[kind].zh, issuer: issuerName(name), issuedAt: null }
  return { version, file: await ownTemplate(await shippedTemplate(kind), owner) }
}

/** Puts an office's file, or with null the service's own, in the place of a template. The same again changes nothing. */
export async function setTemplate(
  tx: Tx,
  actor: Actor,
  { kind, file }: { kind: DocumentKind; file: Buffer | null },
  ifMatch: readonly string[] | undefined,
  at: string,
): Promise<Outcome> {
  const jurisdiction = actor.jurisdiction.id
  await lockSettings(tx, jurisdiction)
  const before = await findTemplate(tx, jurisdiction, kind)
  if (before === undefined) throw notFound()
  requireVersion(ifMatch, before.version)
  const isSame = file === null ? before.file === null : before.file?.equals(file) === true
  if (isSame) return { ...answerOf(before), events: [] }
  const version = before.version + 1
  const hash = file === null ? null : sha256(file)
  await tx.execute(sql`
    insert into document_template (jurisdiction_id, kind, version, file, sha256, set_at, set_by)
    values (${jurisdiction}, ${kind}, ${version}, ${file}, ${hash}, ${at}, ${actor.id})`)
  const data = { kind, version, sha256: hash?.toString('hex') ?? null }
  const template = { kind, version, file, setAt: at, setBy: { id: actor.id, name: actor.name } }
  return { ...answerOf(template), events: [adminEvent(actor, at, { type: 'document_template.changed', data })] }
}

function answerOf(template: Template): Omit<Outcome, 'events'> {
  return { status: 200, headers: { etag: `"${template.version}"` }, body: JSON.stringify(templateView(template)) }
}

/** A template as it is listed: whose it is, and what it may be filled in with. */
export function templateView({ kind, version, file, setAt, setBy }: Template) {
  const { fields, lists } = VOCABULARIES[kind]
  return {
    ...{ kind, name: DOCUMENT_NAMES[kind].zh, version, builtIn: file === null },
    sha256: file === null ? null : sha256(file).toString('hex'),
    ...{ setAt, setBy, placeholders: fields, lists },
  }
}
