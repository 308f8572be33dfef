import type { Actor } from '../../src/domain/access/permissions.js'
import type { AccidentCount } from '../../src/domain/item/accidents.js'
import type { HappenedItemEvent, Imported, ItemEvent } from '../../src/domain/item/events.js'
import { evolve, fold, type Identity } from '../../src/domain/item/evolve.js'
import type { Filed, Item, Order } from '../../src/domain/item/item.js'
import type { Status } from '../../src/domain/item/words.js'
import { Rejection, type RejectionCode } from '../../src/domain/rejection.js'
import { DEFAULT_RULES } from '../../src/domain/rules.js'

// Items and people for tests of the pure domain: no database, no clock but the one that is given.

export const DAY_MS = 86_400_000
export const START = '2026-03-02T01:00:00.000Z'

/** Of a jurisdiction that asks for no evidence. */
export const RULES = DEFAULT_RULES.evidence

/** Of a jurisdiction that wants two verifiers of everything. */
export const TWO_VERIFIERS = { verifiers: { general: 2, major: 2 }, supervised: 2, points: false }

export const UNIT = '00000000-0000-7000-8000-00000000000a'
export const CO_UNIT = '00000000-0000-7000-8000-00000000000b'
export const OTHER_UNIT = '00000000-0000-7000-8000-00000000000c'

export const FILER = '00000000-0000-7000-8000-000000000001'
export const OFFICER = '00000000-0000-7000-8000-000000000002'
/** The person of the responsible unit who signs and applies for closure. */
export const APPLICANT = '00000000-0000-7000-8000-000000000003'
export const VERIFIER = '00000000-0000-7000-8000-000000000004'

export const JURISDICTION = { id: 'fuyang', name: '阜阳', timeZone: 'Asia/Shanghai', area: '341200' }
export const IDENTITY: Identity = {
  jurisdiction: JURISDICTION.id,
  id: '00000000-0000-7000-8000-0000000000f1',
  code: '2026-000172',
}

/** A person of the jurisdiction; of no unit and with no limit of area unless said. */
export function actorOf(role: Actor['role'], more: Partial<Actor> = {}): Actor {
  return { id: VERIFIER, name: '某人', role, jurisdiction: JURISDICTION, unit: null, area: null, ...more }
}

export const office = actorOf('office', { id: OFFICER })
export const verifier = actorOf('inspector')
export const applicant = actorOf('unit', { id: APPLICANT, unit: UNIT })

/** The instant `days` days after `START`. */
export function day(days: number): string {
  return new Date(Date.parse(START) + days * DAY_MS).toISOString()
}

export const FILED: Filed = {
  title: '临水弯道无护栏',
  description: null,
  category: 'roadside_protection',
  risk: 'road',
  source: 'inspection',
  area: '341225',
  road: 'S315',
  direction: 'up',
  startChainageM: 12_345,
  endChainageM: 12_345,
  lon: null,
  lat: null,
  address: null,
  externalSystem: null,
  externalId: null,
  foundAt: null,
}

/** What the hotline sent. */
export const CALL: Filed = { ...FILED, source: 'hotline', hotline: { ticket: 'FY-0815', answerWanted: true } }

export const IMPORTED: Imported = {
  ...FILED,
  status: 'listed',
  level: null,
  reportedAt: day(-400),
  listedAt: day(-399),
  dueAt: day(30),
  closedAt: null,
  dismissalReason: null,
  importId: '00000000-0000-7000-8000-0000000000e1',
  line: 2,
}

export const ORDER: Order = {
  goal: '消除坠车风险',
  leadOfficial: { name: '王建国', title: '副县长' },
  responsibleUnit: UNIT,
  coUnits: [CO_UNIT],
  completionStandard: '护栏 120 米，验收合格',
  dueAt: day(60),
  reward: '考核加 2 分',
  penalty: '通报并扣 5 分',
}

/** The default deadline of an item that `itemIn` lists, and of one that comes back on account. */
export const BASIS = { from: '2026-03-02', workingDays: 28, calendar: '2026', stoodMs: 0 }
export const DEFAULT_DEADLINE = { dueAt: day(40), provisional: false, basis: BASIS }
export const NEW_DEADLINE = { dueAt: day(140), provisional: true, basis: { ...BASIS, from: '2026-06-12' } }

const BY: Partial<Record<ItemEvent['type'], string>> = {
  'item.reported': FILER,
  'item.accepted': APPLICANT,
  'item.extension_requested': APPLICANT,
  'item.closure_requested': APPLICANT,
  'item.closed': VERIFIER,
}

/** An event on the day `days` after `START`, by whoever it usually is. */
export function happened(event: ItemEvent, days: number, actorId = BY[event.type] ?? OFFICER): HappenedItemEvent {
  return { ...event, at: day(days), actorId }
}

export const EVENT = {
  reported: { type: 'item.reported', data: FILED },
  listed: {
    type: 'item.listed',
    data: { level: 'major', category: 'roadside_protection', evaluation: '属实', ...DEFAULT_DEADLINE },
  },
  assigned: { type: 'item.assigned', data: { ...ORDER, provisional: false, workingDays: 42, basis: BASIS } },
  accepted: { type: 'item.accepted', data: {} },
  closureRequested: { type: 'item.closure_requested', data: { summary: '已完成' } },
  closed: { type: 'item.closed', data: { findings: '合格' } },
  dismissed: { type: 'item.dismissed', data: { reason: '非隐患' } },
  merged: {
    type: 'item.merged',
    data: { into: '00000000-0000-7000-8000-0000000000f9', intoCode: '2026-000001', reason: '重复上报' },
  },
  extensionRequested: { type: 'item.extension_requested', data: { dueAt: day(90), reason: '连续降雨' } },
  suspended: { type: 'item.suspended', data: { reason: '等待批准' } },
  callerAnswered: { type: 'item.caller_answered', data: { answer: '已告知' } },
  supervised: { type: 'item.supervised', data: { tier: 'city', reason: '两起坠车' } },
} as const satisfies Record<string, ItemEvent>

const ACCOUNT = [EVENT.reported, EVENT.listed, EVENT.assigned, EVENT.accepted, EVENT.closureRequested, EVENT.closed]
const WAYS: Record<Status, readonly ItemEvent[]> = {
  reported: ACCOUNT.slice(0, 1),
  listed: ACCOUNT.slice(0, 2),
  assigned: ACCOUNT.slice(0, 3),
  remediating: ACCOUNT.slice(0, 4),
  closure_requested: ACCOUNT.slice(0, 5),
  closed: ACCOUNT,
  dismissed: [EVENT.reported, EVENT.dismissed],
  merged: [EVENT.reported, EVENT.merged],
}

/** A year of accidents before the first event. */
export const COUNT: AccidentCount = {
  id: '00000000-0000-7000-8000-0000000000c1',
  ...{ from: '2025-03-01', to: '2026-03-01', accidents: 12, deaths: 2, injuries: 9 },
  ...{ base: null, source: null, note: null, corrects: null },
}

/** What lies over a status. */
export interface Overlays {
  suspended?: boolean
  extensionPending?: boolean
  supervised?: boolean
  /** It came from the hotline. */
  called?: boolean
  /** It came from the hotline, and the caller has an answer. */
  answered?: boolean
}

/** An item that its events, one a day since `START`, led to a status; `overlays` were laid over it on day 10. */
export function itemIn(status: Status, overlays: Overlays = {}, identity = IDENTITY): Item {
  const isCall = overlays.called || overlays.answered
  const reported: ItemEvent = { type: 'item.reported', data: isCall ? CALL : FILED }
  const item = fold(
    identity,
    [reported, ...WAYS[status].slice(1)].map((event, days) => happened(event, days)),
  )
  const laid = [
    ...(overlays.suspended ? [EVENT.suspended] : []),
    ...(overlays.extensionPending ? [EVENT.extensionRequested] : []),
    ...(overlays.supervised ? [EVENT.supervised] : []),
    ...(overlays.answered ? [EVENT.callerAnswered] : []),
  ]
  return laid.reduce((before, event) => evolve(before, happened(event, 10)), item)
}

/** The refusal that `work` ends in. Fails when it does not, or in another way than a `Rejection` of that code. */
export function refusalOf(code: RejectionCode, work: () => unknown): Rejection {
  let made: unknown
  try {
    made = work()
  } catch (err) {
    if (err instanceof Rejection && err.code === code) return err
    throw err
  }
  throw new Error(`not refused with ${code}, but ${JSON.stringify(made)}`)
}

/** The JSON Pointer of the field that `work` is refused for. */
export function refusedField(work: () => unknown): string | undefined {
  return refusalOf('invalid-request', work).details.errors?.[0]?.pointer
}

/** Freezes a value through and through: what writes into it then throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}
