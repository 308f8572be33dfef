import { ICalAlarmType, ICalCalendar, ICalEventTransparency } from 'ical-generator'
import type { Actor } from '../domain/access/permissions.js'
import { formatChainage } from '../domain/place/chainage.js'
import type { Words } from '../domain/rejection.js'
import { addDays, localDate, localTime } from '../domain/time/zone.js'
import { inLanguage, type Language } from '../language/language.js'
import type { FeedItem } from './feed-items.js'

const REFRESH_S = 3600
const DAY_S = 86_400
/** Reminders ring at nine in the morning. */
const ALARM_S = 9 * 3600

export interface FeedOptions {
  language: Language
  alarmDays: number | null
  publicUrl: string
  isWhole: boolean
}

/**
 * A calendar (RFC 5545) of deadlines. Each is an entry for the whole day on which it falls in the jurisdiction's zone, so
 * that every program shows it on that day wherever it runs. Nothing in it depends on when it is made: the same items give
 * the same text.
 */
export function calendarOf(items: readonly FeedItem[], { jurisdiction }: Actor, options: FeedOptions): string {
  const { language, isWhole } = options
  const say = (zh: string, en: string) => inLanguage({ zh, en }, language)
  const calendar = new ICalCalendar({
    prodId: { company: 'One List', product: 'Deadlines', language: language === 'en' ? 'EN' : 'ZH' },
    name: nameOf(`${jurisdiction.name} ${say('隐患时限', 'deadlines')}`),
    ttl: REFRESH_S,
  })
  if (!isWhole) {
    calendar.description(nameOf(say('时限过多，只列出最近的。', 'There are more deadlines than these nearest ones.')))
  }
  for (const item of items) addEntry(calendar, item, jurisdiction.timeZone, options)
  return `${calendar.toString()}\r\n`
}

function addEntry(calendar: ICalCalendar, item: FeedItem, timeZone: string, options: FeedOptions): void {
  const { language, alarmDays, publicUrl } = options
  const day = localDate(item.dueAt, timeZone)
  const summary = inLanguage({ zh: `【时限】${item.title}`, en: `Due: ${item.title}` }, language)
  const event = calendar.createEvent({
    id: `${item.id}@one-list`,
    // The generator writes a day as it is in UTC.
    ...{ start: new Date(`${day}T00:00:00Z`), end: new Date(`${addDays(day, 1)}T00:00:00Z`), allDay: true },
    ...{ sequence: item.version, stamp: new Date(item.updatedAt), lastModified: new Date(item.updatedAt) },
    summary: plain(`${summary} (${item.code})`),
    description: linesOf(item, timeZone, language).map(plain).join('\n'),
    location: plain(placeOf(item)),
    url: `${publicUrl}/v1/items/${item.id}`,
    transparency: ICalEventTransparency.TRANSPARENT,
  })
  if (alarmDays !== null) {
    event.createAlarm({ type: ICalAlarmType.display, triggerBefore: alarmDays * DAY_S - ALARM_S })
  }
}

function linesOf(item: FeedItem, timeZone: string, language: Language): string[] {
  const { code, dueAt, provisional, unit, leadOfficial, goal } = item
  const line = (label: Words, value: string | null) =>
    value === null ? [] : [inLanguage({ zh: `${label.zh}：${value}`, en: `${label.en}: ${value}` }, language)]
  const certainty = provisional ? inLanguage({ zh: '（暂定）', en: ' (provisional)' }, language) : ''
  const due = `${localDate(dueAt, timeZone)} ${localTime(dueAt, timeZone)} ${timeZone}${certainty}`
  return [
    ...line({ zh: '编号', en: 'Item' }, code),
    ...line({ zh: '完成时限', en: 'Deadline' }, due),
    ...line({ zh: '责任单位', en: 'Responsible unit' }, unit),
    ...line({ zh: '牵头领导', en: 'Lead official' }, leadOfficial),
    ...line({ zh: '工作目标', en: 'Goal' }, goal),
  ]
}

function placeOf({ area, road, carriageway, startChainageM, address }: FeedItem): string {
  const chainage = startChainageM === null ? null : formatChainage(startChainageM, carriageway)
  return [area, road, chainage, address].filter((part) => part !== null).join(' ')
}

/** Control characters have no place in the format (RFC 5545, section 3.3.11); a line's end becomes a space. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
}

/** The generator writes a calendar's own name as it is, where these would have to be escaped. */
function nameOf(text: string): string {
  return plain(text).replace(/[\\;,]/g, ' ')
}
