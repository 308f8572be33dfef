import type { ItemEvidence } from './evidence.js'
import type { Hotline } from './hotline.js'
import type { Channel } from './permissions.js'
import type { StandardPoint, Verified } from './verification.js'
import { later } from './zone.js'

export const STATUSES = [
  'reported',
  'listed',
  'assigned',
  'remediating',
  'closure_requested',
  'closed',
  'dismissed',
  'merged',
] as const
export type Status = (typeof STATUSES)[number]

/** On account (挂账): listed and not yet struck off. Mirrored by the partial index `item_by_deadline_on_the_clock`. */
export const ON_ACCOUNT = ['listed', 'assigned', 'remediating', 'closure_requested'] as const satisfies Status[]

export const LEVELS = ['general', 'major'] as const
export type Level = (typeof LEVELS)[number]

/** Risk element (人、车、路、企). */
export const RISKS = ['person', 'vehicle', 'road', 'enterprise'] as const
export type Risk = (typeof RISKS)[number]

export const SOURCES = [
  'inspection',
  'patrol',
  'accident_analysis',
  'public',
  'hotline',
  'superior_order',
  'media',
  'import',
] as const
export type Source = (typeof SOURCES)[number]

export const DIRECTIONS = ['up', 'down', 'both'] as const
export type Direction = (typeof DIRECTIONS)[number]

export const TIERS = ['county', 'city', 'province'] as const
export type Tier = (typeof TIERS)[number]

/** An instant: RFC 3339 in UTC with milliseconds, `2026-11-22T01:30:00.000Z`; sorts as text. */
export type Instant = string

export interface LeadOfficial {
  name: string
  title?: string
}

/** The required elements (五要件) with the reward and penalty measures. */
export interface Order {
  goal: string
  leadOfficial: LeadOfficial
  responsibleUnit: string
  coUnits: readonly string[]
  completionStandard: string
  dueAt: Instant
  reward: string
  penalty: string
}

export interface Assignment extends Order {
  assignedAt: Instant
  assignedBy: string
  acceptedAt: Instant | null
}

/** Remediation plan (治理方案). Money in fen. */
export interface Plan {
  measures: string
  budgetFen: number | null
  interimProtection: string | null
}

export interface Progress {
  percent: number
  note: string
  spentFen: number | null
}

/** How a deadline that was given in working days came about, so that it can be explained and computed again. */
export interface DueBasis {
  /** The day after which the working days are counted, `YYYY-MM-DD` in the jurisdiction's zone. */
  from: string
  workingDays: number
  /** The version of the working calendar that it was counted by. */
  calendar: string
  /** For how long the clock has stood since, in milliseconds: the deadline lies that much later. */
  stoodMs: number
}

/** How far an item has climbed the ladder (督办阶梯) of the deadline in force. */
export interface Escalation {
  /** The highest rung reached, and when. */
  rung: string
  at: Instant
  /** Every rung that has been reached, in order. */
  rungs: readonly string[]
}

interface Done {
  at: Instant
  by: string
}

/** Where the two carriageways part (分离式路基) each has its own chainage: ZK of the left, YK of the right one. */
export const CARRIAGEWAYS = ['left', 'right'] as const
export type Carriageway = (typeof CARRIAGEWAYS)[number]

/** Where a hazard is: any of road with chainage (metres from the road's zero), WGS 84 point, street address. */
export interface Place {
  area: string
  road: string | null
  direction: Direction | null
  /** Whose chainage it is; null for the road's own line, K. */
  carriageway: Carriageway | null
  startChainageM: number | null
  endChainageM: number | null
  lon: number | null
  lat: number | null
  address: string | null
}

/** What the filer described, and may correct. */
export interface Description extends Place {
  title: string
  description: string | null
  category: string | null
  risk: Risk | null
  source: Source
}

/** A hazard on the one list. What `evolve` makes of its events, and exactly the row of table `item`. */
export interface Item extends Description {
  jurisdiction: string
  id: string
  code: string
  version: number
  status: Status
  level: Level | null
  externalSystem: string | null
  externalId: string | null
  foundAt: Instant | null
  /** The way from outside by which it came; null: one of our own people filed it. */
  channel: Channel | null
  /** Of a call to the hotline; null where nothing is known of one. */
  hotline: Hotline | null
  /** A link that a channel sent along. It is kept as text and never followed. */
  mediaUrl: string | null
  reportedAt: Instant
  reportedBy: string | null
  listedAt: Instant | null
  evaluation: string | null
  /** The deadline in force while nobody is assigned. */
  defaultDueAt: Instant | null
  defaultDueProvisional: boolean
  defaultDueBasis: DueBasis | null
  dueAt: Instant | null
  dueProvisional: boolean
  /** Null for a deadline that was given as a date. */
  dueBasis: DueBasis | null
  /** When the deadline in force came to be: a ladder begins anew then. */
  dueSetAt: Instant | null
  escalation: Escalation | null
  assignment: Assignment | null
  plan: (Plan & Done) | null
  progress: (Progress & Done) | null
  /** An extension that waits for the office's decision. */
  extension: ({ dueAt: Instant; reason: string } & Done) | null
  suspension: ({ reason: string } & Done) | null
  supervision: ({ tier: Tier; reason: string } & Done) | null
  closureRequest: ({ summary: string } & Done) | null
  /** Who has found it good since closure was applied for, before the one who strikes it off. */
  verifications: readonly (Verified & { unit: string | null } & Done)[]
  closedAt: Instant | null
  closedBy: string | null
  closureFindings: string | null
  closurePoints: readonly StandardPoint[] | null
  recheck: ({ passed: boolean; findings: string } & Done) | null
  dismissalReason: string | null
  mergedInto: string | null
  mergedFrom: readonly string[]
  /** Every unit that is or was responsible or co-responsible; they may see the item. */
  concernedUnits: readonly string[]
  /** What the item's events have referred to, in order. */
  evidence: readonly ItemEvidence[]
  updatedAt: Instant
}

export function isOnAccount(item: Pick<Item, 'status'>): boolean {
  return (ON_ACCOUNT as readonly Status[]).includes(item.status)
}

/** The deadline once the clock runs again: moved by exactly the time it stood (中止计时). */
export function resumedDueAt(item: Pick<Item, 'dueAt' | 'suspension'>, at: Instant): Instant | null {
  const { dueAt, suspension } = item
  if (dueAt === null || suspension === null) return dueAt
  const stoodMs = Math.max(0, Date.parse(at) - Date.parse(suspension.at))
  return later(dueAt, stoodMs)
}

/** Overdue (逾期) is computed, never stored; a suspended item is not overdue. `db/item-json.ts` says the same in SQL. */
export function isOverdue(item: Pick<Item, 'status' | 'dueAt' | 'suspension'>, now: Instant): boolean {
  return isOnAccount(item) && item.suspension === null && item.dueAt !== null && item.dueAt < now
}
