import type { Actor } from '../../src/domain/access/permissions.js'
import { ITEM_EVENT_TYPES, type ItemEvent, TRANSITIONS } from '../../src/domain/item/events.js'
import { evolve } from '../../src/domain/item/evolve.js'
import type { Item } from '../../src/domain/item/item.js'
import { tellingsOf } from '../../src/domain/item/telling.js'
import type { Status } from '../../src/domain/item/words.js'
import { ATTEMPTS, type Happening, NOW } from '../helpers/attempts.js'
import { actorOf, BASIS, CO_UNIT, FILER, itemIn, ORDER, OTHER_UNIT, office, UNIT, VERIFIER } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const NAMES: Record<string, string> = { [UNIT]: 'unit', [CO_UNIT]: 'helper', [OTHER_UNIT]: 'other', [FILER]: 'filer' }

/** `kind → whom`, in the order of the names. */
function told(event: ItemEvent, before: Item, actor: Actor): string[] {
  const after = evolve(before, { ...event, at: NOW, actorId: actor.id })
  return tellingsOf({ event, before, after }, actor)
    .map((telling) => {
      const who = telling.to === 'unit' ? telling.unit : telling.to === 'filer' ? telling.person : telling.to
      return `${telling.kind} → ${NAMES[who] ?? who}`
    })
    .sort()
}

const both = (kind: string) => [`${kind} → helper`, `${kind} → unit`]

/** What each event tells when it happens by the hand that the contract gives it. Written by hand. */
const EXPECTED: Record<Happening, string[]> = {
  'item.corrected': [],
  'item.listed': [],
  'item.dismissed': ['dismissed → filer'],
  'item.merged': ['merged → filer'],
  'item.absorbed': [],
  'item.assigned': both('order_given'),
  'item.lead_official_changed': both('lead_official_changed'),
  'item.accepted': ['signed → office'],
  'item.returned': ['order_withdrawn → helper', 'returned → office'],
  'item.planned': ['planned → office'],
  'item.progress_reported': [],
  'item.extension_requested': ['extension_requested → office'],
  'item.extension_decided': both('extension_granted'),
  'item.suspended': both('suspended'),
  'item.resumed': both('resumed'),
  'item.closure_requested': ['closure_requested → office', 'verification_due → inspector'],
  'item.verified': [...both('closure_half_approved'), 'closure_half_approved → office'].sort(),
  'item.closure_rejected': [...both('closure_rejected'), 'closure_rejected → office'].sort(),
  'item.closed': [...both('closed'), 'closed → office'].sort(),
  'item.rechecked': [],
  'item.reopened': both('reopened'),
  'item.recurrence_decided': [],
  'item.recurred': both('recurrence_confirmed'),
  'item.supervised': [...both('supervised'), 'supervised → office'].sort(),
  'item.supervision_ended': [...both('supervision_ended'), 'supervision_ended → office'].sort(),
  'item.noted': [],
  'item.accidents_counted': [],
  'item.caller_answered': [],
  'item.satisfaction_recorded': [],
  'item.escalated': [],
  'item.deadline_recomputed': both('deadline_moved'),
  'item.scored': [],
  'item.score_appealed': ['score_appealed → office'],
  'item.score_appeal_decided': ['score_appeal_decided → unit'],
  'item.document_issued': [],
  'item.document_received': [],
}

/** Who acts where several may: somebody who is not the item's filer, nor of its units. */
const HANDS: Partial<Record<Happening, Actor>> = {
  'item.supervised': actorOf('supervisor'),
  'item.supervision_ended': actorOf('supervisor'),
  'item.closure_rejected': actorOf('inspector'),
  'item.closed': actorOf('inspector'),
  'item.verified': actorOf('inspector'),
  'item.rechecked': actorOf('inspector'),
}

/** An item to which it can happen, with both units wherever it is with units. */
function standing(type: Happening): Item {
  const at: Partial<Record<Happening, Item>> = {
    'item.extension_decided': itemIn('remediating', { extensionPending: true }),
    'item.resumed': itemIn('remediating', { suspended: true }),
    'item.suspended': itemIn('remediating'),
    'item.supervised': itemIn('remediating'),
    'item.supervision_ended': itemIn('remediating', { supervised: true }),
    'item.deadline_recomputed': { ...itemIn('remediating'), dueBasis: BASIS },
    'item.escalated': itemIn('remediating'),
    'item.recurred': itemIn('closed'),
    'item.caller_answered': itemIn('remediating', { called: true }),
    'item.satisfaction_recorded': itemIn('remediating', { answered: true }),
    'item.score_appealed': itemIn('remediating'),
    'item.score_appeal_decided': itemIn('remediating'),
    'item.document_issued': itemIn('remediating'),
    'item.document_received': itemIn('remediating'),
  }
  return at[type] ?? itemIn(TRANSITIONS[type].from[0] as Status)
}

t.test('each event tells every side that it concerns, and nobody else', async (t) => {
  for (const [type, expected] of Object.entries(EXPECTED) as [Happening, string[]][]) {
    const { work, roles } = ATTEMPTS[type]
    const able = roles.includes('unit') ? actorOf('unit', { unit: UNIT }) : office
    const actor = HANDS[type] ?? (roles.length === 0 ? actorOf('system') : able)
    const before = standing(type)
    const event = work(before, actor)
    t.ok(event, type)
    if (event !== null) t.strictSame(told(event, before, actor), expected, type)
  }
  t.strictSame(
    ITEM_EVENT_TYPES.filter((type) => !(type in EXPECTED)),
    ['item.reported', 'item.imported'],
  )
})

t.test('an order in the place of another is given, changed or withdrawn, by the part that each unit had in it', (t) => {
  const before = itemIn('remediating')
  const assigned = (responsibleUnit: string, coUnits: string[]): ItemEvent => ({
    type: 'item.assigned',
    data: { ...ORDER, responsibleUnit, coUnits, provisional: false, workingDays: null },
  })
  t.strictSame(told(assigned(UNIT, [CO_UNIT]), before, office), both('order_changed'))
  t.strictSame(told(assigned(UNIT, []), before, office), ['order_changed → unit', 'order_withdrawn → helper'].sort())
  t.strictSame(told(assigned(OTHER_UNIT, [UNIT]), before, office), [
    'order_changed → unit',
    'order_given → other',
    'order_withdrawn → helper',
  ])
  t.strictSame(
    told(assigned(CO_UNIT, []), before, office),
    ['order_given → helper', 'order_withdrawn → unit'],
    'who helped is to sign',
  )
  t.strictSame(told(assigned(OTHER_UNIT, []), itemIn('listed'), office), ['order_given → other'])
  t.end()
})

t.test(
  'the office that decides is not told, a supervisor’s side is told of the office’s order, and the other way round',
  (t) => {
    const item = itemIn('remediating')
    const supervised: ItemEvent = { type: 'item.supervised', data: { tier: 'city', reason: '坠车' } }
    t.strictSame(told(supervised, item, office), [
      both('supervised')[0],
      'supervised → supervisor',
      both('supervised')[1],
    ])
    t.strictSame(told(supervised, item, actorOf('supervisor')), [
      ...both('supervised').slice(0, 1),
      'supervised → office',
      'supervised → unit',
    ])
    const rejected: ItemEvent = { type: 'item.closure_rejected', data: { findings: '缺 8 米' } }
    t.strictSame(told(rejected, itemIn('closure_requested'), office), both('closure_rejected'))
    t.strictSame(
      told(supervised, item, actorOf('office', { unit: UNIT })),
      [both('supervised')[0], 'supervised → supervisor', both('supervised')[1]],
      'an officer who belongs to the unit acts as the office: the unit is told',
    )
    t.end()
  },
)

t.test('what goes wrong at a recheck is told, what is right is not; a refused extension is one', (t) => {
  const failed: ItemEvent = { type: 'item.rechecked', data: { passed: false, findings: '护栏又缺', dueAt: NOW } }
  t.strictSame(told(failed, itemIn('closed'), actorOf('inspector')), [
    'recheck_failed → helper',
    'recheck_failed → office',
    'recheck_failed → unit',
  ])
  const refused: ItemEvent = {
    type: 'item.extension_decided',
    data: { approved: false, dueAt: null, reason: '不属不可抗力' },
  }
  t.strictSame(told(refused, itemIn('remediating', { extensionPending: true }), office), both('extension_refused'))
  const same: ItemEvent = {
    type: 'item.deadline_recomputed',
    data: { dueAt: itemIn('remediating').dueAt ?? '', provisional: false, basis: BASIS, previousDueAt: NOW },
  }
  t.strictSame(told(same, itemIn('remediating'), office), [], 'a date that only became certain has not moved')
  t.end()
})

t.test(
  'whoever filed an item hears what became of it: the hotline without the reason, a citizens’ app over Open311',
  (t) => {
    const dismissed: ItemEvent = { type: 'item.dismissed', data: { reason: '非隐患' } }
    const reported = itemIn('reported')
    const tellings = (channel: Item['channel'], actor: Actor) => {
      const before = { ...reported, channel }
      const after = evolve(before, { ...dismissed, at: NOW, actorId: actor.id })
      return tellingsOf({ event: dismissed, before, after }, actor)
    }
    t.match(tellings(null, office), [{ kind: 'dismissed', to: 'filer', person: FILER, data: { reason: '非隐患' } }])
    t.strictSame(tellings('hotline', office), [{ kind: 'dismissed', to: 'filer', person: FILER, data: {} }])
    t.strictSame(tellings('public', office), [])
    t.strictSame(tellings(null, { ...office, id: FILER }), [], 'who did it themselves is not told')
    t.strictSame(
      told({ type: 'item.caller_answered', data: { answer: null } }, { ...reported, channel: 'hotline' }, office),
      ['caller_answered → filer'],
    )
    const closed: ItemEvent = { type: 'item.closed', data: { findings: '合格' } }
    t.ok(
      told(closed, { ...itemIn('closure_requested'), channel: 'hotline' }, actorOf('inspector')).includes(
        'closed → filer',
      ),
    )
    t.notOk(
      told(closed, itemIn('closure_requested'), actorOf('inspector', { id: VERIFIER })).includes('closed → filer'),
    )
    t.end()
  },
)
