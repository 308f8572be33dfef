import { z } from 'zod'
import { EVIDENCE_KINDS, type EvidenceKind } from '../domain/item/evidence.js'
import { LEVELS, type Level } from '../domain/item/words.js'
import { Uuid } from '../http/fields.js'

// What a jurisdiction sets about closing: evidence, verifiers, rechecks, recurrence.

/** More than anybody would look at. */
const MAX_REQUIRED = 20
const MAX_UNITS = 500

/** The same for each level. */
function ofLevels<T extends z.ZodType>(schema: T) {
  return z.strictObject(Object.fromEntries(LEVELS.map((level) => [level, schema])) as Record<Level, T>)
}

const RequiredOfKinds = z.strictObject(
  Object.fromEntries(EVIDENCE_KINDS.map((kind) => [kind, z.int().min(0).max(MAX_REQUIRED)])) as Record<
    EvidenceKind,
    z.ZodInt
  >,
)

const EvidenceRulesView = z.strictObject({
  closure: ofLevels(RequiredOfKinds).meta({
    description: 'How many pieces of evidence of each kind a closure request needs, by the item’s level.',
  }),
  maxDistanceM: z.int().min(10).max(100_000).meta({
    description: 'A photo that was taken farther from the item than this is flagged to the verifier.',
    example: 500,
  }),
})

const Verifiers = z.int().min(1).max(2)

const VerificationRulesView = z
  .strictObject({
    verifiers: ofLevels(Verifiers).meta({ description: 'How many verify before an item is struck off, by its level.' }),
    supervised: Verifiers.meta({ description: 'The same for an item under supervision; the greater number holds.' }),
    points: z
      .boolean()
      .meta({ description: 'Whether an approval must list every point of the completion standard, each met.' }),
  })
  .meta({ description: 'Who verifies (验收核验). Of two, the last is of the office, and they are of different units.' })

const Shares = ofLevels(z.int().min(0).max(100))

const RecheckRulesView = z
  .strictObject({
    share: Shares.meta({ description: 'Percent of what a unit had struck off in a month, by level, rounded up.' }),
    units: z
      .array(z.strictObject({ unit: Uuid, share: Shares }))
      .max(MAX_UNITS)
      .refine((units) => new Set(units.map(({ unit }) => unit)).size === units.length, {
        message: '单位重复。 | A unit is named twice.',
      })
      .meta({ description: 'Units with shares of their own.' }),
    afterDays: z.int().min(1).max(3650).meta({ description: 'Days after closure from which a recheck is due.' }),
    withinDays: z.int().min(1).max(365).meta({ description: 'Days within which it is to be made then.' }),
  })
  .nullable()
  .meta({ description: 'The sample that is rechecked (回头看), drawn each month by a published seed; null: none.' })

const RecurrenceRulesView = z
  .strictObject({
    withinM: z.int().min(0).max(5000).meta({ description: 'Metres between two points, or along a road.' }),
    months: z.int().min(1).max(120).meta({ description: 'Since the old item was struck off.' }),
  })
  .nullable()
  .meta({
    description:
      'When a new item may be an old one come back (疑似复发), or repeat an open one; null: nothing is looked for.',
  })

/** Members of the rules, by their names. */
export const CLOSING_RULES = {
  evidence: EvidenceRulesView,
  verification: VerificationRulesView,
  rechecks: RecheckRulesView,
  recurrence: RecurrenceRulesView,
}
