import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Actor, requirePermitted } from '../../src/domain/access/permissions.js'
import { file } from '../../src/domain/item/decide/list.js'
import {
  allowedEvents,
  type HappenedItemEvent,
  ITEM_EVENT_TYPES,
  type ItemEvent,
  TRANSITIONS,
} from '../../src/domain/item/events.js'
import { begin, evolve, fold } from '../../src/domain/item/evolve.js'
import type { Item } from '../../src/domain/item/item.js'
import { isOnAccount, isOverdue } from '../../src/domain/item/on-account.js'
import { tellingsOf } from '../../src/domain/item/telling.js'
import { STATUSES } from '../../src/domain/item/words.js'
import { Rejection } from '../../src/domain/rejection.js'
import { canonicalJson } from '../../src/ledger/chain.js'
import { timeAfter } from '../../src/ledger/store.js'
import { ATTEMPTS } from '../helpers/attempts.js'
import { actorOf, FILED, FILER, frozen, IDENTITY, START } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'
import { aStep, decide, eventFor, personFor, type Step } from '../helpers/walk.js'

const WALKS = 400
const MAX_STEPS = 80
const OWNED: readonly string[] = ['assigned', 'remediating', 'closure_requested']
const FAR_FUTURE = '9999-01-01T00:00:00.000Z'

/** One item on its way, with the ledger that it should be the fold of. */
interface Walker {
  item: Item
  ledger: HappenedItemEvent[]
}

/** What the walks have met together, so that walks which lead nowhere are noticed. */
const met = { events: new Set<string>(['item.reported']), refusals: new Set<string>(), statuses: new Set<string>() }
const RULES = [
  'forbidden',
  'wrong-status',
  'invalid-request',
  'not-filer',
  'not-responsible',
  'four-eyes',
  'merge-refused',
]

function walk(steps: readonly Step[]): Walker[] {
  const walkers = [1, 2, 3].map(filed)
  let now = Date.parse(START)
  for (const step of steps) {
    now += step.elapsedMs
    take(step, walkers, new Date(now).toISOString())
  }
  return walkers
}

function filed(k: number): Walker {
  const filer = actorOf('inspector', { id: FILER })
  const event = { ...file(FILED, filer, START), at: START, actorId: FILER }
  return { item: frozen(begin({ ...IDENTITY, id: `item ${k}`, code: `2026-00000${k}` }, event)), ledger: [event] }
}

function take(step: Step, walkers: readonly Walker[], now: string): void {
  const [walker, other] = [walkers[step.item], walkers[step.other]]
  if (walker === undefined || other === undefined) throw new Error('no such item')
  const type = eventFor(step, walker.item)
  const actor = personFor(step, type, walker.item)
  try {
    requirePermitted(actor.role, ATTEMPTS[type].action)
    const at = timeAfter(walker.item, now)
    const { event, toOther } = decide(step, type, walker.item, other.item, actor, at)
    if (event !== null) go(walker, event, actor, at)
    if (toOther !== undefined) go(other, toOther, actor, timeAfter(other.item, now))
  } catch (err) {
    if (!(err instanceof Rejection)) throw err
    met.refusals.add(err.code)
    // An appeal that comes too late, or against what is gone, is refused for its own status, not the item's.
    if (err.code !== 'wrong-status' || err.details.itemStatus === undefined) return
    const refused = type === 'item.absorbed' ? other.item : walker.item
    assert.deepEqual(err.details, { itemStatus: refused.status, allowedEvents: allowedEvents(refused) })
    assert.ok(!allowedEvents(refused).includes(type) || type === 'item.absorbed')
  }
}

function go(walker: Walker, event: ItemEvent, actor: Actor, at: string): void {
  const before = walker.item
  const happened = frozen({ ...event, at, actorId: actor.id })
  const item = frozen(evolve(before, happened))
  walker.item = item
  walker.ledger.push(happened)
  met.events.add(event.type)
  met.statuses.add(item.status)
  holdsTransition(before, event, item, at)
  holdsFourEyes(before, event, actor)
  holdsState(item)
  holdsTelling(before, event, actor, item)
}

/** Whoever is told is not the side that acted, may see the item, and is told each thing once. */
function holdsTelling(before: Item, event: ItemEvent, actor: Actor, after: Item): void {
  const tellings = tellingsOf({ event, before, after }, actor)
  for (const telling of tellings) {
    if (telling.to === 'unit') {
      // The walks' scores are of a unit that may never have had the item.
      const isScored = telling.kind === 'score_appeal_decided'
      assert.ok(isScored || after.concernedUnits.includes(telling.unit), 'a unit that never had the item')
      assert.ok(actor.role !== 'unit' || telling.unit !== actor.unit, 'its own act')
    } else if (telling.to === 'filer') assert.ok(telling.person === after.reportedBy && telling.person !== actor.id)
    else assert.notEqual(telling.to, actor.role, 'the side’s own act')
  }
  const whom = tellings.map((telling) => JSON.stringify({ ...telling, data: undefined }))
  assert.equal(new Set(whom).size, whom.length, 'nobody is told the same twice')
}

function holdsTransition(before: Item, event: ItemEvent, item: Item, at: string): void {
  const { from, to } = TRANSITIONS[event.type]
  assert.ok((from as readonly string[]).includes(before.status))
  assert.ok(to === 'same' ? item.status === before.status : (to as readonly string[]).includes(item.status))
  assert.equal(item.version, before.version + 1)
  assert.equal(item.updatedAt, at)
  assert.ok(item.updatedAt >= before.updatedAt, 'time went back')
  assert.ok(before.concernedUnits.every((unit) => item.concernedUnits.includes(unit)))
  if (event.type === 'item.resumed') {
    const stoodMs = Date.parse(at) - Date.parse(before.suspension?.at ?? '')
    assert.equal(Date.parse(item.dueAt ?? '') - Date.parse(before.dueAt ?? ''), stoodMs)
  }
  if (event.type === 'item.assigned') {
    const { assignment, plan, progress, extension, suspension, closureRequest, dueAt } = item
    assert.deepEqual([plan, progress, extension, suspension, closureRequest], [null, null, null, null, null])
    assert.equal(dueAt, assignment?.dueAt)
  }
}

function holdsFourEyes(before: Item, event: ItemEvent, actor: Actor): void {
  if (!['item.closed', 'item.closure_rejected', 'item.rechecked'].includes(event.type)) return
  assert.notEqual(actor.id, before.closureRequest?.by)
  const { responsibleUnit, coUnits = [] } = before.assignment ?? {}
  assert.ok(actor.unit === null || ![responsibleUnit, ...coUnits].includes(actor.unit))
}

/** What is true of every item at every moment. */
function holdsState(item: Item): void {
  const { assignment, status } = item
  if (OWNED.includes(status)) assert.ok(assignment !== null && item.dueAt !== null, `${status} without an owner`)
  if (assignment !== null) {
    const { goal, leadOfficial, responsibleUnit, completionStandard, dueAt, reward, penalty } = assignment
    for (const element of [goal, leadOfficial.name, completionStandard, dueAt, reward, penalty]) assert.ok(element)
    for (const unit of [responsibleUnit, ...assignment.coUnits]) assert.ok(item.concernedUnits.includes(unit))
    assert.equal(assignment.acceptedAt === null, status === 'assigned')
  }
  assert.equal(new Set(item.concernedUnits).size, item.concernedUnits.length)
  assert.equal(assignment !== null, OWNED.includes(status) || status === 'closed')
  assert.equal(status === 'closed', item.closedAt !== null)
  assert.equal(item.closedAt === null, item.closedBy === null)
  assert.equal(status === 'merged', item.mergedInto !== null)
  assert.equal(status === 'dismissed', item.dismissalReason !== null)
  assert.equal(item.closureRequest !== null, ['closure_requested', 'closed'].includes(status))
  if (!OWNED.includes(status)) assert.deepEqual([item.suspension, item.extension], [null, null])
  if (!isOnAccount(item)) assert.equal(item.supervision, null)
  if (isOnAccount(item)) assert.ok(item.level !== null && item.category !== null && item.dueAt !== null)
  assert.equal(isOverdue(item, FAR_FUTURE), isOnAccount(item) && item.suspension === null)
}

const walks = fc.array(aStep, { maxLength: MAX_STEPS, size: 'max' })

t.test('no walk leaves the life of an item, and every ledger folds to the item it led to', async (t) => {
  fc.assert(
    fc.property(walks, (steps) => {
      for (const { item, ledger } of walk(steps)) {
        const { jurisdiction, id, code } = item
        assert.deepEqual(fold({ jurisdiction, id, code }, ledger), item)
        const kept = ledger.map((event) => ({ ...event, data: JSON.parse(canonicalJson(event.data)) }))
        assert.deepEqual(fold({ jurisdiction, id, code }, kept as HappenedItemEvent[]), item, 'as the ledger keeps it')
        assert.equal(item.version, ledger.length)
      }
    }),
    { numRuns: WALKS },
  )
  t.pass(`${WALKS} walks of up to ${MAX_STEPS} steps`)
})

t.test('the walks go everywhere, and meet every rule', async (t) => {
  for (const steps of fc.sample(walks, { numRuns: WALKS, seed: 1 })) walk(steps)
  for (const type of ITEM_EVENT_TYPES) t.equal(met.events.has(type), type !== 'item.imported', type)
  for (const status of STATUSES) t.ok(met.statuses.has(status), status)
  for (const rule of RULES) t.ok(met.refusals.has(rule), rule)
})
