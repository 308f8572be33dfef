import fc from 'fast-check'
import type { Actor } from '../../src/domain/access/permissions.js'
import { decideClosure } from '../../src/domain/item/decide/close.js'
import { evolve, fold } from '../../src/domain/item/evolve.js'
import type { Item } from '../../src/domain/item/item.js'
import { pointsOf, type VerificationRules, verifiersNeeded } from '../../src/domain/item/verification.js'
import {
  actorOf,
  EVENT,
  happened,
  IDENTITY,
  itemIn,
  OTHER_UNIT,
  office,
  refusalOf,
  refusedField,
  TWO_VERIFIERS,
  UNIT,
  verifier,
} from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const applied = itemIn('closure_requested')
const approve = (item: Item, actor: Actor, rules: VerificationRules = TWO_VERIFIERS) =>
  decideClosure(item, true, '合格', actor, {}, { rules })
const after = (item: Item, actor: Actor) => evolve(item, happened(approve(item, actor), 20, actor.id))

t.test('where one verifier is enough, any approval strikes the item off', async (t) => {
  for (const actor of [verifier, office]) t.match(decideClosure(applied, true, '合格', actor), { type: 'item.closed' })
})

t.test('of two, the first is noted and the item waits; the last is the office’s', async (t) => {
  t.match(approve(applied, verifier), { type: 'item.verified', data: { findings: '合格', unit: null } })
  const once = after(applied, verifier)
  t.match(once, { status: 'closure_requested', verifications: [{ by: verifier.id, findings: '合格', unit: null }] })
  refusalOf('verification-order', () => approve(applied, office))
  refusalOf('verification-order', () => approve(once, actorOf('inspector', { id: OTHER_UNIT })))
  t.match(approve(once, office), { type: 'item.closed' })
})

t.test('the second is another person, of another unit, and never of the side that did the work', async (t) => {
  const once = after(applied, actorOf('inspector', { unit: OTHER_UNIT }))
  refusalOf('four-eyes', () => approve(once, actorOf('office', { unit: OTHER_UNIT, id: office.id })))
  refusalOf('four-eyes', () => approve(once, actorOf('office')))
  refusalOf('four-eyes', () => approve(once, actorOf('office', { unit: UNIT, id: office.id })))
  t.match(approve(once, office), { type: 'item.closed' })
})

t.test('what is sent back is verified anew', async (t) => {
  const once = after(applied, verifier)
  const back = evolve(once, happened(decideClosure(once, false, '缺 8 米', office, {}, { rules: TWO_VERIFIERS }), 21))
  t.match(back, { status: 'remediating', verifications: [] })
  t.match(after(evolve(back, happened(EVENT.closureRequested, 22)), verifier).verifications, [{ by: verifier.id }])
})

t.test('the level decides how many, and supervision never makes it fewer', async (t) => {
  const rules = { verifiers: { general: 1, major: 2 }, supervised: 2, points: false }
  const supervision = { tier: 'city', reason: '坠车', at: '', by: '' } as const
  t.equal(verifiersNeeded({ level: 'general', supervision: null }, rules), 1)
  t.equal(verifiersNeeded({ level: 'major', supervision: null }, rules), 2)
  t.equal(verifiersNeeded({ level: 'general', supervision }, rules), 2)
  t.equal(verifiersNeeded({ level: 'major', supervision }, { ...rules, supervised: 1 }), 2)
  t.equal(verifiersNeeded({ level: null, supervision: null }, rules), 1)
})

t.test(
  'in whatever order whoever approves, nothing is closed without two people of two units, the last of the office',
  async () => {
    const people = [
      ...[verifier, office, actorOf('inspector', { id: OTHER_UNIT, unit: OTHER_UNIT })],
      ...[actorOf('office', { id: UNIT, unit: OTHER_UNIT }), actorOf('inspector', { id: IDENTITY.id, unit: UNIT })],
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...people), { maxLength: 8 }), (approvals) => {
        const given: Actor[] = []
        let item = applied
        for (const actor of approvals) {
          try {
            item = after(item, actor)
            given.push(actor)
          } catch {
            // Refused: nothing has happened.
          }
        }
        if (item.status !== 'closed') return given.length <= 1
        const [first, last] = given
        const isOther = first?.id !== last?.id && (first?.unit !== last?.unit || first?.unit === null)
        return given.length === 2 && isOther && last?.role === 'office' && given.every(({ unit }) => unit !== UNIT)
      }),
    )
  },
)

t.test('a standard’s points are its lines and what semicolons part, without their numbers', async (t) => {
  t.same(pointsOf('1. 护栏 120 米；2. 警示标志两处；\n（三）验收合格。'), ['护栏 120 米', '警示标志两处', '验收合格'])
  t.same(pointsOf('① 护栏连续\n② 立柱牢固\n\n'), ['护栏连续', '立柱牢固'])
  t.same(pointsOf('护栏 1.2 米高，标志两处'), ['护栏 1.2 米高，标志两处'])
  t.same(pointsOf('2.5 米宽路肩'), ['2.5 米宽路肩'], 'a measure is no number of a point')
  t.same(pointsOf('  ；; '), [])
  fc.assert(fc.property(fc.string(), (text) => pointsOf(text).every((point) => !/[\n;；]/.test(point) && point !== '')))
})

const order = { ...EVENT.assigned, data: { ...EVENT.assigned.data, completionStandard: '1. 护栏 120 米；2. 标志两处' } }
const pointed = fold(
  IDENTITY,
  [EVENT.reported, EVENT.listed, order, EVENT.accepted, EVENT.closureRequested].map((event, n) => happened(event, n)),
)
const [RAIL, SIGNS] = [
  { point: '护栏 120 米', met: true },
  { point: '2、标志两处。', met: true, note: '反光完好' },
]

t.test('where the rules ask for the points, an approval lists each of them', async (t) => {
  const rules = { ...TWO_VERIFIERS, verifiers: { general: 1, major: 1 }, points: true }
  const decide = (points: (typeof RAIL)[], approved = true) =>
    decideClosure(pointed, approved, '已核', verifier, {}, { rules, points })
  t.same(refusalOf('points-missing', () => decide([])).details.missingPoints, ['护栏 120 米', '标志两处'])
  t.same(refusalOf('points-missing', () => decide([RAIL])).details.missingPoints, ['标志两处'])
  t.strictSame(decide([RAIL, SIGNS]), { type: 'item.closed', data: { findings: '已核', points: [RAIL, SIGNS] } })
  t.match(decide([], false), { type: 'item.closure_rejected' }, 'what is sent back needs none')
})

t.test('nothing is struck off with a point that is not met, whatever the rules ask for', async (t) => {
  const unmet = { point: '标志两处', met: false }
  t.equal(
    refusedField(() => decideClosure(pointed, true, '已核', verifier, {}, { points: [RAIL, unmet] })),
    '/points/1/met',
  )
  t.match(decideClosure(pointed, false, '缺标志', verifier, {}, { points: [unmet] }), { data: { points: [unmet] } })
})
