import type { HappenedItemEvent, ItemEvent } from '../../src/domain/item/events.js'
import { begin, evolve, fold } from '../../src/domain/item/evolve.js'
import type { Item } from '../../src/domain/item/item.js'
import { isOnAccount, isOverdue } from '../../src/domain/item/on-account.js'
import { STATUSES } from '../../src/domain/item/words.js'
import { canonicalJson } from '../../src/ledger/chain.js'
import {
  APPLICANT,
  CO_UNIT,
  DEFAULT_DEADLINE,
  day,
  EVENT,
  FILED,
  FILER,
  frozen,
  happened,
  IDENTITY,
  IMPORTED,
  itemIn,
  NEW_DEADLINE,
  OFFICER,
  ORDER,
  OTHER_UNIT,
  UNIT,
  VERIFIER,
} from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const UNASSIGNED = {
  assignment: null,
  plan: null,
  progress: null,
  extension: null,
  suspension: null,
  closureRequest: null,
}
const UNCLOSED = { closedAt: null, closedBy: null, closureFindings: null }

/** What the events, one a day from day 20, make of an item. */
function after(item: Item, ...events: ItemEvent[]): Item {
  return events.reduce((before, event, k) => evolve(frozen(before), happened(event, 20 + k)), item)
}

const PLANNED = {
  type: 'item.planned',
  data: { measures: '加装护栏', budgetFen: 12_000_000, interimProtection: '水马' },
} as const
const PROGRESSED = { type: 'item.progress_reported', data: { percent: 60, note: '已打设', spentFen: null } } as const
const RETURNED = { type: 'item.returned', data: { unit: UNIT, reason: '非我单位' } } as const
const REOPENED = { type: 'item.reopened', data: { reason: '重现', ...NEW_DEADLINE } } as const
const FAILED = { type: 'item.rechecked', data: { passed: false, findings: '被撞损', ...NEW_DEADLINE } } as const
const PASSED = { type: 'item.rechecked', data: { passed: true, findings: '完好' } } as const

function assignedTo(responsibleUnit: string, coUnits: string[], more: Partial<typeof ORDER> = {}): ItemEvent {
  return {
    type: 'item.assigned',
    data: { ...ORDER, ...more, responsibleUnit, coUnits, provisional: true, workingDays: 20 },
  }
}

t.test('a filing is the item that was described, and nothing is known of it yet', async (t) => {
  const item = begin(IDENTITY, happened(EVENT.reported, 0))
  t.hasStrict(item, { ...IDENTITY, ...FILED, version: 1, status: 'reported', ...UNASSIGNED, ...UNCLOSED })
  t.hasStrict(item, {
    reportedAt: day(0),
    reportedBy: FILER,
    updatedAt: day(0),
    listedAt: null,
    dueAt: null,
    level: null,
  })
  t.hasStrict(item, { mergedFrom: [], concernedUnits: [], supervision: null, recheck: null, dueProvisional: false })
})

t.test('an import is what the earlier list knew, filed by nobody here', async (t) => {
  const item = begin(IDENTITY, happened({ type: 'item.imported', data: IMPORTED }, 0))
  t.hasStrict(item, { status: 'listed', version: 1, reportedBy: null, updatedAt: day(0), ...UNASSIGNED })
  t.hasStrict(item, { reportedAt: IMPORTED.reportedAt, listedAt: IMPORTED.listedAt, dueAt: IMPORTED.dueAt })
  t.notOk('importId' in item || 'line' in item, 'where the row came from is the event’s to tell')
})

t.test('the order gives the deadline; the assignment keeps what was ordered', async (t) => {
  const item = after(itemIn('listed'), assignedTo(UNIT, [CO_UNIT]))
  t.hasStrict(item, { dueAt: ORDER.dueAt, dueProvisional: true, defaultDueAt: DEFAULT_DEADLINE.dueAt })
  t.strictSame(item.assignment, { ...ORDER, assignedAt: day(20), assignedBy: OFFICER, acceptedAt: null })
  const accepted = after(item, EVENT.accepted, EVENT.extensionRequested, {
    type: 'item.extension_decided',
    data: { approved: true, dueAt: day(90), reason: null },
  })
  t.hasStrict(accepted, { dueAt: day(90), dueProvisional: false, extension: null })
  t.hasStrict(accepted.assignment, { dueAt: ORDER.dueAt, acceptedAt: day(20) })
})

t.test('a reassignment begins anew: nothing of the last unit’s work is left, but that it was concerned', async (t) => {
  const worked = after(
    itemIn('remediating', { suspended: true, extensionPending: true, supervised: true }),
    PLANNED,
    PROGRESSED,
  )
  t.hasStrict(worked, { plan: { by: OFFICER, budgetFen: 12_000_000 }, progress: { percent: 60, at: day(21) } })
  const item = after(worked, assignedTo(OTHER_UNIT, [], { dueAt: day(100) }))
  t.hasStrict(item, {
    ...UNASSIGNED,
    assignment: { responsibleUnit: OTHER_UNIT, acceptedAt: null },
    status: 'assigned',
  })
  t.hasStrict(item, { dueAt: day(100), supervision: { tier: 'city' } }, 'supervision is of the item, not of the unit')
  t.strictSame(item.concernedUnits, [UNIT, CO_UNIT, OTHER_UNIT])
  t.strictSame(after(item, assignedTo(UNIT, [OTHER_UNIT])).concernedUnits, [UNIT, CO_UNIT, OTHER_UNIT], 'each once')
})

t.test('a return puts the default deadline back, with all that was known of it', async (t) => {
  for (const provisional of [false, true]) {
    const listed: HappenedItemEvent = happened({ ...EVENT.listed, data: { ...EVENT.listed.data, provisional } }, 1)
    const item = fold(IDENTITY, [happened(EVENT.reported, 0), listed, happened(EVENT.assigned, 2)])
    t.hasStrict(item, { dueAt: ORDER.dueAt, dueProvisional: false })
    const returned = after(item, EVENT.suspended, RETURNED)
    t.hasStrict(returned, {
      ...UNASSIGNED,
      status: 'listed',
      dueAt: DEFAULT_DEADLINE.dueAt,
      dueProvisional: provisional,
    })
    t.hasStrict(returned, { concernedUnits: [UNIT, CO_UNIT], listedAt: day(1) })
  }
})

t.test('an imported item has its deadline back when its unit returns the order', async (t) => {
  const imported = fold(IDENTITY, [happened({ type: 'item.imported', data: IMPORTED }, 0)])
  t.hasStrict(after(imported, assignedTo(UNIT, []), RETURNED), { status: 'listed', dueAt: IMPORTED.dueAt })
})

t.test('closing records who, when and with what findings, and ends what lay over the status', async (t) => {
  const overlays = { suspended: true, extensionPending: true, supervised: true }
  const item = evolve(itemIn('closure_requested', overlays), happened(EVENT.closed, 20))
  t.hasStrict(item, { closedAt: day(20), closedBy: VERIFIER, closureFindings: '合格', status: 'closed' })
  t.hasStrict(item, { suspension: null, extension: null, supervision: null })
  t.hasStrict(item, { assignment: { responsibleUnit: UNIT }, closureRequest: { by: APPLICANT, summary: '已完成' } })
})

t.test('what is closed while the clock stands has its deadline moved by the time it stood', async (t) => {
  const item = itemIn('closure_requested', { suspended: true })
  const since = item.suspension?.at ?? ''
  const closed = evolve(item, happened(EVENT.closed, 20))
  const movedMs = Date.parse(closed.dueAt ?? '') - Date.parse(item.dueAt ?? '')
  t.equal(movedMs, Date.parse(day(20)) - Date.parse(since))
  t.ok(movedMs > 0)
})

t.test('a closure that is sent back leaves the deadline and the work as they were', async (t) => {
  const item = after(itemIn('remediating'), PLANNED, PROGRESSED, EVENT.closureRequested, {
    type: 'item.closure_rejected',
    data: { findings: '缺 8 米' },
  })
  t.hasStrict(item, { status: 'remediating', closureRequest: null, dueAt: ORDER.dueAt, ...UNCLOSED })
  t.hasStrict(item, {
    plan: { measures: '加装护栏' },
    progress: { percent: 60 },
    assignment: { responsibleUnit: UNIT },
  })
})

t.test('a failed recheck and a reopening put the item on account again, unowned, with a new deadline', async (t) => {
  const deadline = {
    ...{
      dueAt: NEW_DEADLINE.dueAt,
      defaultDueAt: NEW_DEADLINE.dueAt,
      dueProvisional: true,
      defaultDueProvisional: true,
    },
  }
  for (const event of [FAILED, REOPENED]) {
    const item = after(itemIn('closed'), event)
    t.hasStrict(item, { ...UNASSIGNED, ...UNCLOSED, ...deadline, status: 'listed', listedAt: day(20) }, event.type)
    t.hasStrict(item, { level: 'major', concernedUnits: [UNIT, CO_UNIT], reportedAt: day(0) }, event.type)
  }
  t.hasStrict(after(itemIn('closed'), FAILED), {
    recheck: { passed: false, findings: '被撞损', at: day(20), by: OFFICER },
  })
})

t.test('a passed recheck leaves the item closed', async (t) => {
  const closed = itemIn('closed')
  const { recheck, version, updatedAt, ...rest } = after(closed, PASSED)
  t.strictSame(recheck, { passed: true, findings: '完好', at: day(20), by: OFFICER })
  t.strictSame({ ...rest, recheck: null, version: version - 1, updatedAt: closed.updatedAt }, closed)
  t.equal(updatedAt, day(20))
})

t.test('a dismissal keeps its reason, a note changes nothing but the version', async (t) => {
  t.hasStrict(itemIn('dismissed'), { status: 'dismissed', dismissalReason: '非隐患', listedAt: null })
  const item = itemIn('remediating')
  const noted = after(item, { type: 'item.noted', data: { note: '已电话联系' } })
  t.strictSame({ ...noted, version: item.version, updatedAt: item.updatedAt }, item)
})

t.test('an item is overdue only past its deadline, on account, and while the clock runs', async (t) => {
  const onAccount = ['listed', 'assigned', 'remediating', 'closure_requested']
  for (const status of STATUSES) {
    const item = itemIn(status)
    t.equal(isOnAccount(item), onAccount.includes(status), `${status} is ${isOnAccount(item) ? '' : 'not '}on account`)
    t.equal(isOverdue(item, day(1000)), onAccount.includes(status), `${status} long past its deadline`)
  }
  const item = itemIn('remediating')
  t.notOk(isOverdue(item, ORDER.dueAt), 'the deadline itself is in time')
  t.ok(isOverdue(item, new Date(Date.parse(ORDER.dueAt) + 1).toISOString()))
  t.notOk(isOverdue(itemIn('remediating', { suspended: true }), day(1000)))
  t.notOk(isOverdue({ ...item, dueAt: null }, day(1000)))
})

t.test('no event writes into the item it happens to, or into another’s past', async (t) => {
  const events = [EVENT.reported, EVENT.listed, EVENT.assigned, EVENT.accepted, PLANNED, EVENT.closureRequested]
  const ledger = frozen([...events, EVENT.closed, FAILED].map((event, days) => happened(event, days)))
  const before = canonicalJson(fold(IDENTITY, ledger))
  t.equal(canonicalJson(fold(IDENTITY, ledger)), before)
})

t.test('an item without events is no item', async (t) => {
  t.throws(() => fold(IDENTITY, []), /at least one event/)
})
