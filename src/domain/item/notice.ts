/** How a kind of notice is sent: by itself within a minute, in the recipient's next digest, or neither written nor sent. */
export const TIMINGS = ['at_once', 'digest', 'off'] as const
export type Timing = (typeof TIMINGS)[number]

interface NoticeRule {
  /** Whether a notice that is not confirmed in time counts as not received. */
  receipt: boolean
  /** What a jurisdiction may choose of. Nothing: the rules say otherwise whether and when it is told. */
  timings: readonly Timing[]
}

/** Told by rules of its own, such as the ladder's. */
const own = { receipt: true, timings: [] } as const satisfies NoticeRule
/** What puts a duty on a unit, or takes one away: it cannot be kept from the unit, and is to be confirmed. */
const order = { receipt: true, timings: ['at_once', 'digest'] } as const satisfies NoticeRule
/** News. A receipt of each would bury those that matter. */
const news = { receipt: false, timings: TIMINGS } as const satisfies NoticeRule

/** Every kind of notice, in the order in which a digest tells them. */
export const NOTICES = {
  escalation: own,
  order_given: order,
  order_changed: order,
  order_withdrawn: order,
  supervised: order,
  unsigned: own,
  no_progress: own,
  plan_wanted: own,
  unreceived: own,
  verification_due: news,
  closure_requested: news,
  closure_half_approved: news,
  closure_rejected: news,
  closed: news,
  extension_requested: news,
  extension_granted: news,
  extension_refused: news,
  deadline_moved: news,
  lead_official_changed: news,
  suspended: news,
  resumed: news,
  signed: news,
  returned: news,
  planned: news,
  supervision_ended: news,
  recheck_due: own,
  recheck_failed: news,
  reopened: news,
  recurrence_confirmed: news,
  score_appealed: news,
  score_appeal_decided: news,
  merged: news,
  dismissed: news,
  caller_answered: news,
  document: order,
  bulletin: order,
  bulletin_draft: own,
  delivery_dead: own,
} as const satisfies Record<string, NoticeRule>

export type NoticeKind = keyof typeof NOTICES
export const NOTICE_KINDS = Object.keys(NOTICES) as NoticeKind[]

export function isNoticeKind(text: string): text is NoticeKind {
  return Object.hasOwn(NOTICES, text)
}

/** The kinds of which a jurisdiction may choose how they are sent. */
export type RuledKind = {
  [K in NoticeKind]: (typeof NOTICES)[K]['timings'] extends readonly [] ? never : K
}[NoticeKind]
export const RULED_KINDS = NOTICE_KINDS.filter((kind): kind is RuledKind => NOTICES[kind].timings.length > 0)

export type NoticeTimings = Record<RuledKind, Timing>

/** In the next digest, all of them; what has a near deadline goes out at once in any case. */
export const DEFAULT_TIMINGS = Object.fromEntries(RULED_KINDS.map((kind) => [kind, 'digest'])) as NoticeTimings

/** A deadline so many working days ahead is near: a notice about it does not wait for working hours. */
export const NEAR_WORKING_DAYS = 2

/** Whom notices are for. `inspector`: those in whose area the item lies; `person`: one, by name. */
export const PARTIES = ['unit', 'office', 'supervisor', 'inspector', 'person'] as const
export type Party = (typeof PARTIES)[number]
