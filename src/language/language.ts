import Negotiator from 'negotiator'
import type { Words } from '../domain/rejection.js'

export type Language = 'zh-CN' | 'en'

/** The language for titles and labels, from `Accept-Language`; Chinese unless English is asked for. Codes never change. */
export function languageOf(request: { headers: Record<string, unknown> }): Language {
  const header = request.headers['accept-language']
  if (typeof header !== 'string') return 'zh-CN'
  const wanted = new Negotiator({ headers: { 'accept-language': header } }).language(['zh-CN', 'zh', 'en'])
  return wanted === 'en' ? 'en' : 'zh-CN'
}

export function inLanguage(words: Words, language: Language): string {
  return language === 'en' ? words.en : words.zh
}
