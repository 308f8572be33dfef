import { z } from 'zod'
import type { Words } from '../domain/rejection.js'
import { inLanguage, type Language } from '../language/language.js'
import { REPORT_EXAMPLE } from './examples.js'
import { type Finding, NOTICES, type Notice, REASONS, type Reason } from './reasons.js'

/** How many errors a report names one by one; all are counted. */
const MAX_ERRORS = 1_000
const MAX_VALUE_LENGTH = 200

const Count = z.int().min(0)
const At = {
  line: z.int().min(1).meta({ description: 'The line of the file at which the row begins; the header’s is 1.' }),
  column: z.string().nullable().meta({ description: 'Null where it is about the whole row.' }),
  value: z.string().nullable().meta({ description: 'As it stands in the file, at most 200 characters.' }),
}

export const Report = z
  .strictObject({
    id: z.uuid().meta({ description: 'The import; every `item.imported` of it names it.' }),
    dryRun: z.boolean(),
    rows: Count.meta({ description: 'taken + repeated + refused.' }),
    taken: Count.meta({ description: 'Rows that became items; in a dry run, those that would.' }),
    repeated: Count.meta({ description: 'Rows whose external id was on the list already.' }),
    refused: Count.meta({ description: 'Rows with errors.' }),
    warnings: z
      .array(z.strictObject({ kind: z.string(), reason: z.string(), count: Count, example: z.strictObject(At) }))
      .meta({ description: 'What was dropped or pointed out, by kind.' }),
    refusedBy: z
      .array(z.strictObject({ column: z.string().nullable(), code: z.string(), reason: z.string(), count: Count }))
      .meta({ description: 'Every error by column and kind, the most frequent first. A row may have several.' }),
    errors: z
      .array(
        z.strictObject({ line: At.line, column: At.column, code: z.string(), reason: z.string(), value: At.value }),
      )
      .meta({ description: 'The first 1,000 errors, in the order of the file.' }),
    fileSha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .meta({ id: 'ImportReport', description: 'What became of a file’s rows.', example: REPORT_EXAMPLE })

export type Report = z.infer<typeof Report>

/** What has been counted so far, without words. */
export interface Tally {
  rows: number
  taken: number
  repeated: number
  refused: number
  warnings: Map<Reason | Notice, { count: number; example: At }>
  refusedBy: Map<string, { column: string | null; code: Reason; count: number }>
  errors: (At & { code: Reason })[]
}

interface At {
  line: number
  column: string | null
  value: string | null
}

export function createTally(): Tally {
  return { rows: 0, taken: 0, repeated: 0, refused: 0, warnings: new Map(), refusedBy: new Map(), errors: [] }
}

/** Counts a row that was refused, with each of its errors. */
export function countRefused(tally: Tally, line: number, errors: readonly Finding<Reason>[]): void {
  tally.refused++
  for (const { code, column, value } of errors) {
    const key = `${code} ${column}`
    const seen = tally.refusedBy.get(key) ?? { column, code, count: 0 }
    tally.refusedBy.set(key, { ...seen, count: seen.count + 1 })
    if (tally.errors.length < MAX_ERRORS) tally.errors.push({ line, column, code, value: shortened(value) })
  }
}

/** Counts what was dropped or pointed out in a row. */
export function countWarnings(tally: Tally, line: number, findings: readonly Finding[]): void {
  for (const { code, column, value } of findings) {
    const seen = tally.warnings.get(code) ?? { count: 0, example: { line, column, value: shortened(value) } }
    tally.warnings.set(code, { ...seen, count: seen.count + 1 })
  }
}

/** The report as it goes on the wire. */
export function reportOf(
  tally: Tally,
  about: { id: string; dryRun: boolean; fileSha256: string },
  language: Language,
): Report {
  const { rows, taken, repeated, refused } = tally
  const wordsFor = (code: Reason | Notice) => inLanguage(WORDS[code], language)
  const warnings = [...tally.warnings].map(([kind, { count, example }]) => {
    return { kind, reason: wordsFor(kind), count, example }
  })
  const refusedBy = [...tally.refusedBy.values()].map(({ column, code, count }) => {
    return { column, code, reason: wordsFor(code), count }
  })
  const errors = tally.errors.map(({ line, column, code, value }) => {
    return { line, column, code, reason: wordsFor(code), value }
  })
  return {
    ...{ id: about.id, dryRun: about.dryRun, rows, taken, repeated, refused },
    warnings: warnings.sort((a, b) => b.count - a.count),
    refusedBy: refusedBy.sort((a, b) => b.count - a.count),
    errors,
    fileSha256: about.fileSha256,
  }
}

const WORDS: Record<Reason | Notice, Words> = { ...REASONS, ...NOTICES }

function shortened(value: string | null): string | null {
  return value === null || value.length <= MAX_VALUE_LENGTH ? value : `${value.slice(0, MAX_VALUE_LENGTH - 1)}…`
}
