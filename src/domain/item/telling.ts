import type { Actor } from '../access/permissions.js'
import type { ItemEvent, ItemEventType } from './events.js'
import type { Assignment, Item } from './item.js'
import type { NoticeKind } from './notice.js'

/** Whom a notice is for. `filer` is the person who filed the item. */
export type Told =
  | { to: 'office' | 'supervisor' | 'inspector' }
  | { to: 'unit'; unit: string }
  | { to: 'filer'; person: string }

/** Who is told what of an event. */
export type Telling = Told & {
  kind: NoticeKind
  /** What the notice says beside the item and its deadline. Its reader may read it at the item too. */
  data: Record<string, unknown>
}

/** What has happened: the event, and the item before and after it. */
export interface Happened<E extends ItemEvent = ItemEvent> {
  event: E
  before: Item
  after: Item
}

/** These make an item, and are no change of one: what writes them tells nobody. */
type Beginning = 'item.reported' | 'item.imported'
type Tell<T extends ItemEventType> = (happened: Happened<Extract<ItemEvent, { type: T }>>) => readonly Telling[]
type Table = { [T in ItemEventType]: (T extends Beginning ? never : Tell<T>) | null }

/**
 * What each event tells, to every side but the one that acted. Null tells nothing: a new event has its line here, or does
 * not compile.
 */
const TOLD = {
  // The office works from the list of what is reported; it would hear of every filing twice.
  'item.reported': null,
  // An earlier list comes in as it stood there: what it says is past.
  'item.imported': null,
  // The ball stays where it is; everyone reads the item as it is now.
  'item.corrected': null,
  'item.listed': null,
  'item.dismissed': ({ before, event }) => filer('dismissed', before, reasonFor(before, event.data)),
  'item.merged': ({ before, event }) => filer('merged', before, reasonFor(before, event.data)),
  // What was taken in changes nothing of the order.
  'item.absorbed': null,
  'item.assigned': ({ before, after }) => ordered(before.assignment, after.assignment),
  'item.lead_official_changed': ({ after, event: { data } }) =>
    units('lead_official_changed', after, { reason: data.reason }),
  'item.accepted': ({ after }) => office('signed', { unit: after.assignment?.responsibleUnit ?? null }),
  'item.returned': ({ before, event: { data } }) => [
    ...office('returned', { unit: data.unit, reason: data.reason }),
    ...(before.assignment?.coUnits ?? []).flatMap((unit) => toUnit('order_withdrawn', unit, {})),
  ],
  'item.planned': ({ after }) => office('planned', { unit: after.assignment?.responsibleUnit ?? null }),
  // The office is told where none comes, by a rule of its own.
  'item.progress_reported': null,
  'item.extension_requested': ({ after, event: { data } }) =>
    office('extension_requested', { askedAt: after.extension?.at, askedFor: data.dueAt, reason: data.reason }),
  'item.extension_decided': ({ before, event: { data } }) =>
    data.approved
      ? units('extension_granted', before, { reason: data.reason })
      : units('extension_refused', before, { reason: data.reason }),
  'item.suspended': ({ after, event }) =>
    units('suspended', after, { since: after.suspension?.at, reason: event.data.reason }),
  'item.resumed': ({ after, event }) => units('resumed', after, { reason: event.data.reason }),
  'item.closure_requested': ({ after }) => {
    const data = { requestedAt: after.closureRequest?.at }
    return [...inspectors('verification_due', data), ...office('closure_requested', data)]
  },
  'item.verified': ({ after }) => {
    const data = { requestedAt: after.closureRequest?.at }
    return [...units('closure_half_approved', after, data), ...office('closure_half_approved', data)]
  },
  'item.closure_rejected': ({ before, event: { data } }) => {
    const said = { reason: data.findings }
    return [...units('closure_rejected', before, said), ...office('closure_rejected', said)]
  },
  'item.closed': ({ before, event: { data } }) => {
    const said = { reason: data.findings }
    // The hotline asks its caller what they think of it; our own people see the item.
    const caller = before.channel === 'hotline' ? filer('closed', before, {}) : []
    return [...units('closed', before, said), ...office('closed', said), ...caller]
  },
  'item.rechecked': ({ before, event: { data } }) => {
    if (data.passed) return []
    const said = { reason: data.findings }
    return [...units('recheck_failed', before, said), ...office('recheck_failed', said)]
  },
  'item.reopened': ({ before, event }) => units('reopened', before, { reason: event.data.reason }),
  // It is the old item against which it counts: see `item.recurred`.
  'item.recurrence_decided': null,
  // No word of the new item, which the unit may not be one to see.
  'item.recurred': ({ before }) => units('recurrence_confirmed', before, {}),
  'item.supervised': ({ after, event: { data } }) => {
    const said = { since: after.supervision?.at, tier: data.tier, reason: data.reason }
    return [...units('supervised', after, said), ...office('supervised', said), ...supervisors('supervised', said)]
  },
  'item.supervision_ended': ({ before, event: { data } }) => {
    const said = { tier: before.supervision?.tier, reason: data.reason }
    return [
      ...units('supervision_ended', before, said),
      ...office('supervision_ended', said),
      ...supervisors('supervision_ended', said),
    ]
  },
  // A note moves nothing.
  'item.noted': null,
  'item.accidents_counted': null,
  'item.caller_answered': ({ before }) => (before.channel === 'hotline' ? filer('caller_answered', before, {}) : []),
  'item.satisfaction_recorded': null,
  // The ladder tells by its own rules.
  'item.escalated': null,
  'item.deadline_recomputed': ({ before, after, event }) =>
    after.dueAt === before.dueAt ? [] : units('deadline_moved', after, { previousDueAt: event.data.previousDueAt }),
  // A unit's sheet has its scores; what they are for it was told.
  'item.scored': null,
  'item.score_appealed': ({ event: { data } }) => office('score_appealed', data),
  'item.score_appeal_decided': ({ event: { data } }) => {
    const { score, approved, reason } = data
    return toUnit('score_appeal_decided', data.unit, { score, approved, reason })
  },
  // Whoever issues a paper tells its unit of it; the paper itself has the receipt.
  'item.document_issued': null,
  'item.document_received': null,
} as const satisfies Table

/** Who is told what of an event that `actor` made happen: every side that it concerns, but not the actor's own. */
export function tellingsOf({ event, before, after }: Happened, actor: Actor): Telling[] {
  const tell = TOLD[event.type] as ((happened: Happened) => readonly Telling[]) | null
  return tell === null ? [] : tell({ event, before, after }).filter((telling) => !isOwn(telling, actor))
}

/**
 * Nobody is told of what they or their side did: for a unit, its people; for the office, inspectors and supervisors, all
 * who act as such; for whoever filed the item, that person. The service itself is no side.
 */
function isOwn(told: Told, { id, role, unit }: Actor): boolean {
  if (told.to === 'filer') return told.person === id
  return told.to === role && (told.to !== 'unit' || told.unit === unit)
}

/** An order in the place of another: given to who was not part of it, changed for who was, withdrawn from who no longer is. */
function ordered(before: Assignment | null, after: Assignment | null): Telling[] {
  if (after === null) return []
  const was = partsOf(before)
  const is = partsOf(after)
  const data = { assignedAt: after.assignedAt }
  return [
    ...[...is].flatMap(([unit, part]) => {
      // Only the responsible unit signs: to become it is an order of its own.
      const isNew = !was.has(unit) || (part === 'responsible' && was.get(unit) !== part)
      return toUnit(isNew ? 'order_given' : 'order_changed', unit, { ...data, part })
    }),
    ...[...was.keys()].filter((unit) => !is.has(unit)).flatMap((unit) => toUnit('order_withdrawn', unit, {})),
  ]
}

function partsOf(assignment: Assignment | null): Map<string, 'responsible' | 'helping'> {
  if (assignment === null) return new Map()
  return new Map([
    ...assignment.coUnits.map((unit) => [unit, 'helping'] as const),
    [assignment.responsibleUnit, 'responsible'],
  ])
}

/** A channel hears what became of its report, not why. */
function reasonFor({ channel }: Item, { reason }: { reason: string }): Telling['data'] {
  return channel === null ? { reason } : {}
}

function office(kind: NoticeKind, data: Telling['data']): Telling[] {
  return [{ to: 'office', kind, data }]
}

function supervisors(kind: NoticeKind, data: Telling['data']): Telling[] {
  return [{ to: 'supervisor', kind, data }]
}

function inspectors(kind: NoticeKind, data: Telling['data']): Telling[] {
  return [{ to: 'inspector', kind, data }]
}

function toUnit(kind: NoticeKind, unit: string, data: Telling['data']): Telling[] {
  return [{ to: 'unit', unit, kind, data }]
}

/** All units that an item is with. */
function units(kind: NoticeKind, item: Item, data: Telling['data']): Telling[] {
  return [...partsOf(item.assignment).keys()].flatMap((unit) => toUnit(kind, unit, data))
}

/** Whoever filed it, by their own key; an app of the citizens' asks over Open311. */
function filer(kind: NoticeKind, { reportedBy, channel }: Item, data: Telling['data']): Telling[] {
  return reportedBy === null || channel === 'public' ? [] : [{ to: 'filer', person: reportedBy, kind, data }]
}
