import { type Actor, ROLES } from '../../src/domain/access/permissions.js'
import { decideClosure, recheck, reopen, requestClosure } from '../../src/domain/item/decide/close.js'
import { evolve, fold } from '../../src/domain/item/evolve.js'
import type { Item } from '../../src/domain/item/item.js'
import {
  APPLICANT,
  actorOf,
  applicant,
  CO_UNIT,
  happened,
  IDENTITY,
  IMPORTED,
  itemIn,
  NEW_DEADLINE,
  OTHER_UNIT,
  office,
  RULES,
  refusalOf,
  UNIT,
  VERIFIER,
  verifier,
} from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const VERIFICATIONS: Record<string, (item: Item, actor: Actor) => unknown> = {
  'approve closure': (item, actor) => decideClosure(item, true, '合格', actor),
  'send it back': (item, actor) => decideClosure(item, false, '缺 8 米', actor),
  'pass a recheck': (item, actor) => recheck(item, true, '完好', NEW_DEADLINE, actor),
  'fail a recheck': (item, actor) => recheck(item, false, '被撞损', NEW_DEADLINE, actor),
}

function itemFor(verification: string): Item {
  return itemIn(verification.includes('recheck') ? 'closed' : 'closure_requested')
}

t.test('whoever applied for closure cannot verify it, whatever they are by now', async (t) => {
  for (const [name, verify] of Object.entries(VERIFICATIONS)) {
    for (const role of [...ROLES, 'system'] as const) {
      for (const unit of [UNIT, OTHER_UNIT, null]) {
        const actor = actorOf(role, { id: APPLICANT, unit })
        t.ok(
          refusalOf('four-eyes', () => verify(itemFor(name), actor)),
          `${role} of ${unit}: ${name}`,
        )
      }
    }
  }
})

t.test('nobody of a unit that did the work can verify it, whatever their role', async (t) => {
  for (const [name, verify] of Object.entries(VERIFICATIONS)) {
    for (const role of [...ROLES, 'system'] as const) {
      for (const unit of [UNIT, CO_UNIT]) {
        t.ok(
          refusalOf('four-eyes', () => verify(itemFor(name), actorOf(role, { unit }))),
          `${role} of ${unit}: ${name}`,
        )
      }
    }
  }
})

t.test('anybody else may, be they of no unit or of another', async (t) => {
  for (const [name, verify] of Object.entries(VERIFICATIONS)) {
    const others = [
      verifier,
      office,
      actorOf('inspector', { unit: OTHER_UNIT }),
      actorOf('office', { unit: OTHER_UNIT }),
    ]
    for (const actor of others) t.ok(verify(itemFor(name), actor), `${actor.role} of ${actor.unit}: ${name}`)
  }
})

t.test('four eyes hold after a closure was sent back and applied for again', async (t) => {
  const other = actorOf('unit', { id: VERIFIER, unit: UNIT })
  const back = evolve(
    itemIn('closure_requested'),
    happened(decideClosure(itemIn('closure_requested'), false, '缺', office), 20),
  )
  t.equal(back.closureRequest, null)
  const again = evolve(back, happened(requestClosure(back, '已补齐', other, RULES), 21, other.id))
  t.hasStrict(again, { status: 'closure_requested', closureRequest: { by: VERIFIER, summary: '已补齐' } })
  t.ok(refusalOf('four-eyes', () => decideClosure(again, true, '合格', verifier)))
  t.ok(decideClosure(again, true, '合格', office))
})

t.test('an imported closure, of which nobody knows who did the work, can be rechecked by anyone who may', async (t) => {
  const imported = { type: 'item.imported', data: { ...IMPORTED, status: 'closed' } } as const
  const closed = fold(IDENTITY, [happened(imported, 0)])
  for (const actor of [verifier, office, actorOf('inspector', { unit: UNIT })]) {
    t.ok(recheck(closed, true, '完好', NEW_DEADLINE, actor))
  }
})

t.test('a failed recheck and a reopening carry a new deadline, a passed recheck none', async (t) => {
  t.strictSame(recheck(itemIn('closed'), true, '完好', NEW_DEADLINE, verifier), {
    type: 'item.rechecked',
    data: { passed: true, findings: '完好' },
  })
  t.strictSame(recheck(itemIn('closed'), false, '被撞损', NEW_DEADLINE, verifier), {
    type: 'item.rechecked',
    data: { passed: false, findings: '被撞损', ...NEW_DEADLINE },
  })
  t.strictSame(reopen(itemIn('closed'), '媒体反映', NEW_DEADLINE), {
    type: 'item.reopened',
    data: { reason: '媒体反映', ...NEW_DEADLINE },
  })
})

t.test('only the unit that an item is assigned to applies for its closure', async (t) => {
  t.strictSame(requestClosure(itemIn('remediating'), '已完成', applicant, RULES), {
    type: 'item.closure_requested',
    data: { summary: '已完成' },
  })
  for (const unit of [CO_UNIT, OTHER_UNIT]) {
    t.ok(
      refusalOf('not-responsible', () =>
        requestClosure(itemIn('remediating'), '已完成', actorOf('unit', { unit }), RULES),
      ),
    )
  }
})
