import type { Channel } from '../access/permissions.js'
import type { Instant } from '../time/instant.js'
import type { ItemEvidence } from './evidence.js'
import type { Hotline } from './hotline.js'
import { type Call, UNANSWERED } from './hotline.js'
import type { StandardPoint, Verified } from './standard.js'
import type { Carriageway, Direction, Level, Risk, Source, Status, Tier } from './words.js'

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

/** What was filed. The location stands in `lon` and `lat`, WGS 84. */
export interface Filed extends Omit<Description, 'carriageway'> {
  externalSystem: string | null
  externalId: string | null
  foundAt: Instant | null
  /** These only of what has them. */
  carriageway?: Carriageway
  channel?: Channel
  hotline?: Call
  mediaUrl?: string
}

/** What an item is from birth and its first event does not say. */
export interface Identity {
  jurisdiction: string
  id: string
  code: string
}

/** An item at its first event, with everything that a filing does not say. */
export function blankItem(identity: Identity, filed: Filed, at: Instant): Item {
  const { title, description, category, risk, source, area, road, direction, startChainageM, endChainageM } = filed
  const { carriageway, lon, lat, address, externalSystem, externalId, foundAt, channel, hotline, mediaUrl } = filed
  // Written out: an object of this size that is put together from spreads is forty times as slow to make.
  return {
    jurisdiction: identity.jurisdiction,
    id: identity.id,
    code: identity.code,
    version: 1,
    status: 'reported',
    title,
    description,
    category,
    risk,
    source,
    area,
    road,
    direction,
    carriageway: carriageway ?? null,
    startChainageM,
    endChainageM,
    lon,
    lat,
    address,
    externalSystem,
    externalId,
    foundAt,
    channel: channel ?? null,
    hotline: hotline === undefined ? null : { ...hotline, ...UNANSWERED },
    mediaUrl: mediaUrl ?? null,
    level: null,
    reportedAt: at,
    reportedBy: null,
    listedAt: null,
    evaluation: null,
    defaultDueAt: null,
    defaultDueProvisional: false,
    defaultDueBasis: null,
    dueAt: null,
    dueProvisional: false,
    dueBasis: null,
    dueSetAt: null,
    escalation: null,
    assignment: null,
    plan: null,
    progress: null,
    extension: null,
    suspension: null,
    closureRequest: null,
    verifications: [],
    closedAt: null,
    closedBy: null,
    closureFindings: null,
    closurePoints: null,
    supervision: null,
    recheck: null,
    dismissalReason: null,
    mergedInto: null,
    mergedFrom: [],
    concernedUnits: [],
    evidence: [],
    updatedAt: at,
  }
}
