import type { Filed, HappenedItemEvent } from './events.js'
import { type Assignment, type Item, resumedDueAt } from './item.js'

/** What an item is from birth and its first event does not say. */
export interface Identity {
  jurisdiction: string
  id: string
  code: string
}

/** The item that its first event (`item.reported` or `item.imported`) makes. */
export function begin(identity: Identity, event: HappenedItemEvent): Item {
  const { at, actorId } = event
  switch (event.type) {
    case 'item.reported':
      return { ...blank(identity, event.data, at), reportedAt: at, reportedBy: actorId }
    case 'item.imported': {
      const { status, level, reportedAt, listedAt, dueAt, closedAt, dismissalReason } = event.data
      return {
        ...blank(identity, event.data, at),
        ...{ status, level, reportedAt, listedAt, dueAt, defaultDueAt: dueAt, closedAt, dismissalReason },
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
      return { ...listed(event.data), level, category, evaluation, listedAt: event.at }
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
      }
    case 'item.planned':
      return { plan: { ...event.data, ...done } }
    case 'item.progress_reported':
      return { progress: { ...event.data, ...done } }
    case 'item.extension_requested':
      return { extension: { ...event.data, ...done } }
    case 'item.extension_decided': {
      const dueAt = event.data.dueAt
      return dueAt === null ? { extension: null } : { extension: null, dueAt, dueProvisional: false }
    }
    case 'item.suspended':
      return { suspension: { ...event.data, ...done } }
    case 'item.resumed':
      return { suspension: null, dueAt: event.data.dueAt }
    case 'item.closure_requested':
      return { status: 'closure_requested', closureRequest: { ...event.data, ...done } }
    case 'item.closure_rejected':
      return { status: 'remediating', closureRequest: null }
    case 'item.closed': {
      const closure = { closedAt: event.at, closedBy: event.actorId, closureFindings: event.data.findings }
      // What was struck off while the clock stood is not late for the time it stood.
      const dueAt = resumedDueAt(item, event.at)
      return { status: 'closed', ...closure, dueAt, extension: null, suspension: null, supervision: null }
    }
    case 'item.rechecked':
      return rechecked(event)
    case 'item.reopened':
      return { ...unclosed, ...listed(event.data), listedAt: event.at }
    case 'item.supervised':
      return { supervision: { ...event.data, ...done } }
    case 'item.supervision_ended':
      return { supervision: null }
    case 'item.noted':
      return {}
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
} as const satisfies Partial<Item>

const unclosed = { ...unassigned, closedAt: null, closedBy: null, closureFindings: null } as const

function listed(deadline: { dueAt: string; provisional: boolean }): Partial<Item> {
  const { dueAt, provisional } = deadline
  return {
    status: 'listed',
    defaultDueAt: dueAt,
    defaultDueProvisional: provisional,
    dueAt,
    dueProvisional: provisional,
  }
}

function assigned(item: Item, event: Extract<HappenedItemEvent, { type: 'item.assigned' }>): Partial<Item> {
  const { provisional, workingDays: _, ...order } = event.data
  const units = [...item.concernedUnits, order.responsibleUnit, ...order.coUnits]
  return {
    ...unassigned,
    status: 'assigned',
    assignment: { ...order, assignedAt: event.at, assignedBy: event.actorId, acceptedAt: null },
    dueAt: order.dueAt,
    dueProvisional: provisional,
    concernedUnits: [...new Set(units)],
  }
}

function rechecked(event: Extract<HappenedItemEvent, { type: 'item.rechecked' }>): Partial<Item> {
  const { passed, findings, dueAt, provisional } = event.data
  const recheck = { passed, findings, at: event.at, by: event.actorId }
  if (passed || dueAt === undefined) return { recheck }
  return { ...unclosed, ...listed({ dueAt, provisional: provisional ?? false }), listedAt: event.at, recheck }
}

function assignmentOf(item: Item): Assignment {
  if (item.assignment === null) throw new Error(`item ${item.id} is ${item.status} without an assignment`)
  return item.assignment
}

function blank(identity: Identity, filed: Filed, at: string): Item {
  const { title, description, category, risk, source, area, road, direction, startChainageM, endChainageM } = filed
  const { lon, lat, address, externalSystem, externalId, foundAt } = filed
  // Written out: an object of this size that is put together from spreads is forty times as slow to make.
  return {
    jurisdiction: identity.jurisdiction,
    id: identity.id,
    code: identity.code,
    version: 1,
    status: 'reported',
    title,
    description,
    category,
    risk,
    source,
    area,
    road,
    direction,
    startChainageM,
    endChainageM,
    lon,
    lat,
    address,
    externalSystem,
    externalId,
    foundAt,
    level: null,
    reportedAt: at,
    reportedBy: null,
    listedAt: null,
    evaluation: null,
    defaultDueAt: null,
    defaultDueProvisional: false,
    dueAt: null,
    dueProvisional: false,
    assignment: null,
    plan: null,
    progress: null,
    extension: null,
    suspension: null,
    closureRequest: null,
    closedAt: null,
    closedBy: null,
    closureFindings: null,
    supervision: null,
    recheck: null,
    dismissalReason: null,
    mergedInto: null,
    mergedFrom: [],
    concernedUnits: [],
    updatedAt: at,
  }
}
