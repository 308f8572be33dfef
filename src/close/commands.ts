import { z } from 'zod'
import { command, type ItemCommand } from '../commands/item-command.js'
import { defaultDeadlines } from '../db/deadline.js'
import { readRules } from '../db/rules.js'
import { decideClosure, recheck, reopen, requestClosure } from '../domain/item/decide/close.js'
import { EvidenceIds, text } from '../http/fields.js'
import { StandardPointView } from '../item/parts.js'
import { changeItem } from '../ledger/change-item.js'
import { citeFor } from '../ledger/citation.js'
import { settleRecurrence } from './decide-recurrence.js'

const TAG = 'Close'

const RequestClosure = z
  .strictObject({ summary: text(5000), evidence: EvidenceIds })
  .meta({ id: 'RequestClosure', example: { summary: '护栏 120 米、警示标志两处已完成，自查合格' } })

const DecideClosure = z
  .strictObject({
    approved: z.boolean(),
    findings: text(5000),
    points: z.array(StandardPointView).max(50).default([]).meta({
      description:
        'The completion standard’s points (完成标准): its lines, and what semicolons part. The rules may ask for all of them; none may be unmet in an approval.',
    }),
    evidence: EvidenceIds,
  })
  .meta({
    id: 'DecideClosure',
    example: {
      approved: true,
      findings: '现场核验：护栏连续、立柱牢固，标志清晰',
      points: [{ point: '弯道外侧 120 米波形梁护栏', met: true }],
    },
  })

const Recheck = z
  .strictObject({ passed: z.boolean(), findings: text(5000), evidence: EvidenceIds })
  .meta({ id: 'RecheckItem', example: { passed: false, findings: '护栏被撞损 8 米未修复' } })

const DecideRecurrence = z
  .strictObject({ confirmed: z.boolean(), reason: text(2000).optional() })
  .meta({ id: 'DecideRecurrence', example: { confirmed: true, reason: '同一弯道护栏再次缺失' } })

const Reopen = z
  .strictObject({ reason: text(2000) })
  .meta({ id: 'ReopenItem', example: { reason: '媒体反映隐患重现' } })

/** Close (销号制): apply, verify by somebody else, recheck, reopen. */
export const CLOSE_COMMANDS: readonly ItemCommand[] = [
  command({
    kind: 'closure-requests',
    action: 'item.request_closure',
    tag: TAG,
    summary: 'Apply for closure (验收申请)',
    description:
      'The responsible unit says that the completion standard is met. The rules may ask for evidence, by level; what is missing is 409 `evidence-missing`.',
    body: RequestClosure,
    async run(tx, change, { summary, evidence }) {
      const { rules } = await readRules(tx, change.actor.jurisdiction.id)
      const evidenceOf = await citeFor(tx, change, evidence)
      return changeItem(tx, change, (item, at) =>
        requestClosure(item, summary, change.actor, rules.evidence, evidenceOf(item, at)),
      )
    },
  }),
  command({
    kind: 'closure-decision',
    action: 'item.decide_closure',
    tag: TAG,
    summary: 'Decide closure (销号)',
    description:
      'Closes the item after verification on site, or sends it back. Four eyes: the applicant and the people of the units that did the work cannot verify. Where the rules ask for two verifiers of an item’s level, or of one under supervision, the first approval is noted (`verifications`) and the item stays `closure_requested`; the last is the office’s, of another unit.',
    body: DecideClosure,
    async run(tx, change, { approved, findings, points, evidence }) {
      const { rules } = await readRules(tx, change.actor.jurisdiction.id)
      const evidenceOf = await citeFor(tx, change, evidence)
      const standard = { rules: rules.verification, points: points.map(withoutAbsent) }
      return changeItem(tx, change, (item, at) =>
        decideClosure(item, approved, findings, change.actor, evidenceOf(item, at), standard),
      )
    },
  }),
  command({
    kind: 'rechecks',
    action: 'item.recheck',
    tag: TAG,
    summary: 'Recheck a closed item (回头看)',
    description: 'A failed recheck puts the item on account again, with a new default deadline.',
    body: Recheck,
    async run(tx, change, { passed, findings, evidence }) {
      const { actor } = change
      const deadlineOf = await defaultDeadlines(tx, actor.jurisdiction)
      const evidenceOf = await citeFor(tx, change, evidence)
      return changeItem(tx, change, (item, at) =>
        recheck(item, passed, findings, deadlineOf(item.level, at), actor, evidenceOf(item, at)),
      )
    },
  }),
  command({
    kind: 'recurrence-decision',
    action: 'item.decide_recurrence',
    tag: TAG,
    summary: 'Say whether an item is an old one come back (复发认定)',
    description:
      'Of `suspectedRecurrenceOf`. Confirmed, it counts against the closure of the old item: in `recurrent` and the recurrence rate, and as a failed recheck does in scores.',
    body: DecideRecurrence,
    run: (tx, change, { confirmed, reason = null }) => settleRecurrence(tx, change, confirmed, reason),
  }),
  command({
    kind: 'reopening',
    action: 'item.reopen',
    tag: TAG,
    summary: 'Reopen a closed item (重新挂账)',
    description: 'An item that is not thoroughly remedied is not let go.',
    body: Reopen,
    async run(tx, change, { reason }) {
      const deadlineOf = await defaultDeadlines(tx, change.actor.jurisdiction)
      return changeItem(tx, change, (item, at) => reopen(item, reason, deadlineOf(item.level, at)))
    },
  }),
]

/** Without the absent note, so that the event's data have no member «undefined». */
function withoutAbsent({ point, met, note }: z.infer<typeof StandardPointView>) {
  return note === undefined ? { point, met } : { point, met, note }
}
