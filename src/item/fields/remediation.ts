import { jsonb, text, uuid } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { instant } from '../../db/column-types.js'
import type { Item } from '../../domain/item/item.js'
import { computed, inner, stored, storedPerson } from '../field.js'
import {
  At,
  done,
  EVIDENCE_REF_EXAMPLE,
  EvidenceRefView,
  NEAR_EXAMPLE,
  PersonRef,
  StandardPointView,
  VerificationView,
} from '../parts.js'
import { suspectedRecurrence } from '../suspected-recurrence.js'

const yuan = (fen: number | null | undefined) => (fen == null ? null : fen / 100)

/** What was done about it, how that was found, and how it ended. */
export const REMEDIATION_FIELDS = {
  plan: stored(jsonb('plan').$type<Item['plan']>(), {
    view: z
      .strictObject({
        measures: z.string(),
        budgetFen: z.int().nullable(),
        interimProtection: z.string().nullable(),
        ...done,
      })
      .nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text, decimal }) => [
      [48, text('治理方案', 'Plan', (plan) => plan?.measures, 30)],
      [49, text('临时防护', 'Interim protection', (plan) => plan?.interimProtection, 24)],
      [50, decimal('预算（元）', 'Budget (yuan)', (plan) => yuan(plan?.budgetFen))],
    ],
  }),
  progress: stored(jsonb('progress').$type<Item['progress']>(), {
    view: z.strictObject({ percent: z.int(), note: z.string(), spentFen: z.int().nullable(), ...done }).nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text, whole, time, decimal }) => [
      [45, whole('进度（%）', 'Progress (%)', (progress) => progress?.percent)],
      [46, text('进展说明', 'Progress note', (progress) => progress?.note, 30)],
      [47, time('进展时间', 'Progress at', (progress) => progress?.at)],
      [51, decimal('已用资金（元）', 'Spent (yuan)', (progress) => yuan(progress?.spentFen))],
    ],
  }),
  closureRequest: stored(jsonb('closure_request').$type<Item['closureRequest']>(), {
    view: z.strictObject({ summary: z.string(), ...done }).nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text, time }) => [
      [52, text('验收申请', 'Closure request', (request) => request?.summary, 28)],
      [53, time('申请验收时间', 'Closure requested', (request) => request?.at)],
    ],
  }),
  verifications: stored(jsonb('verifications').$type<Item['verifications']>().notNull(), {
    view: z
      .array(VerificationView)
      .meta({ description: 'The approvals before the one that closes the item, where the rules ask for two.' }),
    example: [],
    channel: { instead: [] },
    sheet: ({ text, whole, time }) => [
      [73, whole('先行核验人数', 'Verified before by', (all) => all.length, 14)],
      [74, time('先行核验时间', 'Verified before at', (all) => all.at(-1)?.at)],
      [75, text('先行核验单位', 'Verified before, unit', (all, names) => names.of('unit', all.at(-1)?.unit), 26)],
      [76, text('先行核验意见', 'Verified before, findings', (all) => lines(all.map(verificationWords)), 30)],
    ],
  }),
  closedAt: stored(instant('closed_at'), {
    view: At.nullable(),
    example: null,
    channel: 'told',
    sheet: ({ time }) => [[54, time('销号时间', 'Closed', (at) => at)]],
  }),
  closedBy: storedPerson('closed_by', {
    view: PersonRef.nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [[55, text('销号人', 'Closed by', (person) => person?.name, 14)]],
  }),
  closureFindings: stored(text('closure_findings'), {
    view: z.string().nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [[56, text('验收意见', 'Findings', (findings) => findings, 30)]],
  }),
  closurePoints: stored(jsonb('closure_points').$type<Item['closurePoints']>(), {
    view: z.array(StandardPointView).nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [[77, text('逐项验收', 'Points', (points) => points && lines(points.map(pointWords)), 30)]],
  }),
  recheck: stored(jsonb('recheck').$type<Item['recheck']>(), {
    view: z.strictObject({ passed: z.boolean(), findings: z.string(), ...done }).nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [
      [57, text('回头看', 'Recheck', (check, names) => check && recheckWords(check.passed, names.language), 10)],
      [58, text('回头看意见', 'Recheck findings', (check) => check?.findings, 28)],
    ],
  }),
  dismissalReason: stored(text('dismissal_reason'), {
    view: z.string().nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [[59, text('不予立项原因', 'Dismissed because', (reason) => reason, 24)]],
  }),
  mergedInto: stored(uuid('merged_into'), {
    view: z.uuid().nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [[65, text('并入', 'Merged into', (id) => id, 38)]],
  }),
  mergedFrom: stored(uuid('merged_from').array().notNull(), {
    view: z.array(z.uuid()),
    example: [],
    channel: { instead: [] },
    sheet: ({ text }) => [[82, text('并案来源', 'Merged from', (ids) => lines(ids), 38)]],
  }),
  concernedUnits: inner(uuid('concerned_units').array().notNull()),
  evidence: stored(jsonb('evidence').$type<Item['evidence']>().notNull(), {
    view: z.array(EvidenceRefView).meta({
      description: 'What the item’s events refer to, in order. The files are at `GET /v1/evidence/{id}/file`.',
    }),
    example: [EVIDENCE_REF_EXAMPLE],
    channel: { instead: [] },
    sheet: ({ whole }) => [[81, whole('证据数', 'Evidence', (files) => files.length, 8)]],
  }),
  suspectedRecurrenceOf: computed('viewer', ({ actor }) => suspectedRecurrence(actor), {
    view: z
      .strictObject({ id: z.uuid(), code: z.string(), distanceM: z.int(), confirmed: z.boolean() })
      .nullable()
      .meta({
        description:
          'A closed item of the same category at the same place, of which this item may be the return. Null also where the caller may not see that item, and once the office has refused it.',
        example: { id: NEAR_EXAMPLE.id, code: NEAR_EXAMPLE.code, distanceM: 12, confirmed: false },
      }),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [[83, text('疑似复发于', 'Suspected recurrence of', (item) => item?.code, 16)]],
  }),
  updatedAt: stored(instant('updated_at').notNull(), {
    view: At,
    example: '2026-11-23T01:00:00.000Z',
    channel: 'told',
    sheet: ({ time }) => [[62, time('更新时间', 'Updated', (at) => at)]],
  }),
}

const lines = (texts: readonly string[]) => (texts.length === 0 ? null : texts.join('；'))

function verificationWords({ findings, points = [] }: z.infer<typeof VerificationView>): string {
  return [findings, ...points.map(pointWords)].join('；')
}

function pointWords({ point, met, note }: z.infer<typeof StandardPointView>): string {
  return `${met ? '✓' : '✗'} ${point}${note === undefined ? '' : `（${note}）`}`
}

function recheckWords(passed: boolean, language: string): string {
  if (language === 'en') return passed ? 'passed' : 'failed'
  return passed ? '合格' : '不合格'
}
