import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import {
  decideExtension,
  endSupervision,
  plan,
  reportProgress,
  requestExtension,
  resume,
  supervise,
  suspend,
} from '../domain/decide/track.js'
import { type Item, TIERS } from '../domain/item.js'
import { changeOf, itemCommand, sendAnswer } from '../http/command.js'
import { DateOrInstant, EvidenceIds, endOf, Fen, text } from '../http/fields.js'
import { changeItem } from '../ledger/change-item.js'
import { citationOf } from '../ledger/citation.js'

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
export async function trackRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.post(
    '/v1/items/:id/plan',
    itemCommand('item.plan', {
      tag: TAG,
      summary: 'Plan the remediation (治理方案)',
      description: 'Measures, budget and interim protection while the hazard stands; again to replace it.',
      body: PlanItem,
    }),
    async (request, reply) => {
      const { measures, budgetFen = null, interimProtection = null } = request.body
      const data = { measures, budgetFen, interimProtection }
      return sendAnswer(
        reply,
        await changeItem(db, changeOf(request, now()), (item) => plan(item, data, request.actor)),
      )
    },
  )

  app.post(
    '/v1/items/:id/progress-reports',
    itemCommand('item.report_progress', {
      tag: TAG,
      summary: 'Report progress (进展报告)',
      description: 'By the responsible unit, or a unit that helps it.',
      body: ReportProgress,
    }),
    async (request, reply) => {
      const { percent, note, spentFen = null, evidence } = request.body
      const data = { percent, note, spentFen }
      const change = changeOf(request, now())
      const cited = citationOf(change, evidence)
      const decide = (item: Item, at: string) => reportProgress(item, { ...data, ...cited.of(item, at) }, request.actor)
      return sendAnswer(reply, await changeItem(db, change, decide, cited.load))
    },
  )

  app.post(
    '/v1/items/:id/extension-requests',
    itemCommand('item.request_extension', {
      tag: TAG,
      summary: 'Ask for an extension (申请延期)',
      description: 'The deadline holds until the office has decided.',
      body: RequestExtension,
    }),
    async (request, reply) => {
      const { reason } = request.body
      const { actor } = request
      const dueAt = endOf(request.body.dueAt, actor.jurisdiction.timeZone)
      const change = changeOf(request, now())
      return sendAnswer(
        reply,
        await changeItem(db, change, (item, at) => requestExtension(item, dueAt, reason, actor, at)),
      )
    },
  )

  app.post(
    '/v1/items/:id/extension-decision',
    itemCommand('item.decide_extension', {
      tag: TAG,
      summary: 'Decide an extension (延期审批)',
      description: 'An approval moves the deadline to the requested date, or to the one given here.',
      body: DecideExtension,
    }),
    async (request, reply) => {
      const { approved, reason = null } = request.body
      const { timeZone } = request.actor.jurisdiction
      const dueAt = request.body.dueAt === undefined ? null : endOf(request.body.dueAt, timeZone)
      const change = changeOf(request, now())
      return sendAnswer(
        reply,
        await changeItem(db, change, (item, at) => decideExtension(item, { approved, dueAt, reason }, at)),
      )
    },
  )

  app.post(
    '/v1/items/:id/suspension',
    itemCommand('item.suspend', {
      tag: TAG,
      summary: 'Suspend the clock (中止计时)',
      description: 'A suspended item is not overdue.',
      body: Suspend,
    }),
    async (request, reply) =>
      sendAnswer(reply, await changeItem(db, changeOf(request, now()), (item) => suspend(item, request.body.reason))),
  )

  app.post(
    '/v1/items/:id/resumption',
    itemCommand('item.resume', {
      tag: TAG,
      summary: 'Resume the clock (恢复计时)',
      description: 'The deadline moves by exactly the time the clock stood.',
      body: Resume,
    }),
    async (request, reply) => {
      const { reason = null } = request.body
      return sendAnswer(reply, await changeItem(db, changeOf(request, now()), (item, at) => resume(item, reason, at)))
    },
  )

  app.post(
    '/v1/items/:id/supervision',
    itemCommand('item.supervise', {
      tag: TAG,
      summary: 'Put under supervision (挂牌督办)',
      description: 'At the tier of county, city or province; again to change the tier.',
      body: Supervise,
    }),
    async (request, reply) => {
      const { tier, reason } = request.body
      return sendAnswer(reply, await changeItem(db, changeOf(request, now()), (item) => supervise(item, tier, reason)))
    },
  )

  app.post(
    '/v1/items/:id/supervision-end',
    itemCommand('item.end_supervision', {
      tag: TAG,
      summary: 'End supervision (解除督办)',
      description: 'Closing an item ends its supervision by itself.',
      body: EndSupervision,
    }),
    async (request, reply) => {
      const { reason, tier } = request.body
      const change = changeOf(request, now())
      return sendAnswer(reply, await changeItem(db, change, (item) => endSupervision(item, reason, tier)))
    },
  )
}
