import type { Instant } from '../time/instant.js'
import type { Level } from './words.js'

export const EVIDENCE_KINDS = ['before', 'during', 'after', 'document'] as const
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number]

/** What evidence is kept as. */
export const MEDIA_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

export const EVIDENCE_WARNINGS = [
  'far_from_item',
  'no_position',
  'before_assignment',
  'no_time',
  'in_future',
  'used_on_other_item',
  'same_file_as_other_kind',
] as const
/** What a verifier should look at. It refuses nothing: it flags, a person decides. */
export type EvidenceWarning = (typeof EVIDENCE_WARNINGS)[number]

/** How many pieces of each kind a closure request needs. */
export type RequiredEvidence = Record<EvidenceKind, number>

export interface EvidenceRules {
  closure: Record<Level, RequiredEvidence>
  /** A photo taken farther from the item than this is flagged. */
  maxDistanceM: number
}

/** What is known of a piece of evidence when an event refers to it. */
export interface Cited {
  id: string
  kind: EvidenceKind
  mediaType: MediaType
  /** Of the file as it is kept, lower-case hex. */
  sha256: string
  takenAt: Instant | null
  location: { lon: number; lat: number } | null
  /** The items that use this photo, or one that looks like it. */
  usedOn: readonly string[]
}

/** A reference as it is chained: the evidence's hash, what it says of time and place, and what was flagged. */
export interface EvidenceRef extends Omit<Cited, 'usedOn'> {
  warnings: readonly EvidenceWarning[]
}

/** What an event may carry. Absent, not empty, where it refers to none. */
export interface Evidenced {
  evidence?: readonly EvidenceRef[]
}

/** An item's evidence: what its events have referred to, and which did so first. */
export interface ItemEvidence extends EvidenceRef {
  event: string
  at: Instant
  by: string
}
