import type { Words } from '../domain/rejection.js'
import { localDate } from '../domain/zone.js'
import { inLanguage, type Language } from '../http/language.js'
import type { DigestLine } from './digest-content.js'

type Data = Record<string, unknown>
/** A date of the jurisdiction's zone, from an instant in a notice's data; a dash for what is none. */
type DateOf = (value: unknown) => string

interface Kind {
  heading: Words
  /** What the notices of one line say, beside their item. */
  detail(data: readonly Data[], dateOf: DateOf): Words
}

const KINDS: Record<string, Kind> = {
  escalation: {
    heading: { zh: '到期预警与逾期督办', en: 'Warnings and escalation' },
    detail: (data) => {
      const labels = data.map((one) => labelOf(one, 'rung'))
      return { zh: labels.map(({ zh }) => zh).join('、'), en: labels.map(({ en }) => en).join(', ') }
    },
  },
  unsigned: {
    heading: { zh: '逾期未签收', en: 'Not signed for in time' },
    detail: ([data], dateOf) => ({
      zh: `${dateOf(data?.assignedAt)} 交办，尚未签收`,
      en: `assigned ${dateOf(data?.assignedAt)}, not signed for`,
    }),
  },
  no_progress: {
    heading: { zh: '进展停滞', en: 'No progress' },
    detail: ([data], dateOf) => ({
      zh: `${dateOf(data?.since)} 以来无进展`,
      en: `no progress since ${dateOf(data?.since)}`,
    }),
  },
  unreceived: {
    heading: { zh: '未回执', en: 'Not confirmed' },
    detail: (data, dateOf) => {
      const said = data.map((one) => ({ label: labelOf(one, 'kind'), date: dateOf(one.sentAt) }))
      return {
        zh: said.map(({ label, date }) => `${label.zh}（${date} 送出）未回执`).join('、'),
        en: said.map(({ label, date }) => `${label.en} (sent ${date}) not confirmed`).join(', '),
      }
    },
  },
  recheck_due: {
    heading: { zh: '回头看', en: 'Rechecks' },
    detail: ([data], dateOf) => ({
      zh: `已抽中，须在 ${dateOf(data?.dueAt)} 前复查`,
      en: `drawn, to be rechecked by ${dateOf(data?.dueAt)}`,
    }),
  },
  bulletin: {
    heading: { zh: '通报', en: 'Bulletins' },
    detail: ([data]) => both([textIn(data?.number), textIn(data?.title)].filter(Boolean).join(' ')),
  },
  bulletin_draft: {
    heading: { zh: '通报待审定', en: 'Bulletin drafts to decide on' },
    detail: ([data]) => both(textIn(data?.title)),
  },
  delivery_dead: {
    heading: { zh: '推送失败', en: 'Deliveries given up' },
    detail: ([data]) => {
      const why = textIn(data?.error) || `HTTP ${textIn(data?.status) || '?'}`
      const url = textIn(data?.url)
      return { zh: `向 ${url} 推送失败：${why}`, en: `delivery to ${url} given up: ${why}` }
    },
  },
}

/** What a kind of notice is called; one that is not known here by its own name. */
export function headingOf(kind: string): Words {
  return KINDS[kind]?.heading ?? both(kind)
}

/** What a line says beside its item. A kind that is not known says its label, its title, or its name. */
export function detailOf({ kind, data }: DigestLine, zone: string, language: Language): string {
  const dateOf: DateOf = (value) => {
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
    return Number.isNaN(at) ? '—' : localDate(new Date(at).toISOString(), zone)
  }
  const detail = inLanguage(KINDS[kind]?.detail(data, dateOf) ?? labelOf(data[0] ?? {}, 'title'), language)
  return detail === '' ? inLanguage(headingOf(kind), language) : detail
}

/** The label in a notice's data, or else another member of it. */
function labelOf(data: Data, otherwise: string): Words {
  const { label } = data
  if (typeof label === 'object' && label !== null && 'zh' in label && 'en' in label) {
    return { zh: textIn(label.zh), en: textIn(label.en) }
  }
  const text = textIn(data[otherwise])
  return KINDS[text]?.heading ?? both(text)
}

function textIn(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function both(text: string): Words {
  return { zh: text, en: text }
}
