import { columnsOf, type Sheet } from '../export/sheet.js'
import { GROUP_NAMES, type GroupBy } from './groups.js'
import type { Group } from './overdue.js'

const { text, whole } = columnsOf<Group>()

/** The overdue report counted by group, as a table. */
export function groupSheet(groupBy: GroupBy): Sheet<Group> {
  const { zh, en } = GROUP_NAMES[groupBy]
  return {
    name: { zh: `逾期统计（按${zh}）`, en: `Overdue by ${en}` },
    slug: `overdue-by-${en.replace(' ', '-')}`,
    columns: [
      text(zh, en.charAt(0).toUpperCase() + en.slice(1), (group) => group.label, 32),
      whole('逾期数', 'Overdue', (group) => group.count),
      whole('最长逾期（天）', 'Longest (days)', (group) => group.maxOverdueDays, 14),
      whole('1–7 天', '1–7 days', (group) => group.buckets.d1to7),
      whole('8–30 天', '8–30 days', (group) => group.buckets.d8to30),
      whole('31–90 天', '31–90 days', (group) => group.buckets.d31to90),
      whole('90 天以上', 'Over 90 days', (group) => group.buckets.over90, 12),
      text('代码', 'Key', (group) => group.key, 38),
    ],
  }
}
