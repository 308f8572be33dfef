import type { Instant } from '../time/instant.js'
import type { Deadline, HappenedItemEvent } from './events.js'
import { evidenced, said, withEvidence } from './evidence-warnings.js'
import { callOf } from './hotline.js'
import { type Assignment, blankItem, type Identity, type Item } from './item.js'
import { resumedDueAt } from './on-account.js'

export type { Identity }

/** The item that its first event (`item.reported` or `item.imported`) makes. */
export function begin(identity: Identity, event: HappenedItemEvent): Item {
  const { at, actorId } = event
  switch (event.type) {
    case 'item.reported':
      return {
        ...blankItem(identity, event.data, at),
        ...{ reportedAt: at, reportedBy: actorId, evidence: withEvidence([], event.data.evidence, event) },
      }
    case 'item.imported': {
      const { status, level, reportedAt, listedAt, dueAt, closedAt, dismissalReason } = event.data
      return {
        ...blankItem(identity, event.data, at),
        ...{ status, level, reportedAt, listedAt, dueAt, defaultDueAt: dueAt, closedAt, dismissalReason },
        dueSetAt: dueAt === null ? null : at,
      }
    }
    default:
      throw new Error(`${event.type} cannot begin an item`)
  }
}

/** The item after an event. The same function folds history for `asOf`, for verification and for the current row. */
export function evolve(item: Item, event: HappenedItemEvent): Item {
  return { ...item, ...changeOf(item, event), version: item.version + 1, updatedAt: event.at }
}

/** Folds an item's whole ledger, oldest first. */
export function fold(identity: Identity, events: readonly HappenedItemEvent[]): Item {
  const [first, ...rest] = events
  if (first === undefined) throw new Error('an item has at least one event')
  return rest.reduce(evolve, begin(identity, first))
}

function changeOf(item: Item, event: HappenedItemEvent): Partial<Item> {
  const done = { at: event.at, by: event.actorId }
  switch (event.type) {
    case 'item.reported':
    case 'item.imported':
      throw new Error(`${event.type} begins an item and cannot happen to one`)
    case 'item.corrected':
      return event.data.changes
    case 'item.listed': {
      const { level, category, evaluation } = event.data
      return { ...listed(event.data, event.at), level, category, evaluation, listedAt: event.at }
    }
    case 'item.dismissed':
      return { status: 'dismissed', dismissalReason: event.data.reason }
    case 'item.merged':
      return { status: 'merged', mergedInto: event.data.into }
    case 'item.absorbed':
      return { mergedFrom: [...item.mergedFrom, event.data.from] }
    case 'item.assigned':
      return assigned(item, event)
    case 'item.accepted':
      return { status: 'remediating', assignment: { ...assignmentOf(item), acceptedAt: event.at } }
    case 'item.returned':
      return {
        ...unassigned,
        status: 'listed',
        dueAt: item.defaultDueAt,
        dueProvisional: item.defaultDueProvisional,
        dueBasis: item.defaultDueBasis,
        ...ladderFrom(event.at),
      }
    case 'item.lead_official_changed':
      return { assignment: { ...assignmentOf(item), leadOfficial: event.data.leadOfficial } }
    case 'item.planned':
      return { plan: { ...event.data, ...done } }
    case 'item.progress_reported':
      return { progress: { ...said(event.data), ...done }, ...evidenced(item, event) }
    case 'item.extension_requested':
      return { extension: { ...event.data, ...done } }
    case 'item.extension_decided': {
      const dueAt = event.data.dueAt
      if (dueAt === null) return { extension: null }
      return { extension: null, dueAt, dueProvisional: false, dueBasis: null, ...ladderFrom(event.at) }
    }
    case 'item.suspended':
      return { suspension: { ...event.data, ...done } }
    case 'item.resumed':
      return {
        suspension: null,
        dueAt: event.data.dueAt,
        dueBasis: resumedBasis(item, event.at),
        ...ladderFrom(event.at),
      }
    case 'item.closure_requested':
      return {
        ...{ status: 'closure_requested', closureRequest: { ...said(event.data), ...done } },
        ...evidenced(item, event),
      }
    case 'item.verified': {
      const verification = { ...said(event.data), ...done }
      return { verifications: [...item.verifications, verification], ...evidenced(item, event) }
    }
    case 'item.closure_rejected':
      return { status: 'remediating', closureRequest: null, verifications: [], ...evidenced(item, event) }
    case 'item.closed': {
      const { findings, points = null } = event.data
      const closure = { closedAt: event.at, closedBy: event.actorId, closureFindings: findings, closurePoints: points }
      // What was struck off while the clock stood is not late for the time it stood.
      const deadline = { dueAt: resumedDueAt(item, event.at), dueBasis: resumedBasis(item, event.at) }
      const ended = { extension: null, suspension: null, supervision: null }
      return { status: 'closed', ...closure, ...deadline, ...ended, ...evidenced(item, event) }
    }
    case 'item.rechecked':
      return { ...rechecked(event), ...evidenced(item, event) }
    case 'item.reopened':
      return { ...unclosed, ...listed(event.data, event.at), listedAt: event.at }
    case 'item.supervised':
      return { supervision: { ...event.data, ...done } }
    case 'item.supervision_ended':
      return { supervision: null }
    case 'item.noted':
    // Scores are entries beside the item: they restart and move nothing.
    case 'item.scored':
    case 'item.score_appealed':
    case 'item.score_appeal_decided':
    case 'item.accidents_counted':
    case 'item.document_issued':
    case 'item.document_received':
    // What recurs is linked beside the items; see the table of recurrences.
    case 'item.recurrence_decided':
    case 'item.recurred':
      return {}
    case 'item.caller_answered':
      return { hotline: { ...callOf(item.hotline), firstAnswer: { ...event.data, ...done } } }
    case 'item.satisfaction_recorded':
      return { hotline: { ...callOf(item.hotline), satisfaction: { ...event.data, ...done } } }
    case 'item.escalated': {
      const rungs = [...(item.escalation?.rungs ?? []), event.data.rung]
      return { escalation: { rung: event.data.rung, at: event.at, rungs } }
    }
    case 'item.deadline_recomputed': {
      const { dueAt, provisional, basis } = event.data
      // A date that is only certain now is the same deadline: nobody climbs its ladder again.
      const ladder = dueAt === item.dueAt ? {} : ladderFrom(event.at)
      const moved = { dueAt, dueProvisional: provisional, dueBasis: basis, ...ladder }
      if (item.status !== 'listed') return moved
      // Nobody is assigned: the deadline in force is the level's default.
      return { ...moved, defaultDueAt: dueAt, defaultDueProvisional: provisional, defaultDueBasis: basis }
    }
    default:
      return event satisfies never
  }
}

/** What ends with an assignment: the next unit begins anew. */
const unassigned = {
  assignment: null,
  plan: null,
  progress: null,
  extension: null,
  suspension: null,
  closureRequest: null,
  verifications: [],
} as const satisfies Partial<Item>

const unclosed = { ...unassigned, closedAt: null, closedBy: null, closureFindings: null, closurePoints: null } as const

/** A moved deadline has a ladder of its own, which nobody has climbed yet. */
function ladderFrom(at: Instant) {
  return { dueSetAt: at, escalation: null } as const
}

function listed({ dueAt, provisional, basis }: Deadline, at: Instant): Partial<Item> {
  return {
    status: 'listed',
    defaultDueAt: dueAt,
    defaultDueProvisional: provisional,
    defaultDueBasis: basis ?? null,
    dueAt,
    dueProvisional: provisional,
    dueBasis: basis ?? null,
    ...ladderFrom(at),
  }
}

/** The clock stood once more: what was counted still explains the deadline. */
function resumedBasis({ dueBasis, suspension }: Item, at: Instant): Item['dueBasis'] {
  if (dueBasis === null || suspension === null) return dueBasis
  return { ...dueBasis, stoodMs: dueBasis.stoodMs + Math.max(0, Date.parse(at) - Date.parse(suspension.at)) }
}

function assigned(item: Item, event: Extract<HappenedItemEvent, { type: 'item.assigned' }>): Partial<Item> {
  const { provisional, workingDays: _, basis, ...order } = event.data
  const units = [...item.concernedUnits, order.responsibleUnit, ...order.coUnits]
  return {
    ...unassigned,
    status: 'assigned',
    assignment: { ...order, assignedAt: event.at, assignedBy: event.actorId, acceptedAt: null },
    dueAt: order.dueAt,
    dueProvisional: provisional,
    dueBasis: basis ?? null,
    ...ladderFrom(event.at),
    concernedUnits: [...new Set(units)],
  }
}

function rechecked(event: Extract<HappenedItemEvent, { type: 'item.rechecked' }>): Partial<Item> {
  const { passed, findings, dueAt, provisional = false, basis } = event.data
  const recheck = { passed, findings, at: event.at, by: event.actorId }
  if (passed || dueAt === undefined) return { recheck }
  const deadline = basis === undefined ? { dueAt, provisional } : { dueAt, provisional, basis }
  return { ...unclosed, ...listed(deadline, event.at), listedAt: event.at, recheck }
}

function assignmentOf(item: Item): Assignment {
  if (item.assignment === null) throw new Error(`item ${item.id} is ${item.status} without an assignment`)
  return item.assignment
}
