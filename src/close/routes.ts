import { z } from 'zod'
import { defaultDeadlines } from '../db/deadline.js'
import type { App, Deps } from '../deps.js'
import { decideClosure, recheck, reopen, requestClosure } from '../domain/decide/close.js'
import type { Item } from '../domain/item.js'
import { changeOf, itemCommand, sendAnswer } from '../http/command.js'
import { EvidenceIds, text } from '../http/fields.js'
import { changeItem } from '../ledger/change-item.js'
import { citationOf } from '../ledger/citation.js'

const TAG = 'Close'

const RequestClosure = z
  .strictObject({ summary: text(5000), evidence: EvidenceIds })
  .meta({ id: 'RequestClosure', example: { summary: '护栏 120 米、警示标志两处已完成，自查合格' } })

const DecideClosure = z
  .strictObject({ approved: z.boolean(), findings: text(5000), evidence: EvidenceIds })
  .meta({ id: 'DecideClosure', example: { approved: true, findings: '现场核验：护栏连续、立柱牢固，标志清晰' } })

const Recheck = z
  .strictObject({ passed: z.boolean(), findings: text(5000), evidence: EvidenceIds })
  .meta({ id: 'RecheckItem', example: { passed: false, findings: '护栏被撞损 8 米未修复' } })

const Reopen = z
  .strictObject({ reason: text(2000) })
  .meta({ id: 'ReopenItem', example: { reason: '媒体反映隐患重现' } })

/** Close (销号制): apply, verify by somebody else, recheck, reopen. */
export async function closeRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.post(
    '/v1/items/:id/closure-requests',
    itemCommand('item.request_closure', {
      tag: TAG,
      summary: 'Apply for closure (验收申请)',
      description:
        'The responsible unit says that the completion standard is met. The rules may ask for evidence, by level; what is missing is 409 `evidence-missing`.',
      body: RequestClosure,
    }),
    async (request, reply) => {
      const { summary, evidence } = request.body
      const change = changeOf(request, now())
      const cited = citationOf(change, evidence)
      const decide = (item: Item, at: string) =>
        requestClosure(item, summary, request.actor, cited.rules(), cited.of(item, at))
      return sendAnswer(reply, await changeItem(db, change, decide, cited.load))
    },
  )

  app.post(
    '/v1/items/:id/closure-decision',
    itemCommand('item.decide_closure', {
      tag: TAG,
      summary: 'Decide closure (销号)',
      description:
        'Struck off after verification on site by somebody else, or sent back. Four eyes: neither the applicant nor anyone of the units that did the work.',
      body: DecideClosure,
    }),
    async (request, reply) => {
      const { approved, findings, evidence } = request.body
      const change = changeOf(request, now())
      const cited = citationOf(change, evidence)
      const decide = (item: Item, at: string) =>
        decideClosure(item, approved, findings, request.actor, cited.of(item, at))
      return sendAnswer(reply, await changeItem(db, change, decide, cited.load))
    },
  )

  app.post(
    '/v1/items/:id/rechecks',
    itemCommand('item.recheck', {
      tag: TAG,
      summary: 'Recheck a closed item (回头看)',
      description: 'A failed recheck puts the item on account again, with a new default deadline.',
      body: Recheck,
    }),
    async (request, reply) => {
      const { passed, findings, evidence } = request.body
      const { actor } = request
      const change = changeOf(request, now())
      const deadlineOf = await defaultDeadlines(db, actor.jurisdiction)
      const cited = citationOf(change, evidence)
      const decide = (item: Item, at: string) =>
        recheck(item, passed, findings, deadlineOf(item.level, at), actor, cited.of(item, at))
      return sendAnswer(reply, await changeItem(db, change, decide, cited.load))
    },
  )

  app.post(
    '/v1/items/:id/reopening',
    itemCommand('item.reopen', {
      tag: TAG,
      summary: 'Reopen a closed item (重新挂账)',
      description: 'An item that is not thoroughly remedied is not let go.',
      body: Reopen,
    }),
    async (request, reply) => {
      const change = changeOf(request, now())
      const deadlineOf = await defaultDeadlines(db, request.actor.jurisdiction)
      return sendAnswer(
        reply,
        await changeItem(db, change, (item, at) => reopen(item, request.body.reason, deadlineOf(item.level, at))),
      )
    },
  )
}
