import type { Words } from '../domain/rejection.js'

/** What can be wrong with a row, with the words that its report gives. */
export const REASONS = {
  required: { zh: '缺少必填的值', en: 'a value is required' },
  'unknown-value': { zh: '代码表中没有这个值', en: 'the code list does not have this value' },
  unstorable: { zh: '含有 U+0000 或不成对的代理字符', en: 'has U+0000 or a lone surrogate' },
  'bad-encoding': { zh: '含有按所给编码无法解读的字节', en: 'has bytes that the encoding cannot read' },
  'too-long': { zh: '超过允许的长度', en: 'is longer than allowed' },
  'not-a-date': { zh: '与所给的日期格式都不符', en: 'fits none of the date formats' },
  'no-such-time': { zh: '该时区没有这一时刻（拨快时钟）', en: 'does not exist in the time zone (clocks went forward)' },
  'too-early': { zh: '早于 1900 年', en: 'lies before the year 1900' },
  'in-the-future': { zh: '在将来', en: 'lies in the future' },
  'found-after-reported': { zh: '发现时间晚于上报时间', en: 'found after it was reported' },
  'listed-before-reported': { zh: '挂账时间早于上报时间', en: 'listed before it was reported' },
  'closed-before-reported': { zh: '销号时间早于上报时间', en: 'closed before it was reported' },
  'closed-before-listed': { zh: '销号时间早于挂账时间', en: 'closed before it was listed' },
  'listed-at-of-unlisted': { zh: '未挂账的隐患有挂账时间', en: 'a date of listing, but the status says it never was' },
  'closed-at-of-open': { zh: '未销号的隐患有销号时间', en: 'a date of closing, but the status says it is open' },
  'closed-at-of-dismissed': { zh: '不予立项的隐患有销号时间', en: 'a date of closing, but the status says dismissed' },
  'not-a-number': { zh: '不是数', en: 'is not a number' },
  'coordinates-incomplete': { zh: '经度、纬度只有其一', en: 'longitude without latitude, or the reverse' },
  'coordinates-out-of-range': { zh: '经纬度超出取值范围', en: 'is no longitude or latitude' },
  'coordinates-zero': { zh: '坐标为 (0, 0)', en: 'the coordinates are (0, 0)' },
  'coordinates-outside': { zh: '坐标在所给范围之外', en: 'the coordinates lie outside the bounds' },
  'bad-chainage': { zh: '桩号无效', en: 'is not a chainage' },
  'bad-road': { zh: '路线编号或名称无效', en: 'is not a road number or name' },
  'chainage-without-road': { zh: '有桩号而无路线', en: 'a chainage needs its road' },
  'no-place': {
    zh: '没有地点：坐标、路线加桩号、地址都没有',
    en: 'no place: no point, no road with chainage, no address',
  },
  'unknown-area': { zh: '没有这个区划代码或名称', en: 'there is no such area' },
  'ambiguous-area': {
    zh: '本辖区有多个同名区划，请写明所属县或代码',
    en: 'several areas have this name; name the county before it, or the code',
  },
  'area-outside': { zh: '区划不在本辖区内', en: 'the area is not in this jurisdiction' },
  'unknown-category': { zh: '没有这个类别代码', en: 'there is no such category' },
  'column-count': { zh: '列数与表头不同', en: 'does not have as many columns as the header' },
  'open-quote': { zh: '引号没有结束', en: 'a quotation mark is opened and never closed' },
} as const satisfies Record<string, Words>

export type Reason = keyof typeof REASONS

/**
 * The dirt that a mapping may name in `drop`: the value becomes «not known» instead of refusing its row, and is counted
 * as a warning. A value that every item must have is never dropped.
 */
export const DROPPABLE = [
  'unknown-value',
  'too-long',
  'not-a-date',
  'no-such-time',
  'too-early',
  'in-the-future',
  'found-after-reported',
  'listed-before-reported',
  'closed-before-reported',
  'closed-before-listed',
  'listed-at-of-unlisted',
  'closed-at-of-open',
  'closed-at-of-dismissed',
  'not-a-number',
  'coordinates-incomplete',
  'coordinates-out-of-range',
  'coordinates-zero',
  'coordinates-outside',
  'bad-chainage',
  'bad-road',
  'chainage-without-road',
  'unknown-category',
] as const satisfies Reason[]

/** What a report points out although the row was taken, or was none; beside the dirt that was dropped. */
export const NOTICES = {
  'ambiguous-time': {
    zh: '该时刻在该时区出现两次（拨慢时钟），取较早者',
    en: 'the time comes twice (clocks went back); the earlier was taken',
  },
  'outside-jurisdiction': { zh: '坐标在本辖区之外', en: 'the point lies outside the jurisdiction' },
  'outside-area': { zh: '坐标不在所填区划内', en: 'the point lies in another area than the one that is given' },
  'repeated-in-file': { zh: '同一文件中外部编号重复', en: 'the external id stands in the file more than once' },
  'blank-row': { zh: '空行', en: 'the row is blank' },
} as const satisfies Record<string, Words>

export type Notice = keyof typeof NOTICES

/** One thing found in a row: at which field of the mapping and column of the file, and the value as it stood there. */
export interface Finding<K extends Reason | Notice = Reason | Notice> {
  code: K
  field: string | null
  column: string | null
  value: string | null
}
