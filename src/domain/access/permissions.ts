import { Rejection } from '../rejection.js'

export const ROLES = ['inspector', 'unit', 'office', 'supervisor', 'auditor', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Ways by which reports come from outside: an app of the citizens', the city's hotline. Their keys stand for no official. */
export const CHANNELS = ['public', 'hotline'] as const
export type Channel = (typeof CHANNELS)[number]
/** What an API key can be of. */
export const KEY_ROLES = [...ROLES, ...CHANNELS] as const

const ALL = ROLES

/** Who may do what: role × action. `unit` in a cell means: on items assigned to it (see `decide`). */
export const PERMISSIONS = {
  'item.read': ALL,
  'item.file': ['inspector', 'office'],
  'item.report': CHANNELS,
  'item.correct': ['inspector', 'office'],
  'item.list': ['office'],
  'item.dismiss': ['office'],
  'item.merge': ['office'],
  'item.assign': ['office'],
  'item.change_lead_official': ['office'],
  'lead_official.replace': ['office'],
  'item.accept': ['unit'],
  'item.return': ['unit'],
  'item.plan': ['unit'],
  'item.report_progress': ['unit'],
  'item.request_extension': ['unit'],
  'item.decide_extension': ['office'],
  'item.suspend': ['office'],
  'item.resume': ['office'],
  'item.request_closure': ['unit'],
  'item.decide_closure': ['inspector', 'office'],
  'item.recheck': ['inspector', 'office'],
  'item.reopen': ['office'],
  'item.decide_recurrence': ['office'],
  'recheck.read': ['inspector', 'office', 'supervisor', 'auditor'],
  'recheck.audit': ['office', 'auditor'],
  'item.supervise': ['supervisor', 'office'],
  'item.end_supervision': ['supervisor', 'office'],
  'item.note': ['inspector', 'unit', 'office', 'supervisor', 'admin'],
  // All who may do anything at all to an item; each command is then asked its own action.
  'item.batch': ['inspector', 'unit', 'office', 'supervisor', 'admin'],
  'item.count_accidents': ['inspector', 'office'],
  'item.answer_caller': ['unit', 'office', 'hotline'],
  'item.record_satisfaction': ['office', 'hotline'],
  'item.import': ['office', 'admin'],
  'ledger.read': ['office', 'supervisor', 'auditor'],
  'ledger.verify': ['auditor', 'admin'],
  'report.read': ALL,
  'reference.read': ALL,
  'view.use': ALL,
  'view.share': ['office', 'admin'],
  'unit.write': ['admin'],
  'category.write': ['admin'],
  'area.write': ['admin'],
  'person.read': ['admin', 'auditor'],
  'person.write': ['admin'],
  'key.manage': ['admin'],
  'calendar.write': ['admin'],
  'item.recompute_deadline': ['office', 'admin'],
  'deadline_feed.use': ['inspector', 'unit', 'office', 'supervisor'],
  'deadline_feed.manage': ['admin'],
  'rules.read': ALL,
  'rules.write': ['admin'],
  'notice.read': ['inspector', 'unit', 'office', 'supervisor', 'auditor', 'hotline'],
  'notice.receive': ['inspector', 'unit', 'office', 'supervisor', 'hotline'],
  'contact.manage': ['office', 'admin'],
  'subscription.manage': ['office', 'admin'],
  'bulletin.read': ALL,
  'bulletin.write': ['office'],
  'bulletin.receive': ['unit', 'office', 'supervisor'],
  'document.read': ALL,
  'document.issue': ['office'],
  'document.receive': ['unit'],
  'document_template.read': ['office', 'admin'],
  'document_template.write': ['office', 'admin'],
  'evidence.upload': ['inspector', 'unit', 'office'],
  'evidence.read': ALL,
  'item.escalate': [],
  'item.score': [],
  'score.read': ['unit', 'office', 'supervisor', 'auditor'],
  'score.compute': ['office'],
  'score.appeal': ['unit'],
  'score.decide': ['office'],
  'score_period.close': ['office'],
} as const satisfies Record<string, readonly (Role | Channel)[]>

export type Action = keyof typeof PERMISSIONS

/** The person behind a request, in one jurisdiction. */
export interface Actor {
  id: string
  name: string
  /** `system` is the service itself: imports and commands on the command line. */
  role: Role | Channel | 'system'
  jurisdiction: { id: string; name: string; timeZone: string; area: string }
  unit: string | null
  /** Limits a supervisor, an inspector or a channel to this code and what lies under it. */
  area: string | null
}

export function isPermitted(role: Actor['role'], action: Action): boolean {
  return role === 'system' || (PERMISSIONS[action] as readonly string[]).includes(role)
}

/** @throws Rejection `forbidden` (403) */
export function requirePermitted(role: Actor['role'], action: Action): void {
  if (isPermitted(role, action)) return
  throw new Rejection('forbidden', {
    zh: `角色 ${role} 不能执行 ${action}。`,
    en: `Role ${role} may not ${action}.`,
  })
}

/** The area that limits what the actor may see and touch; null: the whole jurisdiction. */
export function areaLimitOf(actor: Actor): string | null {
  return actor.role === 'supervisor' || actor.role === 'inspector' || isChannel(actor.role) ? actor.area : null
}

export function isChannel(role: Actor['role']): role is Channel {
  return (CHANNELS as readonly string[]).includes(role)
}
