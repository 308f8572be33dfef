import type { Item } from '../domain/item/item.js'
import { LABELS } from '../domain/item/labels.js'
import type { Values } from '../render/values.js'
import { type HappenedEvent, lastOf } from './history.js'
import type { Names } from './names.js'
import { dayText, momentText, officialText, placeText, standingText } from './words.js'

/** What of an item any of its papers may say. */
export function itemValues(item: Item, names: Names, zone: string): Values {
  const { level, risk, lon, lat } = item
  return {
    隐患编号: item.code,
    隐患名称: item.title,
    隐患描述: item.description ?? '',
    隐患级别: level === null ? '' : LABELS.level[level].zh,
    隐患类别: names.category,
    隐患来源: LABELS.source[item.source].zh,
    隐患地点: placeText(item, names.area),
    风险要素: risk === null ? '' : LABELS.risk[risk].zh,
    经纬度: lon === null || lat === null ? '' : `${lon}, ${lat}`,
    上报时间: dayText(item.reportedAt, zone),
    挂账时间: dayText(item.listedAt, zone),
    评估意见: item.evaluation ?? '',
    当前状态: LABELS.status[item.status].zh,
    销号时间: dayText(item.closedAt, zone),
  }
}

/** What it was assigned with; empty where it was not. */
export function orderValues({ assignment, dueAt, progress }: Item, names: Names, zone: string): Values {
  return {
    责任单位: names.unit(assignment?.responsibleUnit),
    协助单位: (assignment?.coUnits ?? []).map((id) => names.unit(id)).join('、'),
    牵头领导: officialText(assignment?.leadOfficial),
    工作目标: assignment?.goal ?? '',
    完成标准: assignment?.completionStandard ?? '',
    完成时限: dayText(dueAt ?? assignment?.dueAt, zone),
    奖励措施: assignment?.reward ?? '',
    惩戒措施: assignment?.penalty ?? '',
    交办时间: dayText(assignment?.assignedAt, zone),
    签收时间: dayText(assignment?.acceptedAt, zone),
    整改进度: progress === null ? '尚未报告整改进展' : `最近一次报告的整改进度为${progress.percent}%`,
  }
}

export function supervisionValues(item: Item, now: string, zone: string): Values {
  const { supervision } = item
  return {
    督办级别: supervision === null ? '' : LABELS.supervision[supervision.tier].zh,
    督办原因: supervision?.reason ?? '',
    时限情况: standingText(item, now, zone),
  }
}

/** The last decided extension: what was asked, from when to when, and what was decided. */
export function extensionValues(events: readonly HappenedEvent[], names: Names, zone: string): Values {
  const decided = lastOf(events, 'item.extension_decided')
  const before = decided === undefined ? events : events.slice(0, events.indexOf(decided))
  const asked = lastOf(before, 'item.extension_requested')
  const until = decided?.data.dueAt ?? asked?.data.dueAt
  const verdict = decided?.data.approved === true ? `同意延期至${dayText(until, zone)}。` : '不同意延期。'
  return {
    原完成时限: dayText(dueBefore(before), zone),
    申请延期至: dayText(asked?.data.dueAt, zone),
    申请时间: dayText(asked?.at, zone),
    申请人: names.person(asked?.actorId),
    申请理由: asked?.data.reason ?? '',
    审批结论: decided === undefined ? '' : `${verdict}${decided.data.reason ?? ''}`,
    审批人: names.person(decided?.actorId),
    审批时间: dayText(decided?.at, zone),
  }
}

/** The deadline that was in force: of the order, or as it was moved since. */
function dueBefore(events: readonly HappenedEvent[]): string | null {
  let due: string | null = null
  for (const event of events) {
    if (event.type === 'item.assigned' || event.type === 'item.resumed' || event.type === 'item.deadline_recomputed') {
      due = event.data.dueAt
    } else if (event.type === 'item.extension_decided' && event.data.approved) due = event.data.dueAt ?? due
  }
  return due
}

/** How it was closed: what was applied for and what was found. */
export function closureValues(item: Item, events: readonly HappenedEvent[], names: Names, zone: string): Values {
  const asked = lastOf(events, 'item.closure_requested')
  return {
    整改情况: asked?.data.summary ?? '',
    申请人: names.person(asked?.actorId),
    申请时间: dayText(asked?.at, zone),
    核验意见: item.closureFindings ?? '',
    // Where two were needed, the first was noted before.
    核验人: [...item.verifications.map(({ by }) => by), item.closedBy].map(names.person).filter(Boolean).join('、'),
    核验时间: dayText(item.closedAt, zone),
  }
}

/** A paper that a receipt is for, and whether it has been signed for. */
export interface ReceiptOf {
  title: string
  number: string
  unit: string
  receivedAt: string | null
  receivedBy: string | null
}

export function receiptValues(paper: ReceiptOf, sender: string, zone: string): Values {
  const { title, number, unit, receivedAt, receivedBy } = paper
  return {
    责任单位: unit,
    送达文书: title,
    送达文号: number,
    送达方式: receivedAt === null ? '' : '信息系统送达',
    送达地点: '',
    送达人: sender,
    签收情况: receivedAt === null ? '' : `${receivedBy ?? ''}已于${momentText(receivedAt, zone)}通过信息系统签收。`,
  }
}
