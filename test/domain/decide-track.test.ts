import type { Actor } from '../../src/domain/access/permissions.js'
import { accept, assign, giveBack } from '../../src/domain/item/decide/assign.js'
import { requestClosure } from '../../src/domain/item/decide/close.js'
import {
  decideExtension,
  plan,
  reportProgress,
  requestExtension,
  resume,
} from '../../src/domain/item/decide/progress.js'
import { evolve, fold } from '../../src/domain/item/evolve.js'
import type { Item } from '../../src/domain/item/item.js'
import type { Status } from '../../src/domain/item/words.js'
import { timeAfter } from '../../src/ledger/store.js'
import {
  actorOf,
  applicant,
  CO_UNIT,
  DAY_MS,
  day,
  EVENT,
  happened,
  IDENTITY,
  itemIn,
  ORDER,
  OTHER_UNIT,
  RULES,
  refusalOf,
  refusedField,
  UNIT,
} from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const NOW = day(20)
const HOW = { provisional: false, workingDays: null }

/** What only a unit does, and the status it is done in. */
const UNIT_ACTS: Record<string, { in: Status; work: (item: Item, actor: Actor) => unknown }> = {
  accept: { in: 'assigned', work: accept },
  return: { in: 'assigned', work: (item, actor) => giveBack(item, '非我单位职责', actor) },
  plan: {
    in: 'remediating',
    work: (item, actor) => plan(item, { measures: '加装护栏', budgetFen: null, interimProtection: null }, actor),
  },
  'report progress': {
    in: 'remediating',
    work: (item, actor) => reportProgress(item, { percent: 60, note: '已打设', spentFen: null }, actor),
  },
  'ask for an extension': {
    in: 'remediating',
    work: (item, actor) => requestExtension(item, day(90), '降雨', actor, NOW),
  },
  'apply for closure': { in: 'remediating', work: (item, actor) => requestClosure(item, '已完成', actor, RULES) },
}

t.test('a unit acts only on items assigned to it; one that helps reports progress', async (t) => {
  for (const [name, act] of Object.entries(UNIT_ACTS)) {
    const item = itemIn(act.in)
    t.ok(act.work(item, actorOf('unit', { unit: UNIT })), `the responsible unit may ${name}`)
    for (const unit of [OTHER_UNIT, null]) {
      t.ok(
        refusalOf('not-responsible', () => act.work(item, actorOf('unit', { unit }))),
        `${unit} may not ${name}`,
      )
    }
    const helper = () => act.work(item, actorOf('unit', { unit: CO_UNIT }))
    if (name === 'report progress') t.ok(helper(), 'a co-unit may report progress')
    else t.ok(refusalOf('not-responsible', helper), `a co-unit may not ${name}`)
  }
})

t.test('a unit that an item was taken from learns only that it is no longer theirs', async (t) => {
  const order = { ...ORDER, responsibleUnit: OTHER_UNIT, coUnits: [], ...HOW }
  const taken = evolve(itemIn('remediating'), happened({ type: 'item.assigned', data: order }, 11))
  for (const [name, act] of Object.entries(UNIT_ACTS)) {
    const { details } = refusalOf('not-responsible', () => act.work(taken, applicant))
    t.strictSame(details, {}, name)
  }
  t.ok(accept(taken, actorOf('unit', { unit: OTHER_UNIT })))
})

t.test('a deadline lies in the future, and not more than 100 years ahead', async (t) => {
  const order = (dueAt: string) => () => assign(itemIn('listed'), { ...ORDER, dueAt }, HOW, NOW)
  const ms = (instant: string, by: number) => new Date(Date.parse(instant) + by).toISOString()
  for (const dueAt of [ms(NOW, 1), day(21), ms(NOW, 36_525 * DAY_MS)]) {
    t.hasStrict(order(dueAt)(), { type: 'item.assigned', data: { dueAt } }, dueAt)
  }
  for (const dueAt of [NOW, ms(NOW, -1), day(0), ms(NOW, 36_525 * DAY_MS + 1), '9999-12-31T15:59:59.999Z']) {
    t.equal(refusedField(order(dueAt)), '/dueAt', dueAt)
  }
})

t.test('an order carries all its elements, and the responsible unit does not help itself', async (t) => {
  t.strictSame(assign(itemIn('listed'), ORDER, { provisional: true, workingDays: 20 }, NOW), {
    type: 'item.assigned',
    data: { ...ORDER, provisional: true, workingDays: 20 },
  })
  t.equal(
    refusedField(() => assign(itemIn('listed'), { ...ORDER, coUnits: [CO_UNIT, UNIT] }, HOW, NOW)),
    '/coUnits',
  )
})

t.test('a return names the unit that gives the order back', async (t) => {
  t.strictSame(giveBack(itemIn('assigned'), '属县公路局养护', applicant), {
    type: 'item.returned',
    data: { unit: UNIT, reason: '属县公路局养护' },
  })
})

t.test('an extension ends after the present deadline, and in the future', async (t) => {
  const item = itemIn('remediating')
  const ask =
    (dueAt: string, now = NOW) =>
    () =>
      requestExtension(item, dueAt, '降雨', applicant, now)
  const later = new Date(Date.parse(ORDER.dueAt) + 1).toISOString()
  t.strictSame(ask(later)(), { type: 'item.extension_requested', data: { dueAt: later, reason: '降雨' } })
  for (const dueAt of [ORDER.dueAt, day(59), day(20), day(1)]) t.equal(refusedField(ask(dueAt)), '/dueAt', dueAt)
  t.equal(refusedField(ask(day(70), day(80))), '/dueAt', 'of an overdue item it is asked in time for the new date')
  t.ok(ask(day(90), day(80))())
})

t.test('an approval gives the requested date, or the later one that the office names', async (t) => {
  const item = itemIn('remediating', { extensionPending: true })
  const approve = (dueAt: string | null, now = NOW) =>
    decideExtension(item, { approved: true, dueAt, reason: null }, now)
  t.hasStrict(approve(null), { data: { approved: true, dueAt: day(90) } })
  t.hasStrict(approve(day(75)), { data: { approved: true, dueAt: day(75) } })
  t.hasStrict(approve(day(120)), { data: { approved: true, dueAt: day(120) } })
  for (const dueAt of [ORDER.dueAt, day(50), day(10)]) {
    t.equal(
      refusedField(() => approve(dueAt)),
      '/dueAt',
      dueAt,
    )
  }
  t.equal(
    refusedField(() => approve(null, day(91))),
    '/dueAt',
    'a requested date that has passed meanwhile is not given',
  )
  t.ok(approve(day(95), day(91)))
})

t.test('a refused extension names no date and leaves the deadline', async (t) => {
  const item = itemIn('remediating', { extensionPending: true })
  const refuse = (dueAt: string | null) => decideExtension(item, { approved: false, dueAt, reason: '不属实' }, NOW)
  t.equal(
    refusedField(() => refuse(day(75))),
    '/dueAt',
  )
  const event = refuse(null)
  t.strictSame(event, { type: 'item.extension_decided', data: { approved: false, dueAt: null, reason: '不属实' } })
  t.hasStrict(evolve(item, happened(event, 20)), { extension: null, dueAt: ORDER.dueAt })
})

t.test('resuming moves the deadline by exactly the time the clock stood', async (t) => {
  const item = itemIn('remediating', { suspended: true })
  for (const stoodMs of [0, 1, 999, DAY_MS, 37 * DAY_MS + 12_345, 700 * DAY_MS]) {
    const now = new Date(Date.parse(day(10)) + stoodMs).toISOString()
    const dueAt = new Date(Date.parse(ORDER.dueAt) + stoodMs).toISOString()
    t.strictSame(resume(item, null, now), { type: 'item.resumed', data: { reason: null, dueAt } }, `${stoodMs} ms`)
  }
})

t.test('a clock that goes backwards never takes time from a deadline', async (t) => {
  const item = itemIn('remediating', { suspended: true })
  t.hasStrict(resume(item, null, day(3)), { data: { dueAt: ORDER.dueAt } })
  t.hasStrict(resume(item, null, timeAfter(item, day(3))), { data: { dueAt: ORDER.dueAt } })
})

t.test('two suspensions in a row move the deadline by the sum of both', async (t) => {
  const paused = [0, 30].reduce((item, from) => {
    const suspended = evolve(item, happened(EVENT.suspended, from + 20))
    return evolve(suspended, happened(resume(suspended, '已批准', day(from + 27)), from + 27))
  }, itemIn('remediating'))
  t.hasStrict(paused, { dueAt: day(74), suspension: null, status: 'remediating' })
})

t.test('the time of an event is the present, but never before the last one', async (t) => {
  const item = fold(IDENTITY, [happened(EVENT.reported, 5)])
  t.equal(timeAfter(item, day(6)), day(6))
  t.equal(timeAfter(item, day(5)), day(5))
  t.equal(timeAfter(item, day(4)), day(5))
})
