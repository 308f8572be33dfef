import { z } from 'zod'
import { command, type ItemCommand } from '../commands/item-command.js'
import { answerCaller, recordSatisfaction } from '../domain/item/decide/hotline.js'
import { RATINGS } from '../domain/item/hotline.js'
import { text } from '../http/fields.js'
import { changeItem } from '../ledger/change-item.js'

const TAG = 'Public intake'

const AnswerCaller = z
  .strictObject({
    answer: text(2000, 'What the caller was told. Leave names and numbers out: the ledger keeps it.').optional(),
  })
  .meta({ id: 'AnswerCaller', example: { answer: '已电话告知来电人，三日内现场核查。' } })

const RecordSatisfaction = z
  .strictObject({
    rating: z.enum(RATINGS).meta({ description: 'The first three count as satisfied.' }),
    note: text(2000, 'What the caller said. Leave names and numbers out: the ledger keeps it.').optional(),
  })
  .meta({ id: 'RecordSatisfaction', example: { rating: 'satisfied' } })

/** What follows on a call to the hotline. */
export const HOTLINE_COMMANDS: readonly ItemCommand[] = [
  command({
    kind: 'hotline-answers',
    action: 'item.answer_caller',
    tag: TAG,
    summary: 'The first answer to a caller (首次响应)',
    description:
      'Records, once, that the caller of the hotline was answered. By the office, the unit that has the item or helps with it, or the hotline itself for its own calls, which is shown the item without what goes on inside.',
    body: AnswerCaller,
    run: (tx, change, { answer = null }) =>
      changeItem(tx, change, (item) => answerCaller(item, { answer }, change.actor)),
  }),
  command({
    kind: 'satisfaction',
    action: 'item.record_satisfaction',
    tag: TAG,
    summary: 'The caller’s satisfaction (满意度)',
    description:
      'What the caller thinks, asked after the first answer (回访). Asked again, the later word holds; both stay in the ledger.',
    body: RecordSatisfaction,
    run: (tx, change, { rating, note = null }) =>
      changeItem(tx, change, (item) => recordSatisfaction(item, { rating, note }, change.actor)),
  }),
]
