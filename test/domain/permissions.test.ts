import {
  type Action,
  areaLimitOf,
  CHANNELS,
  isPermitted,
  PERMISSIONS,
  ROLES,
  type Role,
} from '../../src/domain/access/permissions.js'
import { actorOf } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

/** The columns of the matrix: inspector, unit, office, supervisor, auditor, admin. */
const COLUMNS: readonly Role[] = ['inspector', 'unit', 'office', 'supervisor', 'auditor', 'admin']

/** Who may do what, as the contract with clients says it. Written by hand, not derived from the code's own table. */
const MATRIX: Record<Action, string> = {
  'item.read': 'x x x x x x',
  'item.file': 'x . x . . .',
  'item.correct': 'x . x . . .',
  'item.list': '. . x . . .',
  'item.dismiss': '. . x . . .',
  'item.merge': '. . x . . .',
  'item.assign': '. . x . . .',
  'item.change_lead_official': '. . x . . .',
  'lead_official.replace': '. . x . . .',
  'item.accept': '. x . . . .',
  'item.return': '. x . . . .',
  'item.plan': '. x . . . .',
  'item.report_progress': '. x . . . .',
  'item.request_extension': '. x . . . .',
  'item.decide_extension': '. . x . . .',
  'item.suspend': '. . x . . .',
  'item.resume': '. . x . . .',
  'item.request_closure': '. x . . . .',
  'item.decide_closure': 'x . x . . .',
  'item.recheck': 'x . x . . .',
  'item.reopen': '. . x . . .',
  'item.decide_recurrence': '. . x . . .',
  'recheck.read': 'x . x x x .',
  'recheck.audit': '. . x . x .',
  'item.supervise': '. . x x . .',
  'item.end_supervision': '. . x x . .',
  'item.note': 'x x x x . x',
  'item.batch': 'x x x x . x',
  'item.count_accidents': 'x . x . . .',
  'item.import': '. . x . . x',
  'item.report': '. . . . . .',
  'item.answer_caller': '. x x . . .',
  'item.record_satisfaction': '. . x . . .',
  'ledger.read': '. . x x x .',
  'ledger.verify': '. . . . x x',
  'report.read': 'x x x x x x',
  'reference.read': 'x x x x x x',
  'view.use': 'x x x x x x',
  'view.share': '. . x . . x',
  'unit.write': '. . . . . x',
  'category.write': '. . . . . x',
  'area.write': '. . . . . x',
  'person.read': '. . . . x x',
  'person.write': '. . . . . x',
  'key.manage': '. . . . . x',
  'calendar.write': '. . . . . x',
  'item.recompute_deadline': '. . x . . x',
  'deadline_feed.use': 'x x x x . .',
  'deadline_feed.manage': '. . . . . x',
  'rules.read': 'x x x x x x',
  'rules.write': '. . . . . x',
  'notice.read': 'x x x x x .',
  'notice.receive': 'x x x x . .',
  'contact.manage': '. . x . . x',
  'subscription.manage': '. . x . . x',
  'bulletin.read': 'x x x x x x',
  'bulletin.write': '. . x . . .',
  'bulletin.receive': '. x x x . .',
  'document.read': 'x x x x x x',
  'document.issue': '. . x . . .',
  'document.receive': '. x . . . .',
  'document_template.read': '. . x . . x',
  'document_template.write': '. . x . . x',
  'evidence.upload': 'x x x . . .',
  'evidence.read': 'x x x x x x',
  'item.escalate': '. . . . . .',
  'item.score': '. . . . . .',
  'score.read': '. x x x x .',
  'score.compute': '. . x . . .',
  'score.appeal': '. x . . . .',
  'score.decide': '. . x . . .',
  'score_period.close': '. . x . . .',
}

t.test('every role may do what the matrix gives it, and nothing else', async (t) => {
  t.strictSame([...ROLES].sort(), [...COLUMNS].sort(), 'the matrix has a column for every role')
  t.strictSame(Object.keys(MATRIX).sort(), Object.keys(PERMISSIONS).sort(), 'the matrix has a row for every action')
  for (const [action, row] of Object.entries(MATRIX) as [Action, string][]) {
    const allowed = COLUMNS.map((role) => (isPermitted(role, action) ? 'x' : '.')).join(' ')
    t.equal(allowed, row, action)
  }
})

t.test(
  'the auditor changes nothing, the administrator nothing on the list but notes, imports and deadlines after a change of calendar',
  async (t) => {
    const may = (role: Role) => (Object.keys(MATRIX) as Action[]).filter((action) => isPermitted(role, action))
    t.strictSame(may('auditor').sort(), [
      'bulletin.read',
      'document.read',
      'evidence.read',
      'item.read',
      'ledger.read',
      'ledger.verify',
      'notice.read',
      'person.read',
      'recheck.audit',
      'recheck.read',
      'reference.read',
      'report.read',
      'rules.read',
      'score.read',
      'view.use',
    ])
    t.strictSame(
      may('admin').filter((action) => action.startsWith('item.')),
      ['item.read', 'item.note', 'item.batch', 'item.import', 'item.recompute_deadline'],
    )
  },
)

t.test('a channel reports, the hotline follows its calls up, and neither may do anything else', async (t) => {
  const may = (channel: (typeof CHANNELS)[number]) =>
    (Object.keys(MATRIX) as Action[]).filter((action) => isPermitted(channel, action))
  t.strictSame(may('public'), ['item.report'])
  const calls = ['item.report', 'item.answer_caller', 'item.record_satisfaction']
  t.same(new Set(may('hotline')), new Set([...calls, 'notice.read', 'notice.receive']))
})

t.test('the service itself may do everything', async (t) => {
  for (const action of Object.keys(MATRIX) as Action[]) t.ok(isPermitted('system', action), action)
})

t.test('an area limits supervisors, inspectors and channels, nobody else', async (t) => {
  const limited: readonly Role[] = ['inspector', 'supervisor']
  for (const role of ROLES) {
    t.equal(areaLimitOf(actorOf(role, { area: '341225' })), limited.includes(role) ? '341225' : null, role)
    t.equal(areaLimitOf(actorOf(role)), null, `${role} without an area`)
  }
  for (const channel of CHANNELS) t.equal(areaLimitOf(actorOf(channel, { area: '341225' })), '341225', channel)
})
