import { DEFAULT_NUMBER_PATTERNS, type NumberedKind } from './item/document.js'
import type { EvidenceRules, RequiredEvidence } from './item/evidence.js'
import { DEFAULT_TIMINGS, type NoticeTimings } from './item/notice.js'
import type { RecheckRules } from './item/recheck-sample.js'
import type { RecurrenceRules } from './item/recurrence.js'
import type { VerificationRules } from './item/verification.js'
import type { Level } from './item/words.js'
import type { Words } from './rejection.js'
import { DEFAULT_SCORING, type Scoring } from './score/scoring.js'

/** Who is told of a rung. `unit` is the responsible one; `supervisor`, those whose area the item lies in. */
export const RECIPIENTS = ['unit', 'coUnits', 'office', 'supervisor'] as const
export type Recipient = (typeof RECIPIENTS)[number]

/** A rung of the ladder: what happens so many days after the deadline's day. */
export interface Rung {
  /** The rung's name in the ledger, `talk`. */
  rung: string
  /** Days after the deadline's day, at least 1. */
  days: number
  label: Words
  recipients: readonly Recipient[]
}

/** When bulletins are drafted by themselves, in the jurisdiction's zone; null: never. */
export interface BulletinTimes {
  /** Every working day at, `HH:MM`. */
  daily: string | null
  /** Every week: ISO weekday 1 (Monday) to 7, at. */
  weekly: { weekday: number; at: string } | null
  /** Every month: day 1 to 28, at; it covers the month before. */
  monthly: { day: number; at: string } | null
}

/** What a jurisdiction may set for itself; versioned, and every version kept. */
export interface Rules {
  /** Working days that a level is given when an item is listed. */
  defaultDeadlines: Record<Level, number>
  /** Days before the deadline's day on which its owner is warned. */
  warningDays: readonly number[]
  warningRecipients: readonly Recipient[]
  ladder: readonly Rung[]
  /** Not signed for within so many working days after the assignment; null: nobody is told. */
  signing: { workingDays: number; recipients: readonly Recipient[] } | null
  /** No plan within so many working days after the order was signed for; null: nobody is told. */
  planning: { workingDays: number; levels: readonly Level[]; recipients: readonly Recipient[] } | null
  /** No progress for so many days while remediating, and again after as many more. */
  progress: { days: number; recipients: readonly Recipient[] } | null
  /** A notice that was sent and not confirmed for so many days is listed as not received, and the office is told. */
  receiptDays: number
  /** When notices go out, in the jurisdiction's zone: `HH:MM` to `HH:MM`, in runs so many minutes apart. */
  sending: { from: string; to: string; workingDaysOnly: boolean; everyMinutes: number }
  language: 'zh-CN' | 'en'
  /** How each kind of notice goes out. The ladder and what else has rules of its own is not among them. */
  notices: NoticeTimings
  bulletins: {
    /** `{year}` and `{n}` are filled in: `阜安办〔{year}〕{n}号`. */
    numberPattern: string
    times: BulletinTimes
  }
  scoring: Scoring
  /** Whether what came in through channels can be read over Open311 without a key. */
  publicIntake: { readWithoutKey: boolean }
  evidence: EvidenceRules
  documents: {
    /** Who papers go out from; null: the office of the jurisdiction. */
    issuer: string | null
    /** As of bulletins, for each kind of paper. */
    numberPatterns: Record<NumberedKind, string>
  }
  verification: VerificationRules
  /** Null: nothing is drawn. */
  rechecks: RecheckRules | null
  /** Null: nothing is looked for. */
  recurrence: RecurrenceRules | null
}

const NO_EVIDENCE: RequiredEvidence = { before: 0, during: 0, after: 0, document: 0 }
const BEFORE_AND_AFTER: RequiredEvidence = { ...NO_EVIDENCE, before: 1, after: 1 }

/** The rules in force where a jurisdiction has set none: version 0. */
export const DEFAULT_RULES: Rules = {
  defaultDeadlines: { general: 30, major: 60 },
  warningDays: [7, 3, 1],
  warningRecipients: ['unit', 'coUnits'],
  ladder: [
    {
      rung: 'overdue_notice',
      days: 1,
      label: { zh: '逾期通知', en: 'Overdue notice' },
      recipients: ['unit', 'coUnits', 'office'],
    },
    {
      rung: 'supervision_letter',
      days: 3,
      label: { zh: '督办函', en: 'Supervision letter' },
      recipients: ['unit', 'office', 'supervisor'],
    },
    { rung: 'talk', days: 7, label: { zh: '约谈', en: 'Talk' }, recipients: ['unit', 'office', 'supervisor'] },
    {
      rung: 'bulletin_naming',
      days: 15,
      label: { zh: '通报', en: 'Named in the bulletin' },
      recipients: ['unit', 'office', 'supervisor'],
    },
    {
      rung: 'accountability_referral',
      days: 30,
      label: { zh: '问责', en: 'Referred for accountability' },
      recipients: ['unit', 'office', 'supervisor'],
    },
  ],
  signing: { workingDays: 3, recipients: ['unit', 'office'] },
  // Of a major hazard a plan is demanded by law (重大事故隐患治理方案).
  planning: { workingDays: 5, levels: ['major'], recipients: ['unit'] },
  progress: { days: 15, recipients: ['unit', 'office'] },
  receiptDays: 3,
  sending: { from: '08:30', to: '17:30', workingDaysOnly: true, everyMinutes: 60 },
  language: 'zh-CN',
  notices: DEFAULT_TIMINGS,
  bulletins: {
    numberPattern: '安办〔{year}〕{n}号',
    times: { daily: null, weekly: null, monthly: null },
  },
  scoring: DEFAULT_SCORING,
  publicIntake: { readWithoutKey: false },
  evidence: { closure: { general: NO_EVIDENCE, major: NO_EVIDENCE }, maxDistanceM: 500 },
  documents: { issuer: null, numberPatterns: DEFAULT_NUMBER_PATTERNS },
  verification: { verifiers: { general: 1, major: 1 }, supervised: 1, points: false },
  rechecks: null,
  recurrence: { withinM: 100, months: 12 },
}

/**
 * What a new jurisdiction sets at once: a closure needs a photo from before and one from after, every point of the standard
 * looked at, a second verifier where it matters; and a sample is rechecked. It is no default, because a jurisdiction that
 * has its clients already would find closures refused on the day of an upgrade.
 */
export const FIRST_RULES: Pick<Rules, 'evidence' | 'verification' | 'rechecks'> = {
  verification: { verifiers: { general: 1, major: 2 }, supervised: 2, points: true },
  rechecks: { share: { general: 10, major: 50 }, units: [], afterDays: 90, withinDays: 30 },
  evidence: { ...DEFAULT_RULES.evidence, closure: { general: BEFORE_AND_AFTER, major: BEFORE_AND_AFTER } },
}

/** Rules that were set before a later version of the service added to them: what it added has its default. */
export function completeRules(data: Partial<Rules>): Rules {
  const { defaultDeadlines, sending, notices, bulletins, scoring, evidence, verification, publicIntake, documents } =
    DEFAULT_RULES
  return {
    ...DEFAULT_RULES,
    ...data,
    defaultDeadlines: { ...defaultDeadlines, ...data.defaultDeadlines },
    sending: { ...sending, ...data.sending },
    notices: { ...notices, ...data.notices },
    evidence: { ...evidence, ...data.evidence },
    documents: {
      ...documents,
      ...data.documents,
      numberPatterns: { ...documents.numberPatterns, ...data.documents?.numberPatterns },
    },
    verification: { ...verification, ...data.verification },
    bulletins: { ...bulletins, ...data.bulletins, times: { ...bulletins.times, ...data.bulletins?.times } },
    scoring: { ...scoring, ...data.scoring },
    publicIntake: { ...publicIntake, ...data.publicIntake },
  }
}

/** A step of an item's ladder: a warning before the deadline's day, or a rung after it. */
export interface Step {
  rung: string
  /** Negative for a warning. */
  day: number
  label: Words
  recipients: readonly Recipient[]
}

/** The ladder with its warnings, by day. A warning's rung is `warning_7`. */
export function stepsOf(rules: Rules): Step[] {
  const warnings = rules.warningDays.map((days) => ({
    rung: `warning_${days}`,
    day: -days,
    label: { zh: `到期前 ${days} 天预警`, en: `Warning ${days} ${days === 1 ? 'day' : 'days'} before` },
    recipients: rules.warningRecipients,
  }))
  const rungs = rules.ladder.map(({ rung, days, label, recipients }) => ({ rung, day: days, label, recipients }))
  return [...warnings, ...rungs].sort((a, b) => a.day - b.day)
}
