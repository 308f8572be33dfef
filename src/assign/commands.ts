import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { command, type ItemCommand } from '../commands/item-command.js'
import type { Tx } from '../db/client.js'
import { deadlinesInWorkingDays } from '../db/deadline.js'
import type { Actor } from '../domain/access/permissions.js'
import { accept, assign, changeLeadOfficial, giveBack } from '../domain/item/decide/assign.js'
import { invalid } from '../domain/rejection.js'
import { DateOrInstant, endOf, text, Uuid } from '../http/fields.js'
import { changeItem } from '../ledger/change-item.js'

const TAG = 'Assign'

export const Official = z
  .strictObject({ name: text(100), title: text(100).optional() })
  .meta({ description: 'Lead official (牵头领导).', example: { name: '王建国', title: '副县长' } })

const AssignItem = z
  .strictObject({
    goal: text(2000, 'Goal (工作目标).'),
    leadOfficial: Official,
    responsibleUnit: Uuid.meta({ description: 'Responsible unit (责任单位).' }),
    coUnits: z.array(Uuid).max(20).default([]).meta({ description: 'Units that help.' }),
    completionStandard: text(2000, 'Completion standard (完成标准).'),
    dueAt: DateOrInstant.optional().meta({
      description: 'Deadline (完成时限); a date means the end of that day. This or `workingDays`.',
    }),
    workingDays: z.int().min(1).max(2000).optional().meta({ description: 'The deadline as working days from today.' }),
    reward: text(1000, 'Reward (奖励措施).'),
    penalty: text(1000, 'Penalty (惩处措施).'),
  })
  .refine((order) => order.dueAt !== undefined || order.workingDays !== undefined, {
    path: ['dueAt'],
    message: '必须给出完成时限：dueAt 或 workingDays。 | The deadline is required: dueAt or workingDays.',
    // Also when other elements are missing: the answer names all of them at once.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine((order) => order.dueAt === undefined || order.workingDays === undefined, {
    path: ['workingDays'],
    message: 'dueAt 与 workingDays 只能给出一个。 | Give dueAt or workingDays, not both.',
  })
  .refine((order) => new Set(order.coUnits).size === order.coUnits.length, {
    path: ['coUnits'],
    message: '配合单位重复。 | A co-unit is named twice.',
  })
  .meta({
    id: 'AssignItem',
    description: 'The order (交办单) with all required elements (五要件), reward and penalty.',
    example: {
      goal: '消除临水弯道坠车风险',
      leadOfficial: { name: '王建国', title: '副县长' },
      responsibleUnit: '0192f0c4-7a6b-7c3d-9e2f-1a2b3c4d5e6f',
      coUnits: [],
      completionStandard: '弯道外侧 120 米波形梁护栏，警示标志两处，验收合格',
      workingDays: 20,
      reward: '按期销号，年度考核加 2 分',
      penalty: '逾期未销号，通报并扣 5 分',
    },
  })

const Acceptance = z
  .strictObject({})
  .meta({ id: 'AcceptItem', description: 'Signing needs nothing but the caller.', example: {} })
const Return = z
  .strictObject({ reason: text(2000) })
  .meta({ id: 'ReturnItem', example: { reason: '该路段属县公路局养护，非我镇职责。' } })

const ChangeLeadOfficial = z.strictObject({ leadOfficial: Official, reason: text(2000).optional() }).meta({
  id: 'ChangeLeadOfficial',
  example: { leadOfficial: { name: '李敏', title: '副县长' }, reason: '王建国同志调任。' },
})

/** Assign (交办制): order, sign for, give back. */
export const ASSIGN_COMMANDS: readonly ItemCommand[] = [
  command({
    kind: 'assignments',
    action: 'item.assign',
    tag: TAG,
    summary: 'Assign an item (交办)',
    description:
      'Gives the item an owner, with every required element; again while `assigned` or `remediating` it reassigns, and the deadline begins anew.',
    body: AssignItem,
    async run(tx, change, { dueAt, workingDays = null, ...elements }) {
      const { actor } = change
      const { jurisdiction } = actor
      await requireActiveUnits(tx, actor, [elements.responsibleUnit, ...elements.coUnits])
      const deadlineIn = workingDays === null ? undefined : await deadlinesInWorkingDays(tx, jurisdiction)
      return changeItem(tx, change, (item, at) => {
        const { dueAt: end, ...counted } =
          workingDays === null || deadlineIn === undefined
            ? { dueAt: endOf(dueAt ?? '', jurisdiction.timeZone), provisional: false }
            : deadlineIn(workingDays, at)
        const order = { ...elements, leadOfficial: namedOfficial(elements.leadOfficial), dueAt: end }
        return assign(item, order, { ...counted, workingDays }, at)
      })
    },
  }),
  command({
    kind: 'acceptance',
    action: 'item.accept',
    tag: TAG,
    summary: 'Sign for an item (签收)',
    description: 'The responsible unit takes the order; remediation begins.',
    body: Acceptance,
    run: (tx, change) => changeItem(tx, change, (item) => accept(item, change.actor)),
  }),
  command({
    kind: 'return',
    action: 'item.return',
    tag: TAG,
    summary: 'Return an item (退办)',
    description:
      'The responsible unit gives the order back before signing, with its reason; the item waits on the list for another.',
    body: Return,
    run: (tx, change, { reason }) => changeItem(tx, change, (item) => giveBack(item, reason, change.actor)),
  }),
  command({
    kind: 'lead-official',
    action: 'item.change_lead_official',
    tag: TAG,
    summary: 'Change the lead official (变更牵头领导)',
    description:
      'Names another lead official for the order in force, while `assigned`, `remediating` or `closure_requested`. It is no new order: the signature, the deadline and the ladder stay. Reports count what happens from then on for the new official.',
    body: ChangeLeadOfficial,
    run: (tx, change, { leadOfficial, reason = null }) =>
      changeItem(tx, change, (item) => changeLeadOfficial(item, namedOfficial(leadOfficial), reason)),
  }),
]

/** @throws Rejection at the field whose unit is unknown in the jurisdiction, or no longer active. */
async function requireActiveUnits(tx: Tx, actor: Actor, [responsible, ...coUnits]: string[]): Promise<void> {
  const ids = [responsible, ...coUnits]
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from unit where jurisdiction_id = ${actor.jurisdiction.id} and active and id in ${ids}`)
  const known = new Set(rows.map((row) => row.id))
  const missing = ids.findIndex((id) => id === undefined || !known.has(id))
  if (missing === -1) return
  throw invalid(missing === 0 ? '/responsibleUnit' : `/coUnits/${missing - 1}`, {
    zh: `没有单位 ${ids[missing]}，或该单位已停用。`,
    en: `There is no active unit ${ids[missing]}.`,
  })
}

/** Without the absent title, so that the event's data have no member «undefined». */
export function namedOfficial({ name, title }: { name: string; title?: string | undefined }) {
  return title === undefined ? { name } : { name, title }
}
