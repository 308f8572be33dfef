import type { Json } from './app.js'

// The reports once more, in plain TypeScript over the events of the feed, by somebody who has only read what the
// documentation says of each figure. Shares nothing with the service but local days and the working calendar.

/** An item from one of its events to the next. */
interface State {
  from: string
  onAccount: boolean
  dueAt: string | null
  stood: boolean
}

export interface Folded {
  status: string
  unit: string | null
  concerned: boolean
  dueAt: string | null
  defaultDueAt: string | null
  listedAt: string
  closedAt: string | null
  suspendedAt: string | null
  heardAt: string | null
  ever: Record<'returned' | 'extended' | 'requested' | 'rejected' | 'reopened' | 'recurrent', boolean>
  rechecks: number
  passed: number
  states: State[]
  /** What happened, when, and who had the order. */
  acts: { what: string; at: string; unit: string | null; inTime: boolean | null; answeredAt: string | null }[]
}

const ON_ACCOUNT = ['listed', 'assigned', 'remediating', 'closure_requested']
const NEVER = { returned: false, extended: false, requested: false, rejected: false, reopened: false, recurrent: false }

/** Every item that the events make, up to a moment. */
export function foldEvents(events: readonly Json[], until: string): Folded[] {
  const items = new Map<string, Folded>()
  for (const event of events) {
    if (event.itemId === null || event.at > until) continue
    const item = items.get(event.itemId) ?? begun(event)
    items.set(event.itemId, item)
    if (event.type !== 'item.imported') happen(item, event)
    const from = event.type === 'item.imported' ? item.listedAt : event.at
    item.states.push({
      from,
      onAccount: ON_ACCOUNT.includes(item.status),
      dueAt: item.dueAt,
      stood: item.suspendedAt !== null,
    })
    // What an import brought as closed was on account until its old list says.
    if (event.type === 'item.imported' && item.status === 'closed') {
      const closedAt = item.closedAt !== null && item.closedAt >= item.listedAt ? item.closedAt : null
      item.states = []
      if (closedAt === null) continue
      item.states.push({ from, onAccount: true, dueAt: item.dueAt, stood: false })
      item.states.push({ from: closedAt, onAccount: false, dueAt: null, stood: false })
    }
  }
  return [...items.values()]
}

function begun({ type, at, data }: Json): Folded {
  const imported = type === 'item.imported'
  const item: Folded = {
    ...{
      status: imported ? data.status : 'reported',
      unit: null,
      concerned: false,
      rechecks: 0,
      passed: 0,
      heardAt: null,
    },
    ...{ dueAt: imported ? data.dueAt : null, defaultDueAt: imported ? data.dueAt : null, suspendedAt: null },
    ...{ listedAt: imported ? (data.listedAt ?? data.reportedAt) : at, closedAt: imported ? data.closedAt : null },
    ...{ ever: { ...NEVER }, states: [], acts: [] },
  }
  const closedAt = item.closedAt !== null && item.closedAt >= item.listedAt ? item.closedAt : null
  if (item.status === 'listed' || (item.status === 'closed' && closedAt !== null)) did(item, 'listed', item.listedAt)
  if (item.status === 'closed' && closedAt !== null) {
    did(item, 'closed', closedAt, item.dueAt === null ? null : closedAt <= item.dueAt)
  }
  return item
}

function did(item: Folded, what: string, at: string, inTime: boolean | null = null): void {
  item.acts.push({ what, at, unit: item.unit, inTime, answeredAt: null })
}

/** The order that waits for an answer has one. */
function answered(item: Folded, at: string): void {
  const order = item.acts.findLast(({ what }) => what === 'assigned')
  if (order !== undefined && order.answeredAt === null) order.answeredAt = at
}

function ended(item: Folded): void {
  Object.assign(item, { unit: null, suspendedAt: null, heardAt: null })
}

function backOnAccount(item: Folded, { at, data }: Json): void {
  did(item, 'reopened', at)
  ended(item)
  Object.assign(item, { status: 'listed', listedAt: at, dueAt: data.dueAt, defaultDueAt: data.dueAt, closedAt: null })
  item.ever.reopened = true
}

function stoodUntil(item: Folded, at: string): string | null {
  if (item.suspendedAt === null || item.dueAt === null) return item.dueAt
  return new Date(Date.parse(item.dueAt) + Date.parse(at) - Date.parse(item.suspendedAt)).toISOString()
}

const HAPPENINGS: Record<string, (item: Folded, event: Json) => void> = {
  'item.listed': (item, { at, data }) => {
    Object.assign(item, { status: 'listed', listedAt: at, dueAt: data.dueAt, defaultDueAt: data.dueAt })
    did(item, 'listed', at)
  },
  'item.dismissed': (item) => Object.assign(item, { status: 'dismissed' }),
  'item.merged': (item) => Object.assign(item, { status: 'merged' }),
  'item.assigned': (item, { at, data }) => {
    answered(item, at)
    ended(item)
    Object.assign(item, { status: 'assigned', unit: data.responsibleUnit, dueAt: data.dueAt, concerned: true })
    did(item, 'assigned', at)
  },
  'item.accepted': (item, { at }) => {
    answered(item, at)
    Object.assign(item, { status: 'remediating', heardAt: at })
    did(item, 'accepted', at)
  },
  'item.returned': (item, { at }) => {
    answered(item, at)
    did(item, 'returned', at)
    ended(item)
    Object.assign(item, { status: 'listed', dueAt: item.defaultDueAt })
    item.ever.returned = true
  },
  'item.planned': (item, { at }) => {
    did(item, 'planned', at)
    item.heardAt = at
  },
  'item.progress_reported': (item, { at }) => Object.assign(item, { heardAt: at }),
  'item.extension_decided': (item, { at, data }) => {
    if (!data.approved) return
    item.dueAt = data.dueAt
    item.ever.extended = true
    did(item, 'extended', at)
  },
  'item.suspended': (item, { at }) => Object.assign(item, { suspendedAt: at }),
  'item.resumed': (item, { data }) => Object.assign(item, { suspendedAt: null, dueAt: data.dueAt }),
  'item.closure_requested': (item, { at }) => {
    item.status = 'closure_requested'
    did(item, 'closureRequested', at)
    item.ever.requested = true
  },
  'item.closure_rejected': (item, { at }) => {
    item.status = 'remediating'
    item.ever.rejected = true
    did(item, 'rejected', at)
  },
  'item.closed': (item, { at }) => {
    const dueAt = stoodUntil(item, at)
    did(item, 'closed', at, dueAt === null ? null : at <= dueAt)
    Object.assign(item, { status: 'closed', closedAt: at, dueAt, suspendedAt: null })
  },
  'item.rechecked': (item, event) => {
    item.rechecks++
    if (event.data.passed) item.passed++
    else {
      item.ever.recurrent = true
      backOnAccount(item, event)
    }
  },
  'item.reopened': backOnAccount,
}

function happen(item: Folded, event: Json): void {
  HAPPENINGS[event.type]?.(item, event)
}

/** Whether an item was on account, and overdue, at a moment. */
export function stoodAt(item: Folded, at: string): { open: boolean; overdue: boolean } {
  const state = item.states.findLast(({ from }) => from <= at)
  const open = state?.onAccount ?? false
  return { open, overdue: open && !state?.stood && state?.dueAt != null && state.dueAt < at }
}

/** The value below which a share of the values lies, with the gap between two of them divided evenly. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return low === undefined || high === undefined ? null : low + (high - low) * (place - Math.floor(place))
}
