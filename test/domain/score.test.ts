import assert from 'node:assert/strict'
import fc from 'fast-check'
import { appealScore, decideScoreAppeal, requireNoAppeal, reverseScore } from '../../src/domain/item/decide/score.js'
import type { HappenedItemEvent } from '../../src/domain/item/events.js'
import type { Assignment, Item } from '../../src/domain/item/item.js'
import { Rejection } from '../../src/domain/rejection.js'
import { bookingDay, scorePeriodOf } from '../../src/domain/score/period.js'
import { appealableUntil, scoresOfDay, scoresOfEvent } from '../../src/domain/score/score.js'
import { DEFAULT_SCORING, type Scoring } from '../../src/domain/score/scoring.js'
import { createCalendar } from '../../src/domain/time/calendar.js'
import { addDays, endOfDay, startOfDay } from '../../src/domain/time/zone.js'
import { APPEALED, ENTRY, NOW } from '../helpers/attempts.js'
import { APPLICANT, actorOf, day, happened, itemIn, ORDER, UNIT } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const ZONE = 'Asia/Shanghai'
const calendar = createCalendar([])
const measure = (scoring: Partial<Scoring> = {}) => ({
  scoring: { ...DEFAULT_SCORING, ...scoring },
  zone: ZONE,
  calendar,
})
const assignment: Assignment = { ...ORDER, assignedAt: day(0), assignedBy: APPLICANT, acceptedAt: day(1) }
const rulesOf = (before: Item, event: HappenedItemEvent, scoring: Partial<Scoring> = {}) =>
  scoresOfEvent(before, event, measure(scoring)).map(({ rule, points }) => `${rule} ${points}`)

t.test('a closing is on time up to the deadline’s last millisecond, and early by whole local days', async (t) => {
  const before = { ...itemIn('closure_requested'), assignment, dueAt: endOfDay('2026-04-20', ZONE) }
  const closedAt = (at: string): HappenedItemEvent => ({
    type: 'item.closed',
    data: { findings: '合格' },
    at,
    actorId: APPLICANT,
  })
  t.same(rulesOf(before, closedAt('2026-04-20T15:59:59.999Z')), ['closed_on_time 2'])
  t.same(rulesOf(before, closedAt('2026-04-20T16:00:00.000Z')), [])
  t.same(rulesOf(before, closedAt('2026-04-13T15:59:59.999Z')), ['closed_on_time 2', 'closed_early 1'])
  t.same(rulesOf(before, closedAt('2026-04-13T16:00:00.000Z')), ['closed_on_time 2'])
  t.same(rulesOf(before, closedAt('2026-04-01T00:00:00.000Z'), { closedOnTime: null }), ['closed_early 1'])
  const suspension = { reason: '等待', at: '2026-04-19T00:00:00.000Z', by: APPLICANT }
  t.same(
    rulesOf({ ...before, suspension }, closedAt('2026-05-20T00:00:00.000Z')),
    ['closed_on_time 2'],
    'the clock stood',
  )
  t.same(rulesOf({ ...before, assignment: null }, closedAt('2026-04-01T00:00:00.000Z')), [], 'nobody’s work')
})

t.test('only what the rules name scores', async (t) => {
  const before = { ...itemIn('closed'), assignment }
  t.same(rulesOf(before, happened({ type: 'item.rechecked', data: { passed: true, findings: '好' } }, 90)), [])
  t.same(rulesOf(before, happened({ type: 'item.rechecked', data: { passed: false, findings: '坏' } }, 90)), [
    'recheck_failed -3',
  ])
  for (const type of ['item.scored', 'item.score_appealed', 'item.noted', 'item.reopened'] as const) {
    t.same(rulesOf(before, happened({ type, data: {} } as never, 90)), [], type)
  }
})

const anItem = fc.record({
  dueIn: fc.integer({ min: -60, max: 20 }),
  setIn: fc.integer({ min: -90, max: 0 }),
  status: fc.constantFrom('listed', 'assigned', 'remediating', 'closure_requested', 'closed'),
  owned: fc.boolean(),
  suspended: fc.boolean(),
  heardIn: fc.integer({ min: -60, max: 0 }),
  hour: fc.integer({ min: 0, max: 23 }),
})
const moment = (days: number, hour: number) => new Date(Date.parse(day(days)) + hour * 3_600_000).toISOString()

function stateOf({
  dueIn,
  setIn,
  status,
  owned,
  suspended,
  heardIn,
  hour,
}: typeof anItem extends fc.Arbitrary<infer T> ? T : never) {
  return {
    ...itemIn('remediating'),
    status: status as Item['status'],
    ...{ dueAt: moment(dueIn, hour), dueSetAt: moment(setIn, hour), plan: null, progress: null },
    assignment: owned ? { ...assignment, acceptedAt: moment(heardIn, hour) } : null,
    suspension: suspended ? { reason: '等待', at: moment(-1, 0), by: APPLICANT } : null,
  }
}

t.test('however long an item is overdue, a deadline costs no more than its cap', async () => {
  fc.assert(
    fc.property(anItem, fc.integer({ min: 1, max: 40 }), (made, maxDays) => {
      const state = stateOf(made)
      const overdueDay = { maxDays, points: -0.5, moneyFen: -100 }
      const days = Array.from({ length: 200 }, (_, n) => addDays('2025-12-01', n))
      const costs = days.flatMap((date) =>
        scoresOfDay(state, date, measure({ overdueDay, noProgress: null })).map(() => date),
      )
      assert.ok(costs.length <= maxDays)
      for (const date of costs) assert.ok(state.dueAt < startOfDay(date, ZONE), 'none before the deadline')
      const runs = costs.length === 0 || addDays(costs[0] ?? '', costs.length - 1) === costs.at(-1)
      assert.ok(runs, 'the days follow one another')
      if (!made.owned || made.suspended || made.status === 'closed') assert.equal(costs.length, 0)
    }),
    { numRuns: 300 },
  )
})

t.test('in whatever order and however often causes are looked at, each earns the same', async () => {
  const anEvent = fc.constantFrom(
    happened({ type: 'item.closed', data: { findings: '合格' } }, 20),
    happened({ type: 'item.closure_rejected', data: { findings: '缺' } }, 21),
    happened({ type: 'item.accepted', data: {} }, 30),
    happened({ type: 'item.returned', data: { unit: UNIT, reason: '非职责' } }, 3),
  )
  const aCause = fc.oneof(
    fc.record({ state: anItem.map(stateOf), event: anEvent }),
    fc.record({
      state: anItem.map(stateOf),
      date: fc.integer({ min: 0, max: 90 }).map((n) => addDays('2026-02-01', n)),
    }),
  )
  const earned = (cause: typeof aCause extends fc.Arbitrary<infer T> ? T : never) =>
    JSON.stringify(
      'event' in cause
        ? scoresOfEvent(cause.state, cause.event, measure())
        : scoresOfDay(cause.state, cause.date, measure()),
    )
  fc.assert(
    fc.property(fc.array(aCause, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (causes, order) => {
      const once = new Map(causes.map((cause) => [cause, earned(cause)]))
      const shuffled = [...causes, ...causes]
        .map((cause) => ({ cause, at: order.next().value }))
        .sort((a, b) => a.at - b.at)
      for (const { cause } of shuffled) assert.equal(earned(cause), once.get(cause))
    }),
    { numRuns: 100 },
  )
})

t.test('an entry is booked on its day or on the first open one after it', async () => {
  const aPeriod = fc
    .record({
      year: fc.integer({ min: 2025, max: 2027 }),
      part: fc.constantFrom('', '-01', '-02', '-11', '-12', '-Q1', '-Q4'),
    })
    .map(({ year, part }) => scorePeriodOf(`${year}${part}`) ?? assert.fail())
  fc.assert(
    fc.property(fc.array(aPeriod), fc.integer({ min: 0, max: 1200 }), (closed, n) => {
      const date = addDays('2024-12-01', n)
      const booked = bookingDay(date, closed)
      const isOpen = (one: string) => closed.every(({ from, to }) => one < from || one >= to)
      assert.ok(booked >= date && isOpen(booked))
      for (let one = date; one < booked; one = addDays(one, 1)) assert.ok(!isOpen(one))
    }),
  )
})

t.test('a period is a month, a quarter or a year by its name', async (t) => {
  t.same(scorePeriodOf('2026-12'), { period: '2026-12', kind: 'month', from: '2026-12-01', to: '2027-01-01' })
  t.same(scorePeriodOf('2026-Q4'), { period: '2026-Q4', kind: 'quarter', from: '2026-10-01', to: '2027-01-01' })
  t.same(scorePeriodOf('2026-Q1'), { period: '2026-Q1', kind: 'quarter', from: '2026-01-01', to: '2026-04-01' })
  t.same(scorePeriodOf('2026'), { period: '2026', kind: 'year', from: '2026-01-01', to: '2027-01-01' })
  for (const name of ['2026-13', '2026-0', '2026-Q0', '2026-Q5', '26', '1899', '2026-01-01', '2026-q1', '']) {
    t.equal(scorePeriodOf(name), undefined, name)
  }
})

const code = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (err) {
    return err instanceof Rejection ? err.code : 'thrown'
  }
}

t.test('appeals and reversals: each refusal has its own reason', async (t) => {
  const item = itemIn('closed')
  const unit = actorOf('unit', { unit: UNIT })
  const office = actorOf('office')
  const own = actorOf('office', { unit: UNIT })
  const appeal = (entry: Partial<typeof ENTRY>, actor = unit, at = NOW) =>
    code(() => appealScore(item, { ...ENTRY, ...entry }, '理由', actor, at))
  t.equal(appeal({}), 'accepted')
  t.equal(appeal({}, actorOf('unit', { unit: ORDER.coUnits[0] ?? null })), 'not-responsible')
  t.equal(appeal({ unit: null }, actorOf('unit')), 'not-responsible')
  t.equal(appeal({ appeal: APPEALED.appeal }), 'duplicate')
  t.equal(appeal({ isReversed: true }), 'wrong-status')
  t.equal(appeal({}, unit, ENTRY.appealableUntil), 'accepted')
  t.equal(appeal({}, unit, day(9001)), 'wrong-status')
  const decide = (entry: typeof ENTRY, actor = office) =>
    code(() => decideScoreAppeal(item, entry, true, '属实', actor))
  t.equal(decide(APPEALED), 'accepted')
  t.equal(decide(ENTRY), 'wrong-status')
  t.equal(decide({ ...APPEALED, appeal: { by: APPLICANT, approved: false } }), 'wrong-status')
  t.equal(decide(APPEALED, own), 'four-eyes')
  t.equal(decide(APPEALED, actorOf('office', { id: APPLICANT })), 'four-eyes')
  const how = { id: '00000000-0000-7000-8000-0000000000d2', reason: '更正', bookedOn: '2026-03-14' }
  t.match(reverseScore(item, ENTRY, how, office).data, {
    points: 1,
    moneyFen: null,
    rule: 'reversal',
    reverses: ENTRY.id,
  })
  t.ok(Object.is((reverseScore(item, { ...ENTRY, points: 0 }, how, office).data as { points: number }).points, 0))
  t.equal(
    code(() => reverseScore(item, { ...ENTRY, isReversed: true }, how, office)),
    'wrong-status',
  )
  t.equal(
    code(() => reverseScore(item, ENTRY, how, own)),
    'four-eyes',
  )
  t.equal(
    code(() => requireNoAppeal(APPEALED)),
    'wrong-status',
  )
  t.equal(
    code(() => requireNoAppeal(ENTRY)),
    'accepted',
  )
  t.equal(appealableUntil('2026-03-02T17:00:00.000Z', { appealDays: 2 }, ZONE), endOfDay('2026-03-05', ZONE))
})
