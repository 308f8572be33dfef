import { Rejection, type Words } from '../rejection.js'
import type { Instant } from '../time/instant.js'
import {
  type Cited,
  EVIDENCE_KINDS,
  type Evidenced,
  type EvidenceKind,
  type EvidenceRef,
  type EvidenceRules,
  type EvidenceWarning,
  type ItemEvidence,
} from './evidence.js'
import type { Item } from './item.js'

/** Phones' clocks run ahead; an hour of that is no sign of anything. */
const CLOCK_SKEW_MS = 3_600_000
/** Of the earth's mean radius (IUGG). */
const EARTH_RADIUS_M = 6_371_009
/** What one item can refer to; an event can refer to far fewer. */
export const MAX_EVIDENCE_OF_ITEM = 200

/** What the event will say of the evidence that it refers to; warnings are about the item as it stands. */
export function evidenceOf(item: Item, cited: readonly Cited[], rules: EvidenceRules, now: Instant): Evidenced {
  if (cited.length === 0) return {}
  const known = new Set([...item.evidence, ...cited].map(({ id }) => id))
  if (known.size > MAX_EVIDENCE_OF_ITEM) {
    throw new Rejection('too-much-evidence', {
      zh: `一项隐患最多引用 ${MAX_EVIDENCE_OF_ITEM} 份佐证。`,
      en: `An item refers to at most ${MAX_EVIDENCE_OF_ITEM} pieces of evidence.`,
    })
  }
  const refs = cited.map(({ usedOn, ...ref }) => {
    const others = [...item.evidence, ...cited]
    return { ...ref, warnings: warningsOf(item, { ...ref, usedOn }, others, rules, now) }
  })
  return { evidence: refs }
}

function warningsOf(
  item: Item,
  photo: Cited,
  others: readonly EvidenceRef[] | readonly Omit<Cited, 'usedOn'>[],
  rules: EvidenceRules,
  now: Instant,
): EvidenceWarning[] {
  // A paper has no place, may well be older, and be about several items.
  if (photo.mediaType === 'application/pdf' || photo.kind === 'document') return []
  const warnings: EvidenceWarning[] = []
  if (item.lon !== null && item.lat !== null) {
    const { location } = photo
    if (location === null) warnings.push('no_position')
    else if (distanceM(location, { lon: item.lon, lat: item.lat }) > rules.maxDistanceM) warnings.push('far_from_item')
  }
  const assignedAt = item.assignment?.assignedAt
  if (photo.takenAt === null) warnings.push('no_time')
  else if (Date.parse(photo.takenAt) > Date.parse(now) + CLOCK_SKEW_MS) warnings.push('in_future')
  else if (photo.kind !== 'before' && assignedAt !== undefined && photo.takenAt < assignedAt)
    warnings.push('before_assignment')
  if (photo.usedOn.some((id) => id !== item.id)) warnings.push('used_on_other_item')
  if (others.some(({ sha256, kind }) => sha256 === photo.sha256 && kind !== photo.kind))
    warnings.push('same_file_as_other_kind')
  return warnings
}

/** The item's evidence after an event. What it has already stays as it was first referred to. */
export function withEvidence(
  known: readonly ItemEvidence[],
  refs: readonly EvidenceRef[] | undefined,
  event: { type: string; at: Instant; actorId: string },
): readonly ItemEvidence[] {
  const fresh = (refs ?? []).filter(({ id }) => !known.some((one) => one.id === id))
  if (fresh.length === 0) return known
  return [...known, ...fresh.map((ref) => ({ ...ref, event: event.type, at: event.at, by: event.actorId }))]
}

/** What an event says of itself, apart from the evidence, which becomes the item's. */
export function said<T extends Evidenced>({ evidence: _, ...rest }: T): Omit<T, 'evidence'> {
  return rest
}

/** The item's evidence after an event that may have brought some. */
export function evidenced(
  item: Pick<Item, 'evidence'>,
  event: { type: string; at: Instant; actorId: string; data: Evidenced },
): Pick<Item, 'evidence'> {
  return { evidence: withEvidence(item.evidence, event.data.evidence, event) }
}

const NAMES: Record<EvidenceKind, Words> = {
  before: { zh: '治理前', en: 'before' },
  during: { zh: '治理中', en: 'during' },
  after: { zh: '治理后', en: 'after' },
  document: { zh: '文件', en: 'document' },
}

/**
 * What a closure request needs of evidence (rules, by level). The hazard's own state, `before`, may be shown by what was
 * filed with it; everything else must have come since the order that is being carried out, or a reopened item would be
 * closed by the photos of its first closure.
 * @throws Rejection `evidence-missing` (409) that says how many of which kind.
 */
export function requireEvidence(item: Item, refs: readonly EvidenceRef[], rules: EvidenceRules): void {
  const required = rules.closure[item.level ?? 'general']
  const since = item.assignment?.assignedAt ?? ''
  const counted = item.evidence.filter(({ kind, at }) => kind === 'before' || at >= since)
  const given = new Map([...counted, ...refs].map(({ id, kind }) => [id, kind]))
  const missing = EVIDENCE_KINDS.map((kind) => {
    const present = [...given.values()].filter((one) => one === kind).length
    return { kind, required: required[kind], present }
  }).filter(({ required, present }) => present < required)
  if (missing.length === 0) return
  const list = (language: keyof Words) =>
    missing.map(({ kind, required, present }) => `${NAMES[kind][language]} ${present}/${required}`).join(', ')
  throw new Rejection(
    'evidence-missing',
    {
      zh: `申请验收缺少佐证（已有/应有）：${list('zh')}。`,
      en: `The closure request lacks evidence (given/needed): ${list('en')}.`,
    },
    { missing },
  )
}

/** Metres along the great circle (haversine); within 0.5 % of the ellipsoid's. */
export function distanceM(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const rad = Math.PI / 180
  const half = (degrees: number) => Math.sin((degrees * rad) / 2) ** 2
  const h = half(b.lat - a.lat) + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * half(b.lon - a.lon)
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** A quarter of a hash, and its place. */
const BAND_BITS = 16
/** Pictures whose hashes differ in so many of 64 bits look alike; the bands find up to 7. */
export const ALIKE_BITS = 6

/** The four quarters of a perceptual hash (64 times 0 or 1), each told apart by its place. */
export function bandsOf(phash: string): number[] {
  return [0, 1, 2, 3].map(
    (n) => n * 2 ** BAND_BITS + Number.parseInt(phash.slice(n * BAND_BITS, (n + 1) * BAND_BITS), 2),
  )
}

/** The bands of every hash that may be alike: one of its quarters differs in at most one bit. */
export function bandsAlike(phash: string): number[] {
  return bandsOf(phash).flatMap((band) => [band, ...Array.from({ length: BAND_BITS }, (_, bit) => band ^ (1 << bit))])
}
