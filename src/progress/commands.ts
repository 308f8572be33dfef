import { z } from 'zod'
import { command, type ItemCommand } from '../commands/item-command.js'
import {
  decideExtension,
  endSupervision,
  plan,
  reportProgress,
  requestExtension,
  resume,
  supervise,
  suspend,
} from '../domain/item/decide/progress.js'
import { TIERS } from '../domain/item/words.js'
import { DateOrInstant, EvidenceIds, endOf, Fen, text } from '../http/fields.js'
import { changeItem } from '../ledger/change-item.js'
import { citeFor } from '../ledger/citation.js'

const TAG = 'Track'

const PlanItem = z
  .strictObject({
    measures: text(5000, 'What will be done.'),
    budgetFen: Fen.optional(),
    interimProtection: text(2000, 'How people are protected while the hazard stands.').optional(),
  })
  .meta({
    id: 'PlanItem',
    example: {
      measures: '加装波形梁护栏 120 米',
      budgetFen: 12_000_000,
      interimProtection: '临时水马隔离，夜间爆闪灯',
    },
  })

const ReportProgress = z
  .strictObject({ percent: z.int().min(0).max(100), note: text(5000), spentFen: Fen.optional(), evidence: EvidenceIds })
  .meta({ id: 'ReportProgress', example: { percent: 60, note: '护栏立柱已全部打设', spentFen: 6_500_000 } })

const RequestExtension = z
  .strictObject({ dueAt: DateOrInstant, reason: text(2000) })
  .meta({ id: 'RequestExtension', example: { dueAt: '2027-01-31', reason: '连续降雨，基础无法浇筑' } })

const DecideExtension = z
  .strictObject({
    approved: z.boolean(),
    dueAt: DateOrInstant.optional().meta({ description: 'Another date than the one requested.' }),
    reason: text(2000).optional(),
  })
  .meta({ id: 'DecideExtension', example: { approved: true, reason: '情况属实' } })

const WithReason = z.strictObject({ reason: text(2000) })
const Suspend = WithReason.meta({ id: 'SuspendItem', example: { reason: '等待铁路部门批准施工窗口' } })
const Resume = z
  .strictObject({ reason: text(2000).optional() })
  .meta({ id: 'ResumeItem', example: { reason: '施工窗口已批准' } })
const Supervise = WithReason.extend({ tier: z.enum(TIERS) }).meta({
  id: 'SuperviseItem',
  example: { tier: 'city', reason: '临水路段，一年内两起坠车' },
})
const EndSupervision = WithReason.extend({
  tier: z.enum(TIERS).optional().meta({ description: 'The tier that ends, as the caller sees it.' }),
}).meta({ id: 'EndSupervision', example: { tier: 'city', reason: '主体工程完成' } })

/** Track (台账制): plan, progress, extension, the clock, supervision. */
export const TRACK_COMMANDS: readonly ItemCommand[] = [
  command({
    kind: 'plan',
    action: 'item.plan',
    tag: TAG,
    summary: 'Plan the remediation (治理方案)',
    description: 'Measures, budget and interim protection while the hazard stands; again to replace it.',
    body: PlanItem,
    run(tx, change, { measures, budgetFen = null, interimProtection = null }) {
      const data = { measures, budgetFen, interimProtection }
      return changeItem(tx, change, (item) => plan(item, data, change.actor))
    },
  }),
  command({
    kind: 'progress-reports',
    action: 'item.report_progress',
    tag: TAG,
    summary: 'Report progress (进展报告)',
    description: 'By the responsible unit, or a unit that helps it.',
    body: ReportProgress,
    async run(tx, change, { percent, note, spentFen = null, evidence }) {
      const data = { percent, note, spentFen }
      const evidenceOf = await citeFor(tx, change, evidence)
      return changeItem(tx, change, (item, at) =>
        reportProgress(item, { ...data, ...evidenceOf(item, at) }, change.actor),
      )
    },
  }),
  command({
    kind: 'extension-requests',
    action: 'item.request_extension',
    tag: TAG,
    summary: 'Ask for an extension (申请延期)',
    description: 'The deadline holds until the office has decided.',
    body: RequestExtension,
    run(tx, change, { dueAt, reason }) {
      const { actor } = change
      const end = endOf(dueAt, actor.jurisdiction.timeZone)
      return changeItem(tx, change, (item, at) => requestExtension(item, end, reason, actor, at))
    },
  }),
  command({
    kind: 'extension-decision',
    action: 'item.decide_extension',
    tag: TAG,
    summary: 'Decide an extension (延期审批)',
    description: 'An approval moves the deadline to the requested date, or to the one given here.',
    body: DecideExtension,
    run(tx, change, { approved, dueAt, reason = null }) {
      const end = dueAt === undefined ? null : endOf(dueAt, change.actor.jurisdiction.timeZone)
      return changeItem(tx, change, (item, at) => decideExtension(item, { approved, dueAt: end, reason }, at))
    },
  }),
  command({
    kind: 'suspension',
    action: 'item.suspend',
    tag: TAG,
    summary: 'Suspend the clock (中止计时)',
    description: 'A suspended item is not overdue.',
    body: Suspend,
    run: (tx, change, { reason }) => changeItem(tx, change, (item) => suspend(item, reason)),
  }),
  command({
    kind: 'resumption',
    action: 'item.resume',
    tag: TAG,
    summary: 'Resume the clock (恢复计时)',
    description: 'The deadline moves by exactly the time the clock stood.',
    body: Resume,
    run: (tx, change, { reason = null }) => changeItem(tx, change, (item, at) => resume(item, reason, at)),
  }),
  command({
    kind: 'supervision',
    action: 'item.supervise',
    tag: TAG,
    summary: 'Put under supervision (挂牌督办)',
    description: 'At the tier of county, city or province; again to change the tier.',
    body: Supervise,
    run: (tx, change, { tier, reason }) => changeItem(tx, change, (item) => supervise(item, tier, reason)),
  }),
  command({
    kind: 'supervision-end',
    action: 'item.end_supervision',
    tag: TAG,
    summary: 'End supervision (解除督办)',
    description: 'Closing an item ends its supervision by itself.',
    body: EndSupervision,
    run: (tx, change, { reason, tier }) => changeItem(tx, change, (item) => endSupervision(item, reason, tier)),
  }),
]
