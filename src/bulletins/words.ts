import { issuerName } from '../domain/item/document.js'
import type { Words } from '../domain/rejection.js'
import type { BulletinKind, Period } from '../domain/report/bulletin.js'
import { addDays } from '../domain/time/zone.js'
import { inLanguage, type Language } from '../language/language.js'
import type { Content } from './content-schema.js'

const KIND: Record<BulletinKind, Words> = {
  daily: { zh: '日调度', en: 'daily dispatch' },
  weekly: { zh: '周汇总', en: 'weekly summary' },
  monthly: { zh: '月通报', en: 'monthly bulletin' },
  on_demand: { zh: '专项通报', en: 'special bulletin' },
}

/** The title that a bulletin gets when the office gives it none. */
export function titleOf({ kind, period }: Content, isCorrection: boolean, language: Language): string {
  const words = inLanguage(KIND[kind], language)
  const when = periodText(period, language)
  if (language === 'en') return `Road hazards: ${words}, ${when}${isCorrection ? ' (correction)' : ''}`
  return `道路交通安全隐患治理${words}（${when}）${isCorrection ? '（更正）' : ''}`
}

/** The days of a period as they are read: a month by its name, a day alone, else from the first to the last. */
export function periodText({ from, to }: Period, language: Language): string {
  const last = addDays(to, -1)
  if (from === last) return dateText(from, language)
  if (from.endsWith('-01') && to.endsWith('-01') && last.slice(0, 7) === from.slice(0, 7)) {
    return monthText(from, language)
  }
  return `${dateText(from, language)}${language === 'en' ? ' to ' : '至'}${dateText(last, language)}`
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

export function dateText(date: string, language: Language): string {
  const [year, month, day] = date.split('-').map(Number)
  if (language === 'en') return `${day} ${MONTHS[(month ?? 1) - 1]} ${year}`
  return `${year}年${month}月${day}日`
}

function monthText(date: string, language: Language): string {
  const [year, month] = date.split('-').map(Number)
  return language === 'en' ? `${MONTHS[(month ?? 1) - 1]} ${year}` : `${year}年${month}月`
}

/** The office that a committee's bulletins go out from. */
export function issuerOf(name: string, language: Language): string {
  if (language === 'en') return `Office of ${name}`
  return issuerName(name)
}
