import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { type Tx, takeTime } from '../db/client.js'
import { readRules } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid, Rejection } from '../domain/rejection.js'
import { type BulletinKind, type Period, periodOf } from '../domain/report/bulletin.js'
import { localDate } from '../domain/time/zone.js'
import { canonicalJson } from '../ledger/chain.js'
import { cutOffOf, makeContent } from './content.js'
import type { Content } from './content-schema.js'
import { cutOffFor } from './cut-off.js'
import type { CutOff } from './state-at.js'
import { findBulletin, findPrevious, type Stored } from './store.js'
import { bulletin } from './table.js'
import { titleOf } from './words.js'

/** What a bulletin is asked for with; what is left out follows from the kind. */
export interface DraftRequest {
  kind: BulletinKind
  from?: string
  to?: string
  cutOff?: number | string
  corrects?: string
  title?: string
  preface?: string | null
  remarks?: string | null
}

export interface Drafted {
  id: string
  title: string
}

/**
 * Drafts a bulletin from the ledger. A correction takes the period and, unless another is asked for, the
 * cut-off of what it corrects. @throws Rejection 400 at the field, and the driver's 23505 for a period that has one.
 */
export async function draftBulletin(tx: Tx, actor: Actor, asked: DraftRequest, now: string): Promise<Drafted> {
  await takeTime(tx)
  const { kind, corrects = null } = asked
  const old = corrects === null ? null : await getCorrected(tx, actor, corrects, kind)
  const period =
    old === null ? periodOf(kind, asked, localDate(now, actor.jurisdiction.timeZone)) : samePeriod(asked, old)
  await requireNone(tx, actor.jurisdiction.id, kind, period, corrects)
  const cut =
    old !== null && asked.cutOff === undefined
      ? cutOffOf(JSON.parse(old.content) as Content)
      : await cutOffFor(tx, actor, period, asked.cutOff, now)
  return insertDraft(tx, actor, { ...asked, corrects }, cut, now)
}

/** Makes the content at a cut-off and keeps it as a draft. */
export async function insertDraft(
  tx: Tx,
  actor: Actor,
  asked: Omit<DraftRequest, 'corrects'> & { corrects: string | null },
  cut: CutOff,
  now: string,
): Promise<Drafted> {
  const { kind, corrects, preface = null, remarks = null } = asked
  const { id: jurisdiction, name, timeZone } = actor.jurisdiction
  const { version, rules } = await readRules(tx, jurisdiction)
  const content = await makeContent(tx, cut, {
    jurisdiction: { id: jurisdiction, name, timeZone },
    kind,
    rules: { version, ladder: rules.ladder },
    scores: true,
    previous: await findPrevious(tx, cut, kind, corrects),
  })
  const text = canonicalJson(content)
  const { from, to, seq, asOf } = cut
  const title = asked.title ?? titleOf(content, corrects !== null, rules.language)
  const id = uuidv7()
  await tx.insert(bulletin).values({
    ...{ jurisdiction, id, kind, from, to, seq, asOf, title, preface, remarks, corrects },
    ...{ content: text, contentSha256: sha256(text), createdAt: now, createdBy: actor.id },
  })
  return { id, title }
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

async function getCorrected(tx: Tx, actor: Actor, id: string, kind: BulletinKind): Promise<Stored> {
  const old = await findBulletin(tx, actor, id)
  if (old?.issued && old.kind === kind) return old
  throw invalid('/corrects', {
    zh: '没有这一期已印发的同类通报。',
    en: 'There is no such bulletin of this kind that has been issued.',
  })
}

/** Asked before the content is made; two at the same moment are told apart by the database. */
async function requireNone(tx: Tx, jurisdiction: string, kind: BulletinKind, period: Period, corrects: string | null) {
  const same =
    corrects === null
      ? sql`b.corrects is null and b.kind = ${kind} and b.kind <> 'on_demand'
          and b.period_from = ${period.from}::date and b.period_to = ${period.to}::date`
      : sql`b.corrects = ${corrects}`
  const { rows } = await tx.execute<{ id: string }>(
    sql`select b.id from bulletin b where b.jurisdiction_id = ${jurisdiction} and ${same}`,
  )
  if (rows[0] === undefined) return
  throw new Rejection('duplicate', {
    zh: `已有通报 ${rows[0].id}：同类同期的通报只有一期，一期通报只更正一次。`,
    en: `There is bulletin ${rows[0].id}: one of a kind for a period, and one correction of a bulletin.`,
  })
}

function samePeriod({ from, to }: DraftRequest, old: Stored): Period {
  if ((from ?? old.from) === old.from && (to ?? old.to) === old.to) return { from: old.from, to: old.to }
  throw invalid('/from', {
    zh: '更正通报的统计期与原通报相同。',
    en: 'A correction has the period of what it corrects.',
  })
}
