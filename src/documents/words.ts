import type { Item } from '../domain/item/item.js'
import { LABELS } from '../domain/item/labels.js'
import { formatChainage } from '../domain/place/chainage.js'
import { daysBetween, localDate, localTime } from '../domain/time/zone.js'

/** 2026年11月27日. */
export function dayText(instant: string | null | undefined, zone: string): string {
  return instant === null || instant === undefined ? '' : dateText(localDate(instant, zone))
}

export function dateText(date: string): string {
  const [year, month, day] = date.split('-').map(Number)
  return `${year}年${month}月${day}日`
}

/** 2026年12月1日09:30. */
export function momentText(instant: string, zone: string): string {
  return `${dayText(instant, zone)}${localTime(instant, zone)}`
}

/** 2026-11-27 09:30, in tables. */
export function stampText(instant: string, zone: string): string {
  return `${localDate(instant, zone)} ${localTime(instant, zone)}`
}

export function officialText(official: { name: string; title?: string } | undefined): string {
  if (official === undefined) return ''
  return official.title === undefined ? official.name : `${official.name}（${official.title}）`
}

/** 阜南县 S315 线 K77+800 处（上行方向） */
export function placeText(item: Item, area: string): string {
  const { road, direction, carriageway, startChainageM: from, endChainageM: to, address } = item
  const stake = (metres: number) => formatChainage(metres, carriageway)
  const chainage =
    from === null ? '' : to === null || to === from ? `${stake(from)} 处` : `${stake(from)} 至 ${stake(to)} 段`
  const onRoad = [road === null ? '' : `${road} 线`, chainage].filter(Boolean).join(' ')
  const way = direction === null || onRoad === '' ? '' : `（${LABELS.direction[direction].zh}方向）`
  return [area, `${onRoad}${way}`, address ?? ''].filter(Boolean).join(' ')
}

/** How the item stands to its deadline, as a sentence goes on. */
export function standingText(
  { dueAt, suspension }: Pick<Item, 'dueAt' | 'suspension'>,
  now: string,
  zone: string,
): string {
  if (suspension !== null) return '已中止计时，尚未完成整改'
  if (dueAt === null) return '尚未完成整改'
  const days = daysBetween(localDate(dueAt, zone), localDate(now, zone))
  if (days > 0) return `已逾期 ${days} 天，尚未完成整改`
  return days === 0 ? '今日到期，尚未完成整改' : `距整改时限还有 ${-days} 天，尚未完成整改`
}

/** Money in fen as yuan: 65,000.00 元. */
export function yuanText(fen: number): string {
  const whole = Math.trunc(fen / 100)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
  return `${whole}.${String(Math.abs(fen) % 100).padStart(2, '0')} 元`
}
