import { isNoticeKind, type NoticeKind } from '../domain/item/notice.js'
import type { Tier } from '../domain/item/words.js'
import type { Words } from '../domain/rejection.js'
import { localDate } from '../domain/time/zone.js'
import { inLanguage, type Language } from '../language/language.js'
import type { DigestLine } from './digest-content.js'

/** Characters of a reason that a line has room for; the whole of it stands at the item. */
const REASON_LENGTH = 120

type Data = Record<string, unknown>
/** A date of the jurisdiction's zone, from an instant in a notice's data; a dash for what is none. */
type DateOf = (value: unknown) => string

interface Kind {
  heading: Words
  /** What the notices of one line say, beside their item. */
  detail(data: readonly Data[], dateOf: DateOf): Words
}

const KINDS: Record<NoticeKind, Kind> = {
  escalation: {
    heading: { zh: '到期预警与逾期督办', en: 'Warnings and escalation' },
    detail: (data) => {
      const labels = data.map((one) => labelOf(one, 'rung'))
      return { zh: labels.map(({ zh }) => zh).join('、'), en: labels.map(({ en }) => en).join(', ') }
    },
  },
  order_given: {
    heading: { zh: '新交办', en: 'Orders given' },
    detail: ([data]) =>
      data?.part === 'helping'
        ? { zh: '已交办，请配合整改', en: 'an order in which your unit helps' }
        : { zh: '已交办，请签收', en: 'an order to sign for' },
  },
  order_changed: {
    heading: { zh: '交办变更', en: 'Orders changed' },
    detail: ([data]) =>
      data?.part === 'helping'
        ? { zh: '交办内容已变更，请配合整改', en: 'the order in which your unit helps has changed' }
        : { zh: '交办内容已变更，请重新签收', en: 'the order has changed, to be signed for anew' },
  },
  order_withdrawn: {
    heading: { zh: '交办撤回', en: 'Orders withdrawn' },
    detail: always('不再由贵单位办理', 'no longer with your unit'),
  },
  supervised: {
    heading: { zh: '挂牌督办', en: 'Under supervision' },
    detail: ([data]) => withReason(data, tiered(data, '挂牌督办', 'put under supervision')),
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
  plan_wanted: {
    heading: { zh: '待报治理方案', en: 'Plans wanted' },
    detail: ([data], dateOf) => ({
      zh: `${dateOf(data?.acceptedAt)} 签收，尚未报送治理方案`,
      en: `signed for ${dateOf(data?.acceptedAt)}, no plan yet`,
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
  verification_due: {
    heading: { zh: '待核验', en: 'To verify on site' },
    detail: always('责任单位申请验收，请现场核验', 'the unit applies for closure: to be verified on site'),
  },
  closure_requested: {
    heading: { zh: '验收申请', en: 'Closure requests' },
    detail: always('责任单位申请验收', 'the unit applies for closure'),
  },
  closure_half_approved: {
    heading: { zh: '核验通过，待最后核验', en: 'Verified once' },
    detail: always('现场核验已通过，待安委办最后核验', 'verified on site; the office has the last word'),
  },
  closure_rejected: {
    heading: { zh: '验收退回', en: 'Closure sent back' },
    detail: said('验收未通过，退回整改', 'closure sent back'),
  },
  closed: { heading: { zh: '已销号', en: 'Struck off' }, detail: said('已销号', 'struck off') },
  extension_requested: {
    heading: { zh: '延期申请', en: 'Extension requests' },
    detail: ([data], dateOf) =>
      withReason(data, { zh: `申请延期至 ${dateOf(data?.askedFor)}`, en: `asks for ${dateOf(data?.askedFor)}` }),
  },
  extension_granted: {
    heading: { zh: '同意延期', en: 'Extensions granted' },
    detail: said('同意延期', 'extension granted'),
  },
  extension_refused: {
    heading: { zh: '不同意延期', en: 'Extensions refused' },
    detail: said('不同意延期', 'extension refused'),
  },
  deadline_moved: {
    heading: { zh: '时限重算', en: 'Deadlines moved' },
    detail: ([data], dateOf) => ({
      zh: `工作日历变更，原时限 ${dateOf(data?.previousDueAt)}`,
      en: `the working calendar has changed; the deadline was ${dateOf(data?.previousDueAt)}`,
    }),
  },
  lead_official_changed: {
    heading: { zh: '牵头领导变更', en: 'Lead officials changed' },
    detail: said('牵头领导变更', 'another lead official'),
  },
  suspended: { heading: { zh: '中止计时', en: 'Clocks stopped' }, detail: said('中止计时', 'the clock stands') },
  resumed: { heading: { zh: '恢复计时', en: 'Clocks resumed' }, detail: said('恢复计时', 'the clock runs again') },
  signed: { heading: { zh: '已签收', en: 'Signed for' }, detail: always('责任单位已签收', 'signed for by the unit') },
  returned: { heading: { zh: '退办', en: 'Orders returned' }, detail: said('责任单位退办', 'returned by the unit') },
  planned: {
    heading: { zh: '治理方案', en: 'Plans' },
    detail: always('责任单位已报送治理方案', 'the unit has sent its plan'),
  },
  supervision_ended: {
    heading: { zh: '解除挂牌督办', en: 'Supervision ended' },
    detail: ([data]) => withReason(data, tiered(data, '挂牌督办解除', 'supervision ended')),
  },
  recheck_due: {
    heading: { zh: '回头看', en: 'Rechecks' },
    detail: ([data], dateOf) => ({
      zh: `已抽中，须在 ${dateOf(data?.dueAt)} 前复查`,
      en: `drawn, to be rechecked by ${dateOf(data?.dueAt)}`,
    }),
  },
  recheck_failed: {
    heading: { zh: '回头看不合格', en: 'Rechecks failed' },
    detail: said('回头看不合格，重新挂账', 'recheck failed: on account again'),
  },
  reopened: { heading: { zh: '重新挂账', en: 'Reopened' }, detail: said('重新挂账', 'on account again') },
  recurrence_confirmed: {
    heading: { zh: '认定复发', en: 'Recurrences confirmed' },
    detail: always('销号后隐患复发，已由安委办认定', 'came back after it was struck off, as the office has confirmed'),
  },
  score_appealed: {
    heading: { zh: '积分申诉', en: 'Appeals' },
    detail: said('责任单位对积分提出申诉', 'the unit appeals against a score'),
  },
  score_appeal_decided: {
    heading: { zh: '申诉决定', en: 'Appeals decided' },
    detail: ([data]) =>
      withReason(
        data,
        data?.approved === true
          ? { zh: '申诉成立，积分已冲销', en: 'appeal upheld, the score is reversed' }
          : { zh: '申诉不成立', en: 'appeal refused' },
      ),
  },
  merged: { heading: { zh: '并案', en: 'Merged' }, detail: said('已并案', 'merged into another item') },
  dismissed: { heading: { zh: '不予立项', en: 'Dismissed' }, detail: said('不予立项', 'not put on the list') },
  caller_answered: {
    heading: { zh: '已答复来电人', en: 'Callers answered' },
    detail: always('已答复来电人，可回访', 'the caller has been answered and can be asked'),
  },
  document: {
    heading: { zh: '文书', en: 'Papers' },
    detail: ([data]) => labelOf(data ?? {}, 'title'),
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

const TIERS: Record<Tier, Words> = {
  county: { zh: '县级', en: 'county' },
  city: { zh: '市级', en: 'city' },
  province: { zh: '省级', en: 'province' },
}

/** What a kind of notice is called. One that only a later version knows, whose worker may run beside this one, by its own name. */
export function headingOf(kind: string): Words {
  return isNoticeKind(kind) ? KINDS[kind].heading : both(kind)
}

/** What a line says beside its item; the heading, where that is nothing. */
export function detailOf({ kind, data }: DigestLine, zone: string, language: Language): string {
  const dateOf: DateOf = (value) => {
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
    return Number.isNaN(at) ? '—' : localDate(new Date(at).toISOString(), zone)
  }
  const detail = isNoticeKind(kind) ? KINDS[kind].detail(data, dateOf) : labelOf(data[0] ?? {}, 'title')
  return inLanguage(detail, language) || inLanguage(headingOf(kind), language)
}

/** The label in a notice's data, or else another member of it. */
function labelOf(data: Data, otherwise: string): Words {
  const { label } = data
  if (typeof label === 'object' && label !== null && 'zh' in label && 'en' in label) {
    return { zh: textIn(label.zh), en: textIn(label.en) }
  }
  return headingOf(textIn(data[otherwise]))
}

function always(zh: string, en: string): Kind['detail'] {
  return () => ({ zh, en })
}

/** What was decided last, with the reason that was given. */
function said(zh: string, en: string): Kind['detail'] {
  return (data) => withReason(data.at(-1), { zh, en })
}

function withReason(data: Data | undefined, { zh, en }: Words): Words {
  const reason = [...textIn(data?.reason)]
  if (reason.length === 0) return { zh, en }
  const cut = reason.length > REASON_LENGTH ? `${reason.slice(0, REASON_LENGTH).join('')}…` : reason.join('')
  return { zh: `${zh}：${cut}`, en: `${en}: ${cut}` }
}

function tiered(data: Data | undefined, zh: string, en: string): Words {
  const tier = TIERS[textIn(data?.tier) as Tier] as Words | undefined
  return tier === undefined ? { zh, en } : { zh: `${tier.zh}${zh}`, en: `${en} (${tier.en})` }
}

function textIn(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function both(text: string): Words {
  return { zh: text, en: text }
}
