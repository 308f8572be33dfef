import fc from 'fast-check'
import { type Cited, EVIDENCE_KINDS, type EvidenceKind, type EvidenceRules } from '../../src/domain/item/evidence.js'
import {
  ALIKE_BITS,
  bandsAlike,
  bandsOf,
  distanceM,
  evidenceOf,
  MAX_EVIDENCE_OF_ITEM,
  requireEvidence,
} from '../../src/domain/item/evidence-warnings.js'
import { evolve } from '../../src/domain/item/evolve.js'
import { FIRST_RULES } from '../../src/domain/rules.js'
import { day, EVENT, happened, itemIn, RULES, refusalOf } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const ASKING: EvidenceRules = FIRST_RULES.evidence
let n = 0
const cited = (kind: EvidenceKind, more: Partial<Cited> = {}): Cited => ({
  ...{ id: `e${++n}`, kind, mediaType: 'image/jpeg', sha256: `${n}`.padStart(64, '0') },
  ...{ takenAt: day(15), location: null, usedOn: [] },
  ...more,
})
const NOW = day(16)
const refsOf = (item: ReturnType<typeof itemIn>, all: Cited[], rules = RULES) =>
  evidenceOf(item, all, rules, NOW).evidence ?? []

t.test('an event that refers to nothing says nothing of evidence', async (t) => {
  t.strictSame(evidenceOf(itemIn('remediating'), [], RULES, NOW), {})
})

t.test('a kind that is asked for must be there, as often as it is asked for', async (t) => {
  const counts = fc.record(
    Object.fromEntries(EVIDENCE_KINDS.map((kind) => [kind, fc.nat(3)])) as Record<EvidenceKind, fc.Arbitrary<number>>,
  )
  fc.assert(
    fc.property(counts, counts, (required, given) => {
      const item = itemIn('remediating')
      const rules = { ...RULES, closure: { general: required, major: required } }
      const refs = refsOf(
        item,
        EVIDENCE_KINDS.flatMap((kind) => Array.from({ length: given[kind] }, () => cited(kind))),
      )
      const missing = EVIDENCE_KINDS.filter((kind) => given[kind] < required[kind])
      if (missing.length === 0) return requireEvidence(item, refs, rules) === undefined
      const { details } = refusalOf('evidence-missing', () => requireEvidence(item, refs, rules))
      return JSON.stringify(details.missing?.map(({ kind }) => kind)) === JSON.stringify(missing)
    }),
  )
  t.pass()
})

t.test('the rules of an item are those of its level, and of a general one where it has none', async (t) => {
  const rules = { ...ASKING, closure: { ...ASKING.closure, general: RULES.closure.general } }
  t.ok(
    refusalOf('evidence-missing', () => requireEvidence(itemIn('remediating'), [], rules)),
    'it is major',
  )
  t.equal(requireEvidence({ ...itemIn('remediating'), level: 'general' }, [], rules), undefined)
  t.equal(requireEvidence({ ...itemIn('remediating'), level: null }, [], rules), undefined)
})

t.test('what an earlier order brought does not count for this one, but for what was there before', async (t) => {
  const item = itemIn('remediating')
  const [before, after] = [refsOf(item, [cited('before')]), refsOf(item, [cited('after')])]
  const reported = evolve(
    item,
    happened(
      {
        type: 'item.progress_reported',
        data: { percent: 1, note: 'x', spentFen: null, evidence: [...before, ...after] },
      },
      10,
    ),
  )
  t.equal(requireEvidence(reported, [], ASKING), undefined)
  const again = [EVENT.assigned, EVENT.accepted].reduce((it, event, k) => evolve(it, happened(event, 20 + k)), reported)
  t.match(refusalOf('evidence-missing', () => requireEvidence(again, [], ASKING)).details.missing, [{ kind: 'after' }])
  t.equal(requireEvidence(again, after, ASKING), undefined, 'unless it is given again')
})

t.test('the same evidence twice is one', async (t) => {
  const item = itemIn('remediating')
  const rules = { ...RULES, closure: { ...RULES.closure, major: { ...RULES.closure.major, after: 2 } } }
  const [ref] = refsOf(item, [cited('after')])
  if (ref === undefined) throw new Error('no reference')
  const reported = evolve(
    item,
    happened({ type: 'item.progress_reported', data: { percent: 1, note: 'x', spentFen: null, evidence: [ref] } }, 10),
  )
  t.match(refusalOf('evidence-missing', () => requireEvidence(reported, [ref], rules)).details.missing, [
    { kind: 'after', required: 2, present: 1 },
  ])
  const twice = evolve(
    reported,
    happened({ type: 'item.closure_requested', data: { summary: 'x', evidence: [ref] } }, 11),
  )
  t.strictSame(twice.evidence, reported.evidence, 'and stays as it first was')
  t.strictSame(twice.closureRequest, { summary: 'x', at: day(11), by: twice.closureRequest?.by })
})

t.test('warnings go by the item as it stands', async (t) => {
  const item = { ...itemIn('remediating'), lon: 115, lat: 32 }
  const warningsOf = (one: Cited, of = item) => refsOf(of, [one])[0]?.warnings
  const here = { location: { lon: 115, lat: 32 } }
  t.strictSame(warningsOf(cited('after', here)), [])
  t.strictSame(warningsOf(cited('after')), ['no_position'])
  t.strictSame(
    warningsOf(cited('after'), { ...item, lon: null, lat: null } as never),
    [],
    'there is nothing to compare with',
  )
  t.strictSame(warningsOf(cited('after', { location: { lon: 115.01, lat: 32 } })), ['far_from_item'])
  t.strictSame(warningsOf(cited('after', { ...here, takenAt: null })), ['no_time'])
  t.strictSame(warningsOf(cited('after', { ...here, takenAt: day(1) })), ['before_assignment'], 'assigned on day 2')
  t.strictSame(warningsOf(cited('after', { ...here, takenAt: day(2) })), [])
  t.strictSame(warningsOf(cited('before', { ...here, takenAt: day(-30) })), [])
  t.strictSame(warningsOf(cited('after', { ...here, takenAt: day(17) })), ['in_future'])
  t.strictSame(warningsOf(cited('after', { ...here, usedOn: [item.id] })), [], 'on this item it is no wonder')
  t.strictSame(warningsOf(cited('after', { ...here, usedOn: ['another'] })), ['used_on_other_item'])
  const sha256 = 'f'.repeat(64)
  const pair = refsOf(item, [cited('before', { ...here, sha256 }), cited('after', { ...here, sha256 })])
  t.strictSame(
    pair.map(({ warnings }) => warnings),
    [['same_file_as_other_kind'], ['same_file_as_other_kind']],
  )
  for (const paper of [
    cited('document', { takenAt: null }),
    cited('after', { mediaType: 'application/pdf', usedOn: ['x'] }),
  ]) {
    t.strictSame(warningsOf(paper), [], 'of papers nothing is said')
  }
})

t.test('an item refers to so much and no more', async (t) => {
  const item = itemIn('remediating')
  const all = Array.from({ length: MAX_EVIDENCE_OF_ITEM }, () => cited('during'))
  t.equal(refsOf(item, all).length, MAX_EVIDENCE_OF_ITEM)
  t.ok(refusalOf('too-much-evidence', () => refsOf(item, [...all, cited('during')])))
})

t.test('distances are those of a sphere', async (t) => {
  t.equal(distanceM({ lon: 115, lat: 32 }, { lon: 115, lat: 32 }), 0)
  t.ok(Math.abs(distanceM({ lon: 0, lat: 0 }, { lon: 0, lat: 1 }) - 111_195) < 5, 'a degree of a meridian')
  t.ok(Math.abs(distanceM({ lon: 179.999, lat: 0 }, { lon: -179.999, lat: 0 }) - 222) < 1, 'across the date line')
  t.ok(Math.abs(distanceM({ lon: 0, lat: 90 }, { lon: 0, lat: -90 }) - Math.PI * 6_371_009) < 1)
})

t.test('every hash that is alike shares a band with what is looked up', async (t) => {
  const bits = fc.array(fc.constantFrom('0', '1'), { minLength: 64, maxLength: 64 })
  const flips = fc.uniqueArray(fc.nat(63), { minLength: 0, maxLength: ALIKE_BITS })
  fc.assert(
    fc.property(bits, flips, (hash, places) => {
      const other = hash.map((bit, k) => (places.includes(k) ? (bit === '0' ? '1' : '0') : bit))
      const looked = bandsAlike(hash.join(''))
      return looked.length === 68 && bandsOf(other.join('')).some((band) => looked.includes(band))
    }),
  )
  t.pass()
})
