import type { HappenedItemEvent, ItemEventType } from '../item/events.js'
import type { Instant } from './instant.js'

/** The events that give an item a deadline, move it, or let its clock stand. */
export const DEADLINE_EVENTS = [
  'item.imported',
  'item.listed',
  'item.assigned',
  'item.returned',
  'item.extension_decided',
  'item.suspended',
  'item.resumed',
  'item.closed',
  'item.rechecked',
  'item.reopened',
  'item.deadline_recomputed',
] as const satisfies ItemEventType[]

/** How a deadline was given: as a date, in working days, by the rules for the level, by an extension, by an import. */
export const DEADLINE_KINDS = ['date', 'workingDays', 'default', 'extension', 'imported'] as const
export type DeadlineKind = (typeof DEADLINE_KINDS)[number]

/** An event as it stands in the ledger. */
export type DeadlineEvent = Extract<HappenedItemEvent, { type: (typeof DEADLINE_EVENTS)[number] }> & { seq: number }

/** A time for which the clock stood (中止计时); `to` is null while it stands. */
export interface Stand {
  from: Instant
  to: Instant | null
  reason: string
}

/** How a deadline came about: who gave it, and what moved it since, oldest first. */
export interface DeadlineStory {
  kind: DeadlineKind | null
  givenBy: DeadlineEvent | null
  changes: readonly DeadlineEvent[]
  stands: readonly Stand[]
}

interface Telling extends DeadlineStory {
  /** The story of the level's default deadline, which is in force again when an order is returned. */
  fallback: DeadlineStory
  isAssigned: boolean
  standing: Stand | null
}

const NOTHING: DeadlineStory = { kind: null, givenBy: null, changes: [], stands: [] }

/** The story of the deadline that is in force after an item's events, which come oldest first. */
export function deadlineStory(events: readonly DeadlineEvent[]): DeadlineStory {
  const start: Telling = { ...NOTHING, fallback: NOTHING, isAssigned: false, standing: null }
  const { kind, givenBy, changes, stands, standing } = events.reduce(told, start)
  return { kind, givenBy, changes, stands: standing === null ? stands : [...stands, standing] }
}

/** For how long the clock stood, in milliseconds; while it stands nothing has moved yet. */
export function stoodMsOf(stands: readonly Stand[]): number {
  const msOf = ({ from, to }: Stand) => (to === null ? 0 : Math.max(0, Date.parse(to) - Date.parse(from)))
  return stands.reduce((sum, stand) => sum + msOf(stand), 0)
}

function told(before: Telling, event: DeadlineEvent): Telling {
  switch (event.type) {
    case 'item.imported':
      return event.data.dueAt === null ? before : listed('imported', event)
    case 'item.listed':
    case 'item.reopened':
      return listed('default', event)
    case 'item.rechecked':
      return event.data.passed || event.data.dueAt === undefined ? before : listed('default', event)
    case 'item.assigned': {
      const kind = event.data.workingDays === null ? 'date' : 'workingDays'
      return { ...before, ...given(kind, event), isAssigned: true, standing: null }
    }
    case 'item.returned': {
      const { fallback } = before
      const changes = [...fallback.changes, event]
      return { ...before, ...fallback, changes, isAssigned: false, standing: null }
    }
    case 'item.extension_decided':
      return event.data.dueAt === null ? before : { ...before, ...given('extension', event) }
    case 'item.suspended':
      return { ...before, standing: { from: event.at, to: null, reason: event.data.reason } }
    case 'item.resumed':
      return resumed(before, event)
    case 'item.closed':
      // What was struck off while the clock stood is not late for the time it stood.
      return before.standing === null ? before : resumed(before, event)
    case 'item.deadline_recomputed': {
      const changes = [...before.changes, event]
      if (before.isAssigned) return { ...before, changes }
      return { ...before, changes, fallback: { ...before.fallback, changes } }
    }
    default:
      return event satisfies never
  }
}

function given(kind: DeadlineKind, event: DeadlineEvent): DeadlineStory {
  return { ...NOTHING, kind, givenBy: event }
}

/** Nobody is assigned: the deadline in force is the one to fall back on. */
function listed(kind: DeadlineKind, event: DeadlineEvent): Telling {
  const story = given(kind, event)
  return { ...story, fallback: story, isAssigned: false, standing: null }
}

function resumed(before: Telling, event: DeadlineEvent): Telling {
  const { standing, stands, changes } = before
  if (standing === null) return before
  return { ...before, changes: [...changes, event], stands: [...stands, { ...standing, to: event.at }], standing: null }
}
