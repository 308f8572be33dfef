import type { Scored } from '../score/entry.js'
import type { Instant } from '../time/instant.js'
import type { AccidentCount } from './accidents.js'
import type { IssuedDocument } from './document.js'
import type { Evidenced } from './evidence.js'
import type { FirstAnswer, Satisfaction } from './hotline.js'
import type { Description, DueBasis, Filed, Item, LeadOfficial, Order, Plan, Progress } from './item.js'
import type { Verified } from './standard.js'
import type { Level, Status, Tier } from './words.js'

/** What an office's earlier list knew of an item; null is «not known». No transition is invented from it. */
export interface Imported extends Filed {
  status: Extract<Status, 'reported' | 'listed' | 'closed' | 'dismissed'>
  level: Level | null
  reportedAt: Instant
  listedAt: Instant | null
  dueAt: Instant | null
  closedAt: Instant | null
  dismissalReason: string | null
  /** The import that brought the row, and the row's line in its file. */
  importId: string
  line: number
}

export interface Deadline {
  dueAt: Instant
  /** Counted in working days past the last published year of the calendar. */
  provisional: boolean
  /** Absent where nothing was counted, and in events from before it was kept. */
  basis?: DueBasis
}

/** Another lead official for the same order: nobody has to sign for it anew. */
export interface OfficialChange {
  previous: LeadOfficial
  leadOfficial: LeadOfficial
  reason: string | null
}

/** A rung of the ladder that was reached. */
export interface Escalated {
  rung: string
  /** The rung's day: days after the deadline's day, negative before it. */
  day: number
  /** The deadline whose ladder it is. */
  dueAt: Instant
  /** The version of the rules that have the rung. */
  rules: number
}

/** Everything that can happen to an item, with exactly what is chained of it. */
export type ItemEvent =
  | { type: 'item.reported'; data: Filed & Evidenced }
  | { type: 'item.imported'; data: Imported }
  | { type: 'item.corrected'; data: { changes: Partial<Description> } }
  | { type: 'item.listed'; data: { level: Level; category: string; evaluation: string | null } & Deadline }
  | { type: 'item.dismissed'; data: { reason: string } }
  | { type: 'item.merged'; data: { into: string; intoCode: string; reason: string } }
  | { type: 'item.absorbed'; data: { from: string; fromCode: string; reason: string } }
  | { type: 'item.assigned'; data: Order & { provisional: boolean; workingDays: number | null; basis?: DueBasis } }
  | { type: 'item.accepted'; data: Record<string, never> }
  | { type: 'item.returned'; data: { unit: string; reason: string } }
  | { type: 'item.lead_official_changed'; data: OfficialChange }
  | { type: 'item.planned'; data: Plan }
  | { type: 'item.progress_reported'; data: Progress & Evidenced }
  | { type: 'item.extension_requested'; data: { dueAt: Instant; reason: string } }
  | { type: 'item.extension_decided'; data: { approved: boolean; dueAt: Instant | null; reason: string | null } }
  | { type: 'item.suspended'; data: { reason: string } }
  | { type: 'item.resumed'; data: { reason: string | null; dueAt: Instant } }
  | { type: 'item.closure_requested'; data: { summary: string } & Evidenced }
  | { type: 'item.verified'; data: Verified & { unit: string | null } & Evidenced }
  | { type: 'item.closure_rejected'; data: Verified & Evidenced }
  | { type: 'item.closed'; data: Verified & Evidenced }
  | { type: 'item.rechecked'; data: { passed: boolean; findings: string } & Partial<Deadline> & Evidenced }
  | { type: 'item.reopened'; data: { reason: string } & Deadline }
  | { type: 'item.recurrence_decided'; data: { link: string; confirmed: boolean; reason: string | null } }
  | { type: 'item.recurred'; data: { link: string } }
  | { type: 'item.supervised'; data: { tier: Tier; reason: string } }
  | { type: 'item.supervision_ended'; data: { reason: string } }
  | { type: 'item.noted'; data: { note: string } }
  | { type: 'item.accidents_counted'; data: AccidentCount }
  | { type: 'item.caller_answered'; data: FirstAnswer }
  | { type: 'item.satisfaction_recorded'; data: Satisfaction }
  | { type: 'item.escalated'; data: Escalated }
  | { type: 'item.deadline_recomputed'; data: Required<Deadline> & { previousDueAt: Instant } }
  | { type: 'item.scored'; data: Scored }
  | { type: 'item.score_appealed'; data: { score: string; unit: string; reason: string } }
  | { type: 'item.document_issued'; data: IssuedDocument }
  | { type: 'item.document_received'; data: { document: string; number: string; unit: string } }
  | { type: 'item.score_appeal_decided'; data: { score: string; unit: string; approved: boolean; reason: string } }

export type ItemEventType = ItemEvent['type']

/** An event as it happened: when, and by whom. */
export type HappenedItemEvent = ItemEvent & { at: Instant; actorId: string }

interface Transition {
  /** The statuses in which it may happen; empty: it begins an item. */
  from: readonly Status[]
  /** The statuses it may lead to; `same`: it leaves the status as it is. */
  to: readonly Status[] | 'same'
  /** What must lie over the status, beside it. */
  when?: (item: Item) => boolean
  /** It is about something beside the item: nobody who wants to do something with the item is helped by its name. */
  isBeside?: boolean
}

const OWNED = ['assigned', 'remediating', 'closure_requested'] as const
const ACCOUNT = ['listed', ...OWNED] as const
const OPEN = ['reported', ...ACCOUNT] as const
const ANY = [...OPEN, 'closed', 'dismissed', 'merged'] as const

const isCall = ({ source }: Item) => source === 'hotline'
const isAnswered = ({ hotline }: Item) => hotline !== null && hotline.firstAnswer !== null

/** The state machine. */
export const TRANSITIONS = {
  'item.reported': { from: [], to: ['reported'] },
  'item.imported': { from: [], to: ['reported', 'listed', 'closed', 'dismissed'] },
  'item.corrected': { from: OPEN, to: 'same' },
  'item.listed': { from: ['reported'], to: ['listed'] },
  'item.dismissed': { from: ['reported'], to: ['dismissed'] },
  'item.merged': { from: ['reported'], to: ['merged'] },
  'item.absorbed': { from: OPEN, to: 'same' },
  'item.assigned': { from: ['listed', 'assigned', 'remediating'], to: ['assigned'] },
  'item.accepted': { from: ['assigned'], to: ['remediating'] },
  'item.returned': { from: ['assigned'], to: ['listed'] },
  'item.lead_official_changed': { from: OWNED, to: 'same' },
  'item.planned': { from: ['remediating'], to: 'same' },
  'item.progress_reported': { from: ['remediating'], to: 'same' },
  'item.extension_requested': { from: ['remediating'], to: 'same', when: (item) => item.extension === null },
  'item.extension_decided': {
    from: ['remediating', 'closure_requested'],
    to: 'same',
    when: (item) => item.extension !== null,
  },
  'item.suspended': { from: OWNED, to: 'same', when: (item) => item.suspension === null },
  'item.resumed': { from: OWNED, to: 'same', when: (item) => item.suspension !== null },
  'item.closure_requested': { from: ['remediating'], to: ['closure_requested'] },
  'item.verified': { from: ['closure_requested'], to: 'same' },
  'item.closure_rejected': { from: ['closure_requested'], to: ['remediating'] },
  'item.closed': { from: ['closure_requested'], to: ['closed'] },
  'item.rechecked': { from: ['closed'], to: ['closed', 'listed'] },
  'item.reopened': { from: ['closed'], to: ['listed'] },
  'item.recurrence_decided': { from: ANY, to: 'same', isBeside: true },
  'item.recurred': { from: ANY, to: 'same', isBeside: true },
  'item.supervised': { from: ACCOUNT, to: 'same' },
  'item.supervision_ended': { from: ACCOUNT, to: 'same', when: (item) => item.supervision !== null },
  'item.noted': { from: ANY, to: 'same' },
  'item.accidents_counted': { from: [...OPEN, 'closed'], to: 'same' },
  // A caller is owed an answer whatever becomes of the item, and is asked for an opinion after it.
  'item.caller_answered': { from: ANY, to: 'same', when: (item) => isCall(item) && !isAnswered(item) },
  'item.satisfaction_recorded': { from: ANY, to: 'same', when: (item) => isCall(item) && isAnswered(item) },
  'item.escalated': {
    from: ACCOUNT,
    to: 'same',
    when: (item) => item.dueAt !== null && item.suspension === null,
  },
  'item.deadline_recomputed': {
    from: ACCOUNT,
    to: 'same',
    when: (item) => item.dueBasis !== null && item.suspension === null,
  },
  // Scores come after what they are for, whatever has become of the item by then.
  'item.scored': { from: ANY, to: 'same', isBeside: true },
  'item.score_appealed': { from: ANY, to: 'same', isBeside: true },
  'item.score_appeal_decided': { from: ANY, to: 'same', isBeside: true },
  // What paper an item needs as it stands, the kind of paper says.
  'item.document_issued': { from: ANY, to: 'same', isBeside: true },
  'item.document_received': { from: ANY, to: 'same', isBeside: true },
} as const satisfies Record<ItemEventType, Transition>

export const ITEM_EVENT_TYPES = Object.keys(TRANSITIONS) as ItemEventType[]

/** Whether `type` may happen to `item` as it stands: the table's word, before any rule about who and with what. */
export function isAllowed(item: Item, type: ItemEventType): boolean {
  const transition: Transition = TRANSITIONS[type]
  return transition.from.includes(item.status) && (transition.when?.(item) ?? true)
}

/** The events allowed now, for the refusal that names them. */
export function allowedEvents(item: Item): ItemEventType[] {
  return ITEM_EVENT_TYPES.filter((type) => {
    const { isBeside = false }: Transition = TRANSITIONS[type]
    return !isBeside && isAllowed(item, type)
  })
}
