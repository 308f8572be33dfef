import { processOf } from '../../src/documents/process.js'
import { ITEM_EVENT_TYPES } from '../../src/domain/item/events.js'
import type { Names } from '../../src/export/names.js'
import { ITEM_EXAMPLE } from '../../src/item/fields.js'
import { ITEM_SHEET, OVERDUE_SHEET } from '../../src/item/sheet.js'
import { ItemView } from '../../src/item/view.js'
import type { Json } from '../helpers/app.js'
import { t } from '../helpers/tap.js'

const names = {
  language: 'zh-CN',
  of: (_kind: string, code: string | null | undefined) => code ?? null,
  flag: (isSo: boolean) => (isSo ? '是' : '否'),
} as Names

t.test('every field of an item has its column in the list as a file', async (t) => {
  const read = new Set<string>()
  const item = new Proxy<Json>(
    { ...ITEM_EXAMPLE, overdue: true },
    {
      get(target, name) {
        read.add(String(name))
        return target[name]
      },
    },
  )
  for (const { columns } of [ITEM_SHEET, OVERDUE_SHEET]) {
    read.clear()
    for (const column of columns) column.read(item, names)
    const unread = Object.keys(ItemView.shape).filter((name) => !read.has(name))
    // The first two are printed as one chainage; only the answer of a filing has the last; all of a report are overdue.
    const said = columns === OVERDUE_SHEET.columns ? ['overdue'] : []
    t.same(unread, ['startChainageM', 'endChainageM', ...said, 'possibleDuplicates', 'warnings'])
  }
})

t.test(
  'columns that came later stand at the end, and say what was found, by whom, and what a caller was told',
  async (t) => {
    const titles = ITEM_SHEET.columns.map(({ title }) => title.zh)
    t.equal(titles.indexOf('并入') + 1, titles.indexOf('上报渠道'), 'after the last that there was')
    t.equal(new Set(titles).size, titles.length)
    t.equal(new Set(ITEM_SHEET.columns.map(({ title }) => title.en)).size, titles.length)
    const at = '2026-11-22T08:00:00.000Z'
    const item: Json = {
      ...ITEM_EXAMPLE,
      channel: 'hotline',
      hotline: {
        ...{ ticket: 'FY-1', answerWanted: false, firstAnswer: { answer: '已告知', at, by: 'x' } },
        satisfaction: { rating: 'dissatisfied', note: '慢', at, by: 'x' },
      },
      verifications: [{ findings: '合格', points: [{ point: '护栏', met: true }], unit: 'u', at, by: 'x' }],
      closurePoints: [
        { point: '护栏', met: true, note: '120 米' },
        { point: '标志', met: false },
      ],
    }
    const row = Object.fromEntries(ITEM_SHEET.columns.map(({ title, read }) => [title.zh, read(item, names)]))
    t.match(row, {
      ...{ 上报渠道: 'hotline', 热线工单号: 'FY-1', 需答复: '否', 首次响应时间: at, 首次响应: '已告知' },
      ...{ 满意度: 'dissatisfied', 满意度说明: '慢', 先行核验人数: 1, 先行核验时间: at, 先行核验单位: 'u' },
      ...{ 先行核验意见: '合格；✓ 护栏', 逐项验收: '✓ 护栏（120 米）；✗ 标志' },
    })
    const bare = { ...ITEM_EXAMPLE, hotline: null, channel: null, verifications: [], closurePoints: null } as Json
    const empty = Object.fromEntries(ITEM_SHEET.columns.map(({ title, read }) => [title.zh, read(bare, names)]))
    t.match(empty, { 先行核验人数: 0 })
    for (const title of ['上报渠道', '热线工单号', '需答复', '满意度', '先行核验时间', '先行核验意见', '逐项验收']) {
      t.equal(empty[title] ?? null, null, title)
    }
  },
)

t.test('an item’s file tells every kind of event, also that a deadline was computed anew', async (t) => {
  const use = {
    names: { person: () => '周敏', unit: () => '交通局', category: '', area: '' },
    zone: 'Asia/Shanghai',
  }
  const at = '2026-11-22T08:00:00.000Z'
  const told = (type: string, data: Json) =>
    processOf([{ type, data, at, actorId: 'x' } as Json], use, new Map()).map((row: Json) => `${row.事项}：${row.内容}`)
  t.same(
    told('item.deadline_recomputed', { previousDueAt: '2026-12-31T15:59:59.999Z', dueAt: '2027-01-04T15:59:59.999Z' }),
    ['重算时限：工作日历变更，完成时限由2026年12月31日改为2027年1月4日。'],
  )
  const count = { from: '2025-03-01', to: '2026-03-01', accidents: 12, deaths: 2, injuries: 9, corrects: null }
  t.same(told('item.accidents_counted', count), [
    '事故统计：2025年3月1日至2026年3月1日前：事故 12 起，死亡 2 人，受伤 9 人。',
  ])
  t.same(told('item.caller_answered', { answer: null }), ['首次响应：已答复来电人。'])
  t.same(told('item.satisfaction_recorded', { rating: 'satisfied', note: null }), ['满意度回访：满意。'])
  t.same(told('item.recurrence_decided', { confirmed: true, reason: null }), ['复发认定：认定为复发。'])
  t.same(told('item.score_appeal_decided', { approved: false, reason: '据实' }), ['申诉裁定：申诉不成立。据实'])
  const order = { goal: '', leadOfficial: { name: '王' }, responsibleUnit: 'u', dueAt: at }
  const data = { ...count, ...order, rung: '', level: 'general', kind: 'talk_notice', rule: 'reversal', tier: 'city' }
  for (const type of ITEM_EVENT_TYPES) {
    const full = { rating: 'satisfied', reason: '', previousDueAt: at, budgetFen: null, spentFen: null, ...data }
    t.equal(told(type, full).length, 1, type)
  }
})
