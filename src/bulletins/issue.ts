import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { insertNotices, type NewNotice } from '../db/notices.js'
import { readRules } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import { Rejection, requireVersion } from '../domain/rejection.js'
import { documentNumber } from '../domain/report/bulletin.js'
import { localDate } from '../domain/time/zone.js'
import type { Outcome } from '../ledger/act.js'
import { adminEvent, canonicalJson } from '../ledger/chain.js'
import { cutOffOf, inputsOf, makeContent } from './content.js'
import type { Content } from './content-schema.js'
import { sha256 } from './draft.js'
import { bulletinJson, findPrevious, getBulletin, readPrevious, type Stored } from './store.js'
import { bulletin } from './table.js'

/**
 * Issues a draft under the next document number: from then on it is frozen, its hash is in the ledger, and its recipients
 * are told. @throws Rejection `not-found`, `stale`, `wrong-status` for one that has been issued.
 */
export async function issueBulletin(
  tx: Tx,
  actor: Actor,
  id: string,
  ifMatch: readonly string[] | undefined,
  now: string,
): Promise<Outcome> {
  const draft = await getBulletin(tx, actor, id, true)
  requireVersion(ifMatch, draft.version)
  requireDraft(draft)
  const { text, content } = await contentToIssue(tx, draft)
  const jurisdiction = actor.jurisdiction.id
  const numbered = await nextNumber(tx, actor, now)
  const contentSha256 = sha256(text)
  const version = draft.version + 1
  await tx
    .update(bulletin)
    .set({ ...numbered, version, content: text, contentSha256, issuedAt: now, issuedBy: actor.id })
    .where(sql`jurisdiction_id = ${jurisdiction} and id = ${id}`)
  const issued = { id, kind: draft.kind, number: numbered.number, title: draft.title }
  const units = await insertRecipients(tx, jurisdiction, id, content)
  await insertNotices(tx, jurisdiction, noticesOf(issued, units), now)
  const data = {
    ...issued,
    contentSha256: contentSha256.toString('hex'),
    textSha256: textSha256(draft).toString('hex'),
    seq: draft.seq,
    corrects: draft.corrects,
  }
  return {
    status: 200,
    headers: { etag: `"${version}"` },
    body: bulletinJson(await getBulletin(tx, actor, id)),
    events: [adminEvent(actor, now, { type: 'bulletin.issued', data })],
  }
}

/** What is issued is no longer changed. @throws Rejection `wrong-status` (409) */
export function requireDraft({ issued, number }: Stored): void {
  if (!issued) return
  throw new Rejection('wrong-status', {
    zh: `通报 ${number} 已印发，不再更改；有误请另发更正通报。`,
    en: `Bulletin ${number} has been issued and is frozen; what is wrong in it is put right by a correction.`,
  })
}

/**
 * The draft's content, made once more: what was the last bulletin when it was drafted may no longer be so. Its figures are
 * those of the draft, since its cut-off is.
 */
async function contentToIssue(tx: Tx, draft: Stored): Promise<{ text: string; content: Content }> {
  const drafted = JSON.parse(draft.content) as Content
  const cut = cutOffOf(drafted)
  const previous = await findPrevious(tx, cut, draft.kind, draft.corrects)
  const content = await makeContent(tx, cut, { ...inputsOf(drafted), previous })
  const text = canonicalJson(content)
  const isSame = previous?.reference.contentSha256 === drafted.previous?.contentSha256
  if (isSame && text !== draft.content) throw new Error(`bulletin ${draft.id}: the ledger no longer gives its content`)
  return { text, content }
}

/** The next number of the year, gap-free: the counter's row stays locked until the issuance is committed. */
async function nextNumber(tx: Tx, actor: Actor, now: string): Promise<{ year: number; n: number; number: string }> {
  const { id: jurisdiction, timeZone } = actor.jurisdiction
  const year = Number(localDate(now, timeZone).slice(0, 4))
  const { rules } = await readRules(tx, jurisdiction)
  const { rows } = await tx.execute<{ last: number }>(sql`
    insert into bulletin_counter as c (jurisdiction_id, year, last) values (${jurisdiction}, ${year}, 1)
    on conflict (jurisdiction_id, year) do update set last = c.last + 1 returning last`)
  const n = rows[0]?.last ?? 0
  return { year, n, number: documentNumber(rules.bulletins.numberPattern, year, n) }
}

/** Every active unit that the bulletin counts, and every supervisor. Answers the units. */
async function insertRecipients(tx: Tx, jurisdiction: string, id: string, { units }: Content): Promise<string[]> {
  const counted = units.flatMap(({ key }) => (key === null ? [] : [key]))
  const { rows } = await tx.execute<{ unit_id: string | null }>(sql`
    insert into bulletin_recipient (jurisdiction_id, bulletin_id, recipient, unit_id, person_id)
    select u.jurisdiction_id, ${id}::uuid, 'unit', u.id, null from unit u
    where u.jurisdiction_id = ${jurisdiction} and u.active and u.id = any(${sql.param(counted)}::uuid[])
    union all
    select p.jurisdiction_id, ${id}::uuid, 'supervisor', null, p.id from person p
    where p.jurisdiction_id = ${jurisdiction} and p.role = 'supervisor' and p.active
    returning unit_id`)
  return rows.flatMap(({ unit_id }) => (unit_id === null ? [] : [unit_id]))
}

/** Why units and supervisors are told of a bulletin. */
export function noticeCause(id: string): string {
  return `bulletin:${id}`
}

function noticesOf(
  { id, ...issued }: { id: string; kind: string; number: string; title: string },
  units: readonly string[],
): NewNotice[] {
  const about = {
    kind: 'bulletin' as const,
    cause: noticeCause(id),
    item: null,
    area: null,
    dueAt: null,
    dueSetAt: null,
  }
  const { kind: bulletinKind, ...rest } = issued
  const label = { zh: `通报 ${rest.number} ${rest.title}`, en: `Bulletin ${rest.number} ${rest.title}` }
  const notice = { ...about, data: { bulletinId: id, bulletinKind, ...rest, label } }
  return [
    ...units.map((unit) => ({ ...notice, recipient: 'unit' as const, unit })),
    { ...notice, recipient: 'supervisor' as const, unit: null },
  ]
}

/** What the office wrote around the content is held by the ledger too. */
function textSha256({ title, preface, remarks }: Stored): Buffer {
  return sha256(canonicalJson({ title, preface, remarks }))
}

export interface Reproduction {
  same: boolean
  contentSha256: string
  recomputedSha256: string
  seq: number
}

/** Makes the content of a bulletin again from the ledger as it is now, and compares the hashes. */
export async function reproduceBulletin(db: Db, actor: Actor, id: string): Promise<Reproduction> {
  const stored = await getBulletin(db, actor, id)
  const kept = JSON.parse(stored.content) as Content
  const previous = kept.previous === null ? null : await readPrevious(db, actor.jurisdiction.id, kept.previous.id)
  const made = canonicalJson(await makeContent(db, cutOffOf(kept), { ...inputsOf(kept), previous }))
  return {
    same: made === stored.content,
    contentSha256: sha256(stored.content).toString('hex'),
    recomputedSha256: sha256(made).toString('hex'),
    seq: stored.seq,
  }
}
