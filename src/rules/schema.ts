import { z } from 'zod'
import type { RuledKind, Timing } from '../domain/item/notice.js'
import { LEVELS } from '../domain/item/words.js'
import { DEFAULT_RULES, RECIPIENTS, type Rules } from '../domain/rules.js'
import { MAX_WORKING_DAYS } from '../domain/time/calendar.js'
import { PERSON_EXAMPLE } from '../http/examples.js'
import { text } from '../http/fields.js'
import { PersonRef } from '../item/parts.js'
import { CLOSING_RULES } from './closing.js'
import { DocumentRules, NumberPattern } from './documents.js'
import { ScoringView } from './scoring.js'
import { TimingRules } from './timing.js'

const MAX_WARNINGS = 20
const MAX_RUNGS = 20
const MAX_RUNG_DAYS = 3650

const Recipients = z
  .array(z.enum(RECIPIENTS))
  .min(1)
  .refine(isUnique, '接收方重复。 | A recipient is named twice.')
  .meta({ description: 'Who is told: the responsible unit, the units that help, the office, supervisors of the area.' })

const Time = timeOfDay(/^([01]\d|2[0-3]):[0-5]\d$/, '须为 24 小时制时刻 HH:MM。 | A time of day, HH:MM.').meta({
  example: '08:30',
})
const EndTime = timeOfDay(
  /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
  '须为 24 小时制时刻 HH:MM，至 24:00。 | A time of day, HH:MM, up to 24:00.',
).meta({ example: '17:30' })

const Rung = z.strictObject({
  rung: z
    .string()
    .regex(
      /^(?!warning_)[a-z][a-z0-9_]{0,39}$/,
      '阶梯代码为小写字母、数字和下划线，最多 40 个，不以 warning_ 开头。 | A rung’s code is lower-case letters, digits and underscores, at most 40, and does not begin with warning_.',
    )
    .meta({ description: 'The rung’s name in the ledger.', example: 'talk' }),
  days: z.int().min(1).max(MAX_RUNG_DAYS).meta({ description: 'Days after the deadline’s day.', example: 7 }),
  label: z.strictObject({ zh: text(40), en: text(80) }),
  recipients: Recipients,
})

const Ladder = z.array(Rung).max(MAX_RUNGS).superRefine(refuseDisorder)

const WorkingDays = z.int().min(1).max(MAX_WORKING_DAYS)

const Planning = z
  .strictObject({
    workingDays: z.int().min(1).max(365),
    levels: z.array(z.enum(LEVELS)).min(1).refine(isUnique, '级别重复。 | A level is named twice.'),
    recipients: Recipients,
  })
  .nullable()
  .meta({
    description:
      'The recipient of the notice that an item of these levels has no plan so many working days after its order was signed for; null: none.',
  })

const PublicIntake = z.strictObject({
  readWithoutKey: z.boolean().meta({
    description:
      'Whether anybody can read over Open311, without a key, what came in through channels. Off unless it is set: then a channel’s key is needed for everything.',
  }),
})

const members = {
  defaultDeadlines: z
    .strictObject(
      Object.fromEntries(LEVELS.map((level) => [level, WorkingDays])) as Record<'general' | 'major', z.ZodInt>,
    )
    .meta({
      description: 'Working days that a level is given when an item is listed. Items that are on the list keep theirs.',
    }),
  warningDays: z
    .array(z.int().min(1).max(365))
    .max(MAX_WARNINGS)
    .refine(isUnique, '预警天数重复。 | A warning day is named twice.')
    .overwrite((days) => [...days].sort((a, b) => b - a))
    .meta({ description: 'Days before the deadline’s day on which its owner is warned.', example: [7, 3, 1] }),
  warningRecipients: Recipients,
  ladder: Ladder.meta({ description: 'What follows after the deadline, by day (督办阶梯).' }),
  signing: z
    .strictObject({ workingDays: z.int().min(1).max(365), recipients: Recipients })
    .nullable()
    .meta({
      description:
        'The recipient of the notice that an order is not signed for within so many working days; null: none.',
    }),
  planning: Planning,
  progress: z
    .strictObject({ days: z.int().min(1).max(365), recipients: Recipients })
    .nullable()
    .meta({ description: 'The recipient of the notice that no progress was reported for so many days; null: none.' }),
  receiptDays: z.int().min(1).max(365).meta({
    description: 'Days after which a notice without a receipt counts as not received.',
  }),
  sending: z
    .strictObject({
      from: Time,
      to: EndTime,
      workingDaysOnly: z.boolean(),
      everyMinutes: z.int().min(1).max(1440),
    })
    .refine(({ from, to }) => from < to, {
      path: ['to'],
      message: '结束时刻须晚于开始时刻。 | The end must be later than the beginning.',
    })
    .meta({ description: 'When notices go out, in the jurisdiction’s zone.' }),
  language: z.enum(['zh-CN', 'en']).meta({ description: 'Of what is sent.' }),
  notices: TimingRules,
  bulletins: z.strictObject({
    numberPattern: NumberPattern,
    times: z
      .strictObject({
        daily: Time.nullable(),
        weekly: z
          .strictObject({ weekday: z.int().min(1).max(7).meta({ description: '1 is Monday.' }), at: Time })
          .nullable(),
        monthly: z.strictObject({ day: z.int().min(1).max(28), at: Time }).nullable(),
      })
      .meta({ description: 'When bulletins are drafted by themselves; null: never.' }),
  }),
  scoring: ScoringView,
  ...CLOSING_RULES,
  publicIntake: PublicIntake,
  documents: DocumentRules,
} satisfies Record<keyof Rules, z.ZodType>

const EXAMPLE = { version: 3, setAt: '2026-11-22T01:30:00.000Z', setBy: { id: PERSON_EXAMPLE.id, name: '管理员' } }

export const RulesView = z
  .strictObject({
    version: z.int().min(0).meta({ description: '0: those that the service comes with.' }),
    setAt: z.iso.datetime({ precision: 3 }).nullable(),
    setBy: PersonRef.nullable(),
    ...members,
  })
  .meta({
    id: 'Rules',
    description: 'What a jurisdiction may set for itself.',
    example: { ...EXAMPLE, ...DEFAULT_RULES },
  })

/** The rules as a client sends them. */
export type RulesToSet = Omit<Rules, LaterRules | 'notices'> & { [K in LaterRules]?: Rules[K] | undefined } & {
  /** Of each kind by itself: a later version of the service may tell of more. */
  notices?: { [K in RuledKind]?: Timing | undefined } | undefined
}
/** What came later than clients: where they leave it out, it stays as it is in force. */
type LaterRules = 'scoring' | 'planning' | 'publicIntake' | 'documents' | keyof typeof CLOSING_RULES

export const SetRules = z
  .strictObject({
    ...members,
    // Clients from before there were these send rules without them.
    scoring: ScoringView.optional(),
    planning: Planning.optional(),
    notices: TimingRules.partial().meta({ id: 'NoticeTimingsToSet' }).optional(),
    evidence: CLOSING_RULES.evidence.optional(),
    verification: CLOSING_RULES.verification.optional(),
    rechecks: CLOSING_RULES.rechecks.optional(),
    recurrence: CLOSING_RULES.recurrence.optional(),
    publicIntake: PublicIntake.optional(),
    documents: DocumentRules.optional(),
    version: z.int().optional(),
    setAt: z.string().nullish(),
    setBy: z.looseObject({}).nullish(),
  })
  .transform(({ version: _1, setAt: _2, setBy: _3, ...rules }): RulesToSet => rules)
  .meta({
    id: 'SetRules',
    description:
      'The rules, whole: what is left out is refused, not kept; but without `scoring`, `planning`, `notices` or any kind of them, `evidence`, `verification`, `rechecks`, `recurrence`, `publicIntake` or `documents`, which came later, what is in force stays. `version`, `setAt` and `setBy` are let be, so that what was read can be changed and sent back.',
    example: DEFAULT_RULES,
  })

export const RulesVersionView = RulesView.pick({ version: true, setAt: true, setBy: true }).meta({ id: 'RulesVersion' })
export const RULES_VERSION_EXAMPLE = EXAMPLE

/** What is no time is not compared with one. */
function timeOfDay(form: RegExp, message: string) {
  return z.string().regex(form, { message, abort: true })
}

/** Each rung once, each later than the one before. */
function refuseDisorder(rungs: readonly { rung: string; days: number }[], ctx: z.RefinementCtx): void {
  for (const [k, { rung, days }] of rungs.entries()) {
    const before = rungs.slice(0, k)
    if (before.some((other) => other.rung === rung)) {
      ctx.addIssue({ code: 'custom', path: [k, 'rung'], message: '阶梯代码重复。 | A rung is named twice.' })
    }
    if (before.some((other) => other.days >= days)) {
      const message = '阶梯须按天数递增，且天数不重复。 | Rungs stand in order of their days, no two on one day.'
      ctx.addIssue({ code: 'custom', path: [k, 'days'], message })
    }
  }
}

function isUnique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length
}
