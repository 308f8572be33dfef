import type { Action, Actor, Role } from '../../src/domain/access/permissions.js'
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
import type { Entry } from '../../src/domain/item/decide/score.js'
import { appealScore, decideScoreAppeal, score } from '../../src/domain/item/decide/score.js'
import type { IssuedDocument } from '../../src/domain/item/document.js'
import type { ItemEvent, ItemEventType } from '../../src/domain/item/events.js'
import type { Item } from '../../src/domain/item/item.js'
import type { Status } from '../../src/domain/item/words.js'
import type { Scored } from '../../src/domain/score/entry.js'
import {
  APPLICANT,
  actorOf,
  BASIS,
  COUNT,
  DEFAULT_DEADLINE,
  day,
  FILER,
  IDENTITY,
  itemIn,
  NEW_DEADLINE,
  ORDER,
  RULES,
  TWO_VERIFIERS,
  UNIT,
  VERIFIER,
} from './domain.js'

/** What can happen to an item that there is. */
export type Happening = Exclude<ItemEventType, 'item.reported' | 'item.imported'>

/** A command that makes an event, and who may give it. */
export interface Attempt {
  action: Action
  roles: readonly Role[]
  /** The status it leads to; absent: it stays. */
  to?: Status
  work: (item: Item, actor: Actor) => ItemEvent | null
}

/** When the attempts are made. */
export const NOW = day(20)
const DECISION = { approved: true, dueAt: null, reason: null }
const PLAN = { measures: '加装护栏', budgetFen: null, interimProtection: null }
const PROGRESS = { percent: 60, note: '立柱已打设', spentFen: null }
const EVALUATION = { level: 'major', category: null, evaluation: null } as const
const ELSEWHERE = { ...IDENTITY, id: '00000000-0000-7000-8000-0000000000f2', code: '2026-000173' }

/** An entry of the unit's, as it is written, as it stands, and when the unit has appealed. */
export const SCORED: Scored = {
  id: '00000000-0000-7000-8000-0000000000d1',
  ...{ rule: 'closure_rejected', unit: UNIT, points: -1, moneyFen: null, rules: 0, reverses: null, reason: null },
  cause: { seq: 9, type: 'item.closure_rejected', at: day(12), day: null },
  bookedOn: '2026-03-14',
}
export const ENTRY: Entry = { ...SCORED, at: day(12), appealableUntil: day(9000), isReversed: false, appeal: null }
export const APPEALED: Entry = { ...ENTRY, appeal: { by: APPLICANT, approved: null } }

/** A paper, and how it stands before its unit has signed for it. */
export const PAPER: IssuedDocument = {
  document: '00000000-0000-7000-8000-0000000000e1',
  ...{ kind: 'item_file', number: '安办档〔2026〕1号', title: '一患一档', unit: UNIT, templateVersion: 0 },
  files: { docx: '00', pdf: null },
}
export const ADDRESSED = { number: PAPER.number, unit: UNIT, received: false }
const LINK = '00000000-0000-7000-8000-0000000000b1'

/** One attempt for every event, with the roles that the contract gives it. */
export const ATTEMPTS: Record<Happening, Attempt> = {
  'item.corrected': {
    action: 'item.correct',
    roles: ['inspector', 'office'],
    work: (item, actor) => correct(item, { title: '临水弯道护栏缺失' }, actor),
  },
  'item.listed': {
    action: 'item.list',
    roles: ['office'],
    to: 'listed',
    work: (item) => list(item, EVALUATION, DEFAULT_DEADLINE),
  },
  'item.dismissed': {
    action: 'item.dismiss',
    roles: ['office'],
    to: 'dismissed',
    work: (item) => dismiss(item, '非隐患'),
  },
  'item.merged': {
    action: 'item.merge',
    roles: ['office'],
    to: 'merged',
    work: (item) => merge(item, itemIn('listed', {}, ELSEWHERE), '重复').merged,
  },
  'item.absorbed': {
    action: 'item.merge',
    roles: ['office'],
    work: (item) => merge(itemIn('reported', {}, ELSEWHERE), item, '重复').absorbed,
  },
  'item.assigned': {
    action: 'item.assign',
    roles: ['office'],
    to: 'assigned',
    work: (item) => assign(item, ORDER, { provisional: false, workingDays: null }, NOW),
  },
  'item.lead_official_changed': {
    action: 'item.change_lead_official',
    roles: ['office'],
    work: (item) => changeLeadOfficial(item, { name: '李敏' }, '调任'),
  },
  'item.accepted': { action: 'item.accept', roles: ['unit'], to: 'remediating', work: accept },
  'item.returned': {
    action: 'item.return',
    roles: ['unit'],
    to: 'listed',
    work: (item, actor) => giveBack(item, '非我单位职责', actor),
  },
  'item.planned': { action: 'item.plan', roles: ['unit'], work: (item, actor) => plan(item, PLAN, actor) },
  'item.progress_reported': {
    action: 'item.report_progress',
    roles: ['unit'],
    work: (item, actor) => reportProgress(item, PROGRESS, actor),
  },
  'item.extension_requested': {
    action: 'item.request_extension',
    roles: ['unit'],
    work: (item, actor) => requestExtension(item, day(90), '降雨', actor, NOW),
  },
  'item.extension_decided': {
    action: 'item.decide_extension',
    roles: ['office'],
    work: (item) => decideExtension(item, DECISION, NOW),
  },
  'item.suspended': { action: 'item.suspend', roles: ['office'], work: (item) => suspend(item, '等待批准') },
  'item.resumed': { action: 'item.resume', roles: ['office'], work: (item) => resume(item, null, NOW) },
  'item.closure_requested': {
    action: 'item.request_closure',
    roles: ['unit'],
    to: 'closure_requested',
    work: (item, actor) => requestClosure(item, '已完成', actor, RULES),
  },
  'item.closure_rejected': {
    action: 'item.decide_closure',
    roles: ['inspector', 'office'],
    to: 'remediating',
    work: (item, actor) => decideClosure(item, false, '缺 8 米', actor),
  },
  'item.closed': {
    action: 'item.decide_closure',
    roles: ['inspector', 'office'],
    to: 'closed',
    work: (item, actor) => decideClosure(item, true, '合格', actor),
  },
  'item.verified': {
    action: 'item.decide_closure',
    roles: ['office', 'inspector'],
    work: (item, actor) => decideClosure(item, true, '合格', actor, {}, { rules: TWO_VERIFIERS }),
  },
  'item.recurrence_decided': {
    action: 'item.decide_recurrence',
    roles: ['office'],
    work: (item) => decideRecurrence(item, LINK, true, '再次缺失'),
  },
  'item.recurred': { action: 'item.decide_recurrence', roles: ['office'], work: (item) => recur(item, LINK) },
  'item.rechecked': {
    action: 'item.recheck',
    roles: ['inspector', 'office'],
    work: (item, actor) => recheck(item, true, '完好', NEW_DEADLINE, actor),
  },
  'item.reopened': {
    action: 'item.reopen',
    roles: ['office'],
    to: 'listed',
    work: (item) => reopen(item, '重现', NEW_DEADLINE),
  },
  'item.supervised': {
    action: 'item.supervise',
    roles: ['supervisor', 'office'],
    work: (item) => supervise(item, 'city', '坠车'),
  },
  'item.supervision_ended': {
    action: 'item.end_supervision',
    roles: ['supervisor', 'office'],
    work: (item) => endSupervision(item, '主体完成'),
  },
  'item.noted': {
    action: 'item.note',
    roles: ['inspector', 'unit', 'office', 'supervisor', 'admin'],
    work: (item) => note(item, '已电话联系'),
  },
  'item.accidents_counted': {
    action: 'item.count_accidents',
    roles: ['inspector', 'office'],
    work: (item) => countAccidents(item, [], COUNT, '2026-03-22'),
  },
  'item.caller_answered': {
    action: 'item.answer_caller',
    roles: ['unit', 'office'],
    work: (item, actor) => answerCaller(item, { answer: '已告知' }, actor),
  },
  'item.satisfaction_recorded': {
    action: 'item.record_satisfaction',
    roles: ['office'],
    work: (item, actor) => recordSatisfaction(item, { rating: 'satisfied', note: null }, actor),
  },
  'item.escalated': {
    action: 'item.escalate',
    roles: [],
    work: (item) => escalate(item, { rung: 'talk', day: 7 }, 1),
  },
  'item.scored': { action: 'item.score', roles: [], work: (item) => score(item, SCORED) },
  'item.score_appealed': {
    action: 'score.appeal',
    roles: ['unit'],
    work: (item, actor) => appealScore(item, ENTRY, '工期受汛期影响', actor, NOW),
  },
  'item.score_appeal_decided': {
    action: 'score.decide',
    roles: ['office'],
    work: (item, actor) => decideScoreAppeal(item, APPEALED, true, '属实', actor),
  },
  'item.document_issued': {
    action: 'document.issue',
    roles: ['office'],
    work: (item) => issueDocument(item, PAPER),
  },
  'item.document_received': {
    action: 'document.receive',
    roles: ['unit'],
    work: (item, actor) => receiveDocument(item, { id: PAPER.document, ...ADDRESSED }, actor),
  },
  'item.deadline_recomputed': {
    action: 'item.recompute_deadline',
    roles: ['office', 'admin'],
    work: (item) => recomputeDeadline(item, { dueAt: day(120), provisional: false, basis: BASIS }),
  },
}

/** Every person is the one who could: the filer, and for a unit the responsible one. */
export function personOf(role: Role, type: Happening): Actor {
  const id = type === 'item.corrected' ? FILER : VERIFIER
  return actorOf(role, { id, unit: role === 'unit' ? UNIT : null })
}
