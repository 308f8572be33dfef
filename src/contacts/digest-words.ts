import type { Party } from '../domain/item/notice.js'
import type { Direction } from '../domain/item/words.js'
import { formatChainage } from '../domain/place/chainage.js'
import type { Words } from '../domain/rejection.js'
import { daysBetween, localDate } from '../domain/time/zone.js'
import { inLanguage, type Language } from '../language/language.js'
import type { DigestContent, DigestLine } from './digest-content.js'
import { detailOf, headingOf } from './notice-words.js'
import { oneLine } from './one-line.js'

/** A digest in the words of one language. Every text is one line, and nothing in it is escaped for anything yet. */
export interface Spoken {
  language: Language
  title: string
  greeting: string
  lead: string
  groups: { heading: string; lines: SpokenLine[] }[]
  closing: string
  /** How many lines are not named. */
  more: (count: number) => string
  total: number
  unsubscribe: string
}

export interface SpokenLine {
  /** The item's code; null for what is about no item. */
  code: string | null
  name: string
  details: string[]
}

const TITLE_LENGTH = 120
const DIRECTIONS: Record<Direction, Words> = {
  up: { zh: '上行', en: 'up' },
  down: { zh: '下行', en: 'down' },
  both: { zh: '双向', en: 'both directions' },
}
const RECIPIENTS: Record<Party, Words> = {
  unit: { zh: '责任单位', en: 'the responsible unit' },
  office: { zh: '安委会办公室', en: 'the safety-committee office' },
  supervisor: { zh: '督导领导', en: 'the supervisors' },
  inspector: { zh: '排查员', en: 'the inspectors' },
  person: { zh: '上报人', en: 'whoever filed the item' },
}

/** Puts a digest into words for whoever reads it at `now`. */
export function speak(content: DigestContent, to: { name: string | null; language: Language }, now: string): Spoken {
  const { language } = to
  const say = (zh: string, en: string) => inLanguage({ zh, en }, language)
  const { jurisdiction, total } = content
  const place = oneLine(jurisdiction.name)
  const who = oneLine(to.name ?? content.unit ?? inLanguage(RECIPIENTS[content.recipient], language))
  return {
    ...{ language, total, groups: groupsOf(content, language, now) },
    title: [...oneLine(titleOf(content, language, now))].slice(0, TITLE_LENGTH).join(''),
    greeting: say(`${who}：`, `To ${who}:`),
    lead: content.test
      ? say(
          `这是 ${place} 的测试消息，收到即表示此渠道可用。`,
          `A test message of ${place}: this way of reaching you works.`,
        )
      : say(
          `以下 ${total} 项请知悉并处理：`,
          `${total} ${total === 1 ? 'matter needs' : 'matters need'} your attention:`,
        ),
    closing: content.test ? '' : say('请在系统中确认回执。', 'Please confirm receipt in the system.'),
    more: (count) => say(`另有 ${count} 项未列出。`, `${count} more ${count === 1 ? 'is' : 'are'} not named here.`),
    unsubscribe: say(
      `您收到此消息，是因为 ${place} 登记了此地址。不再接收：`,
      `You receive this because ${place} has registered this address. To receive no more:`,
    ),
  }
}

/** One matter is named by itself; of several, how many there are and how bad the worst is. */
function titleOf(content: DigestContent, language: Language, now: string): string {
  const say = (zh: string, en: string) => inLanguage({ zh, en }, language)
  const { jurisdiction, total, lines, test } = content
  if (test) return say(`【一单】${jurisdiction.name}：测试消息`, `[One List] ${jurisdiction.name}: test message`)
  const [line] = lines
  if (total === 1 && line !== undefined) {
    const detail = detailOf(line, jurisdiction.timeZone, language)
    const about =
      line.item === null ? '' : say(`：${line.item.code} ${line.item.title}`, `: ${line.item.code} ${line.item.title}`)
    return say(`【一单】${detail}${about}`, `[One List] ${detail}${about}`)
  }
  const days = content.earliestDueAt === null ? 0 : daysOver(content.earliestDueAt, jurisdiction.timeZone, now)
  const worst = days > 0 ? say(`，最长逾期 ${days} 天`, `, up to ${count(days, 'day')} overdue`) : ''
  return say(
    `【一单】${jurisdiction.name}：${total} 项提醒${worst}`,
    `[One List] ${jurisdiction.name}: ${count(total, 'matter')}${worst}`,
  )
}

function groupsOf({ lines, totals, jurisdiction }: DigestContent, language: Language, now: string): Spoken['groups'] {
  const kinds = [...new Set(lines.map(({ kind }) => kind))]
  return kinds.map((kind) => {
    const heading = inLanguage(headingOf(kind), language)
    const number = totals[kind] ?? 0
    return {
      heading: language === 'en' ? `${heading} (${number})` : `${heading}（${number}）`,
      lines: lines
        .filter((line) => line.kind === kind)
        .map((line) => spokenLine(line, jurisdiction.timeZone, language, now)),
    }
  })
}

function spokenLine(line: DigestLine, zone: string, language: Language, now: string): SpokenLine {
  const detail = oneLine(detailOf(line, zone, language))
  const { item, dueAt, unit } = line
  const rest = [
    ...(dueAt === null ? [] : [deadlineText(dueAt, zone, language, now)]),
    ...(item === null ? [] : [placeText(item, language)]),
    ...(unit === null ? [] : [language === 'en' ? `unit ${unit}` : `责任单位 ${unit}`]),
  ]
    .map(oneLine)
    .filter((text) => text !== '')
  if (item === null) return { code: null, name: detail, details: rest }
  return { code: item.code, name: oneLine(item.title), details: [detail, ...rest] }
}

function deadlineText(dueAt: string, zone: string, language: Language, now: string): string {
  const say = (zh: string, en: string) => inLanguage({ zh, en }, language)
  const date = localDate(dueAt, zone)
  const over = daysOver(dueAt, zone, now)
  if (over > 0) return say(`时限 ${date}，逾期 ${over} 天`, `deadline ${date}, ${count(over, 'day')} overdue`)
  const left = daysBetween(localDate(now, zone), date)
  if (left === 0) return say(`时限 ${date}，今天到期`, `deadline ${date}, today`)
  return say(`时限 ${date}，还有 ${left} 天`, `deadline ${date}, ${count(left, 'day')} left`)
}

/** Calendar days past the deadline's day, at least 1 for what is overdue; 0 for what is not. */
function daysOver(dueAt: string, zone: string, now: string): number {
  return dueAt < now ? Math.max(1, daysBetween(localDate(dueAt, zone), localDate(now, zone))) : 0
}

function placeText(item: NonNullable<DigestLine['item']>, language: Language): string {
  const { road, direction, carriageway = null, startChainageM: from, endChainageM: to, address, area } = item
  const start = from === null ? '' : formatChainage(from, carriageway)
  const stretch = to === null || from === null || to === from ? start : `${start}~${formatChainage(to, carriageway)}`
  const along = direction === null || road === null ? '' : inLanguage(DIRECTIONS[direction], language)
  return [area, road, along, stretch, address].filter((part) => part !== null && part !== '').join(' ')
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
