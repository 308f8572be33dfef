import { ROLES, type Role, requirePermitted } from '../../src/domain/access/permissions.js'
import { recheck } from '../../src/domain/item/decide/close.js'
import { ITEM_EVENT_TYPES } from '../../src/domain/item/events.js'
import { begin, evolve } from '../../src/domain/item/evolve.js'
import type { Item } from '../../src/domain/item/item.js'
import { STATUSES, type Status } from '../../src/domain/item/words.js'
import { Rejection, type RejectionDetails } from '../../src/domain/rejection.js'
import { ATTEMPTS, type Happening, NOW, personOf } from '../helpers/attempts.js'
import {
  actorOf,
  EVENT,
  frozen,
  happened,
  IDENTITY,
  IMPORTED,
  itemIn,
  NEW_DEADLINE,
  type Overlays,
} from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

/** Points come and are contested, recurrences are decided and papers issued, whatever has become of the item; no refusal names that. */
const BESIDE: readonly Happening[] = [
  ...(['item.scored', 'item.score_appealed', 'item.score_appeal_decided'] as const),
  ...(['item.recurrence_decided', 'item.recurred'] as const),
  ...(['item.document_issued', 'item.document_received'] as const),
]

/** What may happen in each status with nothing lying over it. Written by hand, not derived from the code's own table. */
const ALLOWED: Record<Status, readonly Happening[]> = {
  reported: [
    'item.corrected',
    'item.listed',
    'item.dismissed',
    'item.merged',
    'item.absorbed',
    'item.noted',
    'item.accidents_counted',
  ],
  listed: [
    'item.corrected',
    'item.absorbed',
    'item.assigned',
    'item.supervised',
    'item.noted',
    'item.accidents_counted',
    'item.escalated',
    'item.deadline_recomputed',
  ],
  assigned: [
    'item.corrected',
    'item.absorbed',
    'item.lead_official_changed',
    'item.assigned',
    'item.accepted',
    'item.returned',
    'item.suspended',
    'item.supervised',
    'item.noted',
    'item.accidents_counted',
    'item.escalated',
    'item.deadline_recomputed',
  ],
  remediating: [
    'item.corrected',
    'item.absorbed',
    'item.lead_official_changed',
    'item.assigned',
    'item.planned',
    'item.progress_reported',
    'item.extension_requested',
    'item.suspended',
    'item.closure_requested',
    'item.supervised',
    'item.noted',
    'item.accidents_counted',
    'item.escalated',
    'item.deadline_recomputed',
  ],
  closure_requested: [
    'item.corrected',
    'item.absorbed',
    'item.lead_official_changed',
    'item.suspended',
    'item.verified',
    'item.closure_rejected',
    'item.closed',
    'item.supervised',
    'item.noted',
    'item.accidents_counted',
    'item.escalated',
    'item.deadline_recomputed',
  ],
  closed: ['item.rechecked', 'item.reopened', 'item.noted', 'item.accidents_counted'],
  dismissed: ['item.noted'],
  merged: ['item.noted'],
}

/** What an overlay takes away and what it makes possible, and the statuses that it can lie over. */
const OVERLAYS: Record<keyof Overlays, { over: readonly Status[]; no?: readonly Happening[]; yes: Happening }> = {
  suspended: {
    over: ['assigned', 'remediating', 'closure_requested'],
    no: ['item.suspended', 'item.escalated', 'item.deadline_recomputed'],
    yes: 'item.resumed',
  },
  extensionPending: {
    over: ['remediating', 'closure_requested'],
    no: ['item.extension_requested'],
    yes: 'item.extension_decided',
  },
  supervised: { over: ['listed', 'assigned', 'remediating', 'closure_requested'], yes: 'item.supervision_ended' },
  called: { over: STATUSES, yes: 'item.caller_answered' },
  answered: { over: STATUSES, no: ['item.caller_answered'], yes: 'item.satisfaction_recorded' },
}

const HAPPENINGS = Object.keys(ATTEMPTS) as Happening[]

/** Every combination of the overlays that can lie over a status. */
function overlaysOf(status: Status): Overlays[] {
  const possible = (Object.keys(OVERLAYS) as (keyof Overlays)[]).filter((name) => OVERLAYS[name].over.includes(status))
  return possible.reduce<Overlays[]>((all, name) => all.flatMap((some) => [some, { ...some, [name]: true }]), [{}])
}

function allowedIn(status: Status, overlays: Overlays): Happening[] {
  const laid = (Object.keys(overlays) as (keyof Overlays)[]).map((name) => OVERLAYS[name])
  const possible = [...ALLOWED[status], ...laid.map(({ yes }) => yes)]
  return possible.filter((type) => !laid.some(({ no }) => no?.includes(type))).sort()
}

/** What a refusal says, or that there was none. */
interface Outcome extends Omit<RejectionDetails, 'errors'> {
  code: Rejection['code'] | 'accepted'
}

function outcomeOf(item: Item, type: Happening, role: Role): Outcome {
  const { action, work } = ATTEMPTS[type]
  const actor = personOf(role, type)
  try {
    requirePermitted(actor.role, action)
    const event = work(item, actor)
    return event?.type === type ? { code: 'accepted' } : { code: 'invalid-request' }
  } catch (err) {
    if (!(err instanceof Rejection)) throw err
    const { allowedEvents, ...details } = err.details
    return {
      code: err.code,
      ...details,
      ...(allowedEvents === undefined ? {} : { allowedEvents: [...allowedEvents].sort() }),
    }
  }
}

function expectedOutcome(item: Item, type: Happening, role: Role, allowed: Happening[]): Outcome {
  if (!ATTEMPTS[type].roles.includes(role)) return { code: 'forbidden' }
  // The first of two is not the office's.
  if (type === 'item.verified' && role === 'office' && allowed.includes(type)) return { code: 'verification-order' }
  // A unit answers callers of what it has.
  const isOthers = type === 'item.caller_answered' && role === 'unit' && item.assignment === null
  if (allowed.includes(type) && isOthers) return { code: 'not-responsible' }
  if (allowed.includes(type) || BESIDE.includes(type)) return { code: 'accepted' }
  const { id: itemId, code: itemCode, status: itemStatus } = item
  if (type === 'item.absorbed') return { code: 'merge-refused', itemStatus, allowedEvents: allowed, itemId, itemCode }
  return { code: 'wrong-status', itemStatus, allowedEvents: allowed }
}

t.test('there is an attempt for every event that can happen to an item', async (t) => {
  t.strictSame(['item.imported', 'item.reported', ...HAPPENINGS].sort(), [...ITEM_EVENT_TYPES].sort())
})

for (const status of STATUSES) {
  t.test(`${status}: every event in every role is allowed or refused as the life of an item says`, async (t) => {
    for (const overlays of overlaysOf(status)) {
      const item = frozen(itemIn(status, overlays))
      const allowed = allowedIn(status, overlays)
      for (const type of HAPPENINGS) {
        const outcomes = ROLES.map((role) => [role, outcomeOf(item, type, role)])
        const expected = ROLES.map((role) => [role, expectedOutcome(item, type, role, allowed)])
        t.strictSame(outcomes, expected, `${[status, ...Object.keys(overlays)].join(' + ')}: ${type}`)
      }
    }
  })
}

t.test('an accepted event leads to the status that the life of an item gives it', async (t) => {
  for (const status of STATUSES) {
    for (const overlays of overlaysOf(status)) {
      const item = frozen(itemIn(status, overlays))
      for (const type of [...allowedIn(status, overlays), ...BESIDE]) {
        const { roles, to, work } = ATTEMPTS[type]
        const actor = personOf(roles.at(-1) ?? 'admin', type)
        const event = work(item, actor)
        if (event === null) throw new Error(`${type} was not decided`)
        const after = evolve(item, { ...event, at: NOW, actorId: actor.id })
        t.equal(after.status, to ?? status, `${status}: ${type} leads to ${to ?? status}`)
        t.equal(after.version, item.version + 1)
      }
    }
  }
})

t.test('a failed recheck is the only event whose outcome decides the status', async (t) => {
  const closed = itemIn('closed')
  const failed = recheck(closed, false, '护栏被撞损', NEW_DEADLINE, actorOf('inspector'))
  t.equal(evolve(closed, happened(failed, 20)).status, 'listed')
})

t.test('a filing and an import begin an item and cannot happen to one', async (t) => {
  const imported = { type: 'item.imported', data: IMPORTED } as const
  for (const first of [EVENT.reported, imported]) {
    t.equal(begin(IDENTITY, happened(first, 0)).version, 1)
    for (const status of STATUSES) t.throws(() => evolve(itemIn(status), happened(first, 20)), /begins an item/)
  }
  for (const event of Object.values(EVENT).filter(({ type }) => type !== 'item.reported')) {
    t.throws(() => begin(IDENTITY, happened(event, 0)), /cannot begin an item/)
  }
})
