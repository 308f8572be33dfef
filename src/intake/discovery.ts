import type { Deps } from '../deps.js'
import { inLanguage, type Language } from '../language/language.js'
import type { About } from './describe.js'

export const BASE = '/open311/v2'

export const DISCOVERY_ABOUT: About = {
  id: 'Discovery',
  summary: 'Service discovery',
  description: 'Where the interface is and what it speaks (Open311 Service Discovery). Says nothing of who uses it.',
  answer: 'discovery',
}

/** Raised whenever this document, or what all services take, is another. */
const CHANGESET = '2026-11-27 00:00'
const CONTACT = {
  zh: '本辖区道路交通安全委员会办公室（安委办）。',
  en: 'The safety-committee office of the jurisdiction.',
}
const KEY_SERVICE = {
  zh: '上报须有渠道密钥，由本辖区管理员发放。',
  en: 'Filing needs a channel’s key, which the administrator of the jurisdiction gives out.',
}

export function discoveryOf({ publicUrl }: Deps['config'], language: Language) {
  return {
    changeset: CHANGESET,
    contact: inLanguage(CONTACT, language),
    key_service: inLanguage(KEY_SERVICE, language),
    endpoints: [
      {
        specification: 'http://wiki.open311.org/GeoReport_v2',
        url: publicUrl + BASE,
        ...{ changeset: CHANGESET, type: 'production', formats: ['text/xml', 'application/json'] },
      },
    ],
  }
}
