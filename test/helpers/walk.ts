import fc from 'fast-check'
import { type Actor, isPermitted } from '../../src/domain/access/permissions.js'
import { countAccidents } from '../../src/domain/item/decide/accidents.js'
import { accept, assign, changeLeadOfficial, giveBack } from '../../src/domain/item/decide/assign.js'
import { decideClosure, recheck, reopen, requestClosure } from '../../src/domain/item/decide/close.js'
import { issueDocument, receiveDocument } from '../../src/domain/item/decide/document.js'
import { answerCaller, recordSatisfaction } from '../../src/domain/item/decide/hotline.js'
import { correct, dismiss, list, merge, note } from '../../src/domain/item/decide/list.js'
import { escalate, recomputeDeadline } from '../../src/domain/item/decide/notify.js'
import {
  decideExtension,
  endSupervision,
  plan,
  reportProgress,
  requestExtension,
  resume,
  supervise,
  suspend,
} from '../../src/domain/item/decide/progress.js'
import { decideRecurrence, recur } from '../../src/domain/item/decide/recurrence.js'
import { appealScore, decideScoreAppeal, score } from '../../src/domain/item/decide/score.js'
import { allowedEvents, type ItemEvent } from '../../src/domain/item/events.js'
import type { Description, Item } from '../../src/domain/item/item.js'
import { ADDRESSED, APPEALED, ATTEMPTS, ENTRY, type Happening, PAPER, SCORED } from './attempts.js'
import {
  actorOf,
  BASIS,
  CO_UNIT,
  COUNT,
  DAY_MS,
  FILER,
  ORDER,
  OTHER_UNIT,
  RULES,
  TWO_VERIFIERS,
  UNIT,
} from './domain.js'

// Random commands by random people at random times, for walks through the pure domain.

const UNITS = [UNIT, CO_UNIT, OTHER_UNIT]

/** Everybody, also those whom four eyes are about: inspectors and officers of a responsible unit, applicants. */
export const PEOPLE: readonly Actor[] = [
  actorOf('office'),
  actorOf('office', { unit: UNIT }),
  actorOf('inspector', { id: FILER }),
  actorOf('inspector', { unit: CO_UNIT }),
  actorOf('inspector', { area: '341225' }),
  ...UNITS.flatMap((unit) => [actorOf('unit', { unit }), actorOf('unit', { unit })]),
  actorOf('supervisor'),
  actorOf('auditor'),
  actorOf('admin'),
].map((actor, k) => ({
  ...actor,
  id: actor.id === FILER ? FILER : `00000000-0000-7000-8000-${String(k).padStart(12, '1')}`,
}))

const SYSTEM = actorOf('system', { id: '00000000-0000-7000-8000-000000000009' })

const HAPPENINGS = Object.keys(ATTEMPTS) as Happening[]

/** What a walk says of one of its steps; who does what is found where the walk stands by then. */
export interface Step {
  /** Which of the items, and which other one for a merge. */
  item: number
  other: number
  /** Whether the event and the person are taken from those that the state machine and the permissions would let. */
  likely: boolean
  /** Whether a likely event is one that brings the item on. */
  onward: boolean
  event: number
  person: number
  /** How far the clock goes since the step before; it may go back. */
  elapsedMs: number
  yes: boolean
  /** A deadline that is asked for, in days from now. */
  days: number
  unit: number
  patch: Partial<Description>
}

const PATCHES: Partial<Description>[] = [
  {},
  { title: '护栏缺失' },
  { title: '临水弯道无护栏', risk: 'person' },
  { area: '341202', address: '幸福路口' },
  { area: '341621' },
  { category: null },
  { source: 'hotline' },
  { road: null, startChainageM: null, endChainageM: null },
  { lon: 115.8, lat: 32.9, description: '外侧临水库' },
]

export const aStep: fc.Arbitrary<Step> = fc.record({
  item: fc.constantFrom(0, 0, 0, 1, 2),
  other: fc.nat(2),
  likely: fc.constantFrom(true, true, true, true, false),
  onward: fc.constantFrom(true, true, false, false, false),
  event: fc.nat(999),
  person: fc.nat(999),
  elapsedMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: DAY_MS }),
    fc.integer({ min: -3 * DAY_MS, max: -1 }),
    fc.integer({ min: DAY_MS, max: 30 * DAY_MS }),
  ),
  yes: fc.boolean(),
  days: fc.integer({ min: -2, max: 90 }),
  unit: fc.nat(2),
  patch: fc.constantFrom(...PATCHES),
})

/** What brings an item on; without a bias to these, walks would hardly ever come to a closure. */
const ONWARD: readonly string[] = [
  ...[
    'item.listed',
    'item.assigned',
    'item.accepted',
    'item.closure_requested',
    'item.closed',
    'item.extension_decided',
  ],
]
/** What may happen nearly always, and would fill the walks. */
const COMMON: readonly string[] = [
  'item.noted',
  'item.corrected',
  'item.absorbed',
  'item.supervised',
  'item.accidents_counted',
]

/** The event that a step is after. */
export function eventFor(step: Step, item: Item): Happening {
  if (!step.likely) return pick(HAPPENINGS, step.event)
  const allowed = allowedEvents(item) as Happening[]
  const onward = allowed.filter((type) => ONWARD.includes(type) && !(type === 'item.assigned' && item.assignment))
  const rare = allowed.filter((type) => !COMMON.includes(type))
  if (step.onward && onward.length > 0) return pick(onward, step.event)
  return pick(step.yes && rare.length > 0 ? rare : allowed, step.event)
}

/** The person who takes a step. */
export function personFor(step: Step, type: Happening, item: Item): Actor {
  const able = PEOPLE.filter(({ role }) => isPermitted(role, ATTEMPTS[type].action))
  // What only the service itself does.
  if (able.length === 0) return SYSTEM
  const owners = able.filter(({ role, unit }) => role === 'unit' && unit === item.assignment?.responsibleUnit)
  return pick(step.likely ? (owners.length > 0 ? owners : able) : PEOPLE, step.person)
}

/** What a command makes: an event to the item, to another one also where two are merged. */
export interface Decided {
  event: ItemEvent | null
  toOther?: ItemEvent
}

/** Lets the rules decide a step. @throws Rejection as they do. */
export function decide(step: Step, type: Happening, item: Item, other: Item, actor: Actor, at: string): Decided {
  if (type === 'item.merged' || type === 'item.absorbed') {
    const { merged, absorbed } = type === 'item.merged' ? merge(item, other, '重复') : merge(other, item, '重复')
    return type === 'item.merged' ? { event: merged, toOther: absorbed } : { event: absorbed, toOther: merged }
  }
  return { event: decideOne(step, type, item, actor, at) }
}

function decideOne(
  step: Step,
  type: Exclude<Happening, 'item.merged' | 'item.absorbed'>,
  item: Item,
  actor: Actor,
  at: string,
): ItemEvent | null {
  const dueAt = new Date(Date.parse(at) + step.days * DAY_MS).toISOString()
  const deadline = { dueAt, provisional: step.yes, basis: { ...BASIS, workingDays: step.days + 5 } }
  switch (type) {
    case 'item.corrected':
      return correct(item, step.patch, actor)
    case 'item.listed':
      return list(item, { level: step.yes ? 'major' : 'general', category: null, evaluation: null }, deadline)
    case 'item.dismissed':
      return dismiss(item, '非隐患')
    case 'item.assigned':
      return assign(item, orderOf(step, dueAt), { provisional: step.yes, workingDays: null }, at)
    case 'item.lead_official_changed':
      return changeLeadOfficial(item, { name: step.yes ? '李敏' : '王建国' }, null)
    case 'item.accepted':
      return accept(item, actor)
    case 'item.returned':
      return giveBack(item, '非我单位职责', actor)
    case 'item.planned':
      return plan(item, { measures: '加装护栏', budgetFen: step.days + 2, interimProtection: null }, actor)
    case 'item.progress_reported':
      return reportProgress(item, { percent: step.days + 2, note: '已打设', spentFen: null }, actor)
    case 'item.extension_requested':
      return requestExtension(item, dueAt, '降雨', actor, at)
    case 'item.extension_decided':
      return decideExtension(item, { approved: step.yes, dueAt: step.unit === 0 ? dueAt : null, reason: null }, at)
    case 'item.suspended':
      return suspend(item, '等待批准')
    case 'item.resumed':
      return resume(item, null, at)
    case 'item.closure_requested':
      return requestClosure(item, '已完成', actor, RULES)
    case 'item.closure_rejected':
    case 'item.closed':
      return decideClosure(item, type === 'item.closed', '已现场核验', actor)
    case 'item.verified':
      return decideClosure(item, true, '已现场核验', actor, {}, { rules: TWO_VERIFIERS })
    case 'item.recurrence_decided':
      return decideRecurrence(item, SCORED.id, step.yes, null)
    case 'item.recurred':
      return recur(item, SCORED.id)
    case 'item.rechecked':
      return recheck(item, step.yes, '回头看', deadline, actor)
    case 'item.reopened':
      return reopen(item, '重现', deadline)
    case 'item.supervised':
      return supervise(item, step.yes ? 'city' : 'county', '坠车')
    case 'item.supervision_ended':
      return endSupervision(item, '主体完成')
    case 'item.noted':
      return note(item, '已电话联系')
    case 'item.accidents_counted':
      return countAccidents(item, [], { ...COUNT, accidents: step.days + 2, deaths: step.unit }, at.slice(0, 10))
    case 'item.caller_answered':
      return answerCaller(item, { answer: step.yes ? '已告知' : null }, actor)
    case 'item.satisfaction_recorded':
      return recordSatisfaction(item, { rating: step.yes ? 'satisfied' : 'dissatisfied', note: null }, actor)
    case 'item.escalated':
      return escalate(item, { rung: step.yes ? 'talk' : 'warning_7', day: step.yes ? 7 : -7 }, step.unit)
    case 'item.deadline_recomputed':
      return recomputeDeadline(item, deadline)
    case 'item.scored':
      return score(item, SCORED)
    case 'item.score_appealed':
      return appealScore(item, step.yes ? ENTRY : APPEALED, '工期受汛期影响', actor, at)
    case 'item.score_appeal_decided':
      return decideScoreAppeal(item, APPEALED, step.yes, '已核实', actor)
    case 'item.document_issued':
      return issueDocument(item, PAPER)
    case 'item.document_received':
      return receiveDocument(item, { id: PAPER.document, ...ADDRESSED }, actor)
    default:
      return type satisfies never
  }
}

function orderOf(step: Step, dueAt: string) {
  const responsibleUnit = pick(UNITS, step.unit)
  // Now and then the unit helps itself, which the rules refuse.
  const coUnits = step.yes ? [pick(UNITS, step.event)] : []
  return { ...ORDER, responsibleUnit, coUnits, dueAt }
}

function pick<T>(choices: readonly T[], n: number): T {
  const choice = choices[n % choices.length]
  if (choice === undefined) throw new Error('nothing to choose from')
  return choice
}
