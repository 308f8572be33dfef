import { sql } from 'drizzle-orm'
import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { instant } from '../../db/column-types.js'
import type { Item } from '../../domain/item/item.js'
import { TIERS } from '../../domain/item/words.js'
import { DUE_SOON_DAYS, dueSoon, ON_ACCOUNT_TEXT, overdue, overdueDays } from '../conditions.js'
import { computed, derived, inner, stored } from '../field.js'
import { AssignmentView, At, done } from '../parts.js'

const UNIT = '01a20116-9f7a-7373-b205-b62c6b6c93e1'
export const OFFICE_EXAMPLE = '01a20116-9f85-7d4e-8f0a-2a3f6d1c7b90'

/** What the office made of it: its evaluation, the order, the deadline and what moves it. */
export const ORDER_FIELDS = {
  listedAt: stored(instant('listed_at'), {
    view: At.nullable(),
    example: '2026-11-22T06:10:00.000Z',
    channel: 'told',
    sheet: ({ time }) => [[26, time('挂账时间', 'Listed', (at) => at)]],
  }),
  evaluation: stored(text('evaluation'), {
    view: z.string().nullable(),
    example: '临水急弯，近三年两起坠车事故。',
    channel: { instead: null },
    sheet: ({ text }) => [[27, text('综合评估', 'Evaluation', (evaluation) => evaluation, 32)]],
  }),
  defaultDueAt: stored(instant('default_due_at'), {
    view: At.nullable().meta({
      description: 'The deadline that the rules give the level at listing. It holds until the item is assigned.',
    }),
    example: '2027-02-17T15:59:59.999Z',
    channel: { instead: null },
    sheet: ({ time }) => [[78, time('评估时限', 'Default due', (at) => at)]],
  }),
  defaultDueProvisional: inner(boolean('default_due_provisional').notNull().default(false)),
  defaultDueBasis: inner(jsonb('default_due_basis').$type<Item['dueBasis']>()),
  assignment: stored(jsonb('assignment').$type<Item['assignment']>(), {
    view: AssignmentView.nullable(),
    example: {
      goal: '消除临水弯道坠车风险',
      leadOfficial: { name: '王建国', title: '副县长' },
      responsibleUnit: UNIT,
      coUnits: [],
      completionStandard: '弯道外侧 120 米波形梁护栏，警示标志两处，验收合格',
      dueAt: '2026-12-31T15:59:59.999Z',
      reward: '按期销号，年度考核加 2 分',
      penalty: '逾期未销号，通报并扣 5 分',
      assignedAt: '2026-11-23T01:00:00.000Z',
      assignedBy: OFFICE_EXAMPLE,
      acceptedAt: null,
    },
    channel: { instead: null },
    sheet: ({ text, time }) => [
      [5, text('责任单位', 'Responsible unit', (order, names) => names.of('unit', order?.responsibleUnit), 26)],
      [6, text('牵头领导', 'Lead official', (order) => order?.leadOfficial.name, 12)],
      [7, text('领导职务', 'Official’s title', (order) => order?.leadOfficial.title, 14)],
      [28, text('工作目标', 'Goal', (order) => order?.goal, 28)],
      [29, text('完成标准', 'Completion standard', (order) => order?.completionStandard, 28)],
      [
        30,
        text(
          '配合单位',
          'Supporting units',
          (order, names) =>
            order?.coUnits.map((unit) => names.of('unit', unit)).join(names.language === 'en' ? ', ' : '、'),
          26,
        ),
      ],
      [31, text('奖励措施', 'Reward', (order) => order?.reward, 20)],
      [32, text('处罚措施', 'Penalty', (order) => order?.penalty, 20)],
      [33, time('交办时间', 'Assigned', (order) => order?.assignedAt)],
      [34, time('签收时间', 'Accepted', (order) => order?.acceptedAt)],
      [35, time('交办时限', 'Due as ordered', (order) => order?.dueAt)],
    ],
  }),
  dueAt: stored(instant('due_at'), {
    view: At.nullable().meta({ description: 'The deadline in force.' }),
    example: '2026-12-31T15:59:59.999Z',
    channel: { instead: null },
    sheet: ({ time }) => [[8, time('完成时限', 'Due', (at) => at)]],
  }),
  dueProvisional: stored(boolean('due_provisional').notNull().default(false), {
    view: z.boolean().meta({ description: 'Counted in working days past the last published calendar year.' }),
    example: false,
    channel: { instead: false },
    sheet: ({ flag }) => [[37, flag('时限待定', 'Due provisional', (isSo) => isSo)]],
  }),
  dueBasis: inner(jsonb('due_basis').$type<Item['dueBasis']>()),
  dueSetAt: inner(instant('due_set_at')),
  escalation: stored(jsonb('escalation').$type<Item['escalation']>(), {
    view: z
      .strictObject({ rung: z.string(), at: At, rungs: z.array(z.string()) })
      .nullable()
      .meta({
        description:
          'How far the item has climbed the ladder of the deadline in force: the highest rung, and all of them.',
        example: {
          rung: 'talk',
          at: '2026-11-22T01:30:00.000Z',
          rungs: ['overdue_notice', 'supervision_letter', 'talk'],
        },
      }),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [[38, text('督办阶梯', 'Rung', (ladder, names) => names.of('rung', ladder?.rung), 14)]],
  }),
  onAccount: derived(ON_ACCOUNT_TEXT, {
    view: z.boolean(),
    example: true,
    channel: 'told',
    sheet: ({ flag }) => [[79, flag('在账', 'On account', (isSo) => isSo)]],
  }),
  overdue: computed('clock', ({ now }) => overdue(now), {
    view: z.boolean(),
    example: false,
    channel: { instead: false },
    sheet: ({ flag }) => [[9, flag('是否逾期', 'Overdue', (isSo) => isSo)]],
  }),
  overdueDays: computed(
    'clock',
    ({ actor, now }) => sql`case when ${overdue(now)} then ${overdueDays(now, actor.jurisdiction.timeZone)} else 0 end`,
    {
      view: z.int().min(0).meta({
        description: 'Calendar days past the deadline’s day, in the jurisdiction’s zone; at least 1 when overdue.',
      }),
      example: 0,
      channel: { instead: 0 },
      sheet: ({ whole }) => [[10, whole('逾期天数', 'Days overdue', (days) => (days === 0 ? null : days))]],
    },
  ),
  dueSoon: computed('clock', ({ now }) => dueSoon(now), {
    view: z.boolean().meta({ description: `The deadline is at most ${DUE_SOON_DAYS} days away.` }),
    example: false,
    channel: { instead: false },
    sheet: ({ flag }) => [[36, flag('预警', 'Due soon', (isSo) => isSo)]],
  }),
  suspended: derived('i.suspension is not null', {
    view: z.boolean(),
    example: false,
    channel: { instead: false },
    sheet: ({ flag }) => [[41, flag('中止计时', 'Suspended', (isSo) => isSo)]],
  }),
  suspension: stored(jsonb('suspension').$type<Item['suspension']>(), {
    view: z.strictObject({ reason: z.string(), ...done }).nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text }) => [[42, text('中止原因', 'Suspended because', (stop) => stop?.reason, 24)]],
  }),
  extensionPending: derived('i.extension is not null', {
    view: z.boolean(),
    example: false,
    channel: { instead: false },
    sheet: ({ flag }) => [[80, flag('延期待批', 'Extension pending', (isSo) => isSo)]],
  }),
  extension: stored(jsonb('extension').$type<Item['extension']>(), {
    view: z.strictObject({ dueAt: At, reason: z.string(), ...done }).nullable(),
    example: null,
    channel: { instead: null },
    sheet: ({ text, time }) => [
      [43, time('申请延期至', 'Extension asked to', (asked) => asked?.dueAt)],
      [44, text('延期原因', 'Extension because', (asked) => asked?.reason, 24)],
    ],
  }),
  supervision: stored(jsonb('supervision').$type<Item['supervision']>(), {
    view: z.strictObject({ tier: z.enum(TIERS), reason: z.string(), ...done }).nullable(),
    example: { tier: 'city', reason: '一年内两起坠车', at: '2026-11-22T07:00:00.000Z', by: OFFICE_EXAMPLE },
    channel: { instead: null },
    sheet: ({ text }) => [
      [39, text('挂牌督办', 'Supervision', (order, names) => names.of('supervision', order?.tier), 12)],
      [40, text('督办事由', 'Supervised because', (order) => order?.reason, 24)],
    ],
  }),
}
