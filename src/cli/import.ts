import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { Rejection } from '../domain/rejection.js'
import { InvalidRequest, pointersOf } from '../http/validation.js'
import { Mapping } from '../import/mapping.js'
import type { Report } from '../import/report.js'
import { importFile } from '../import/run.js'
import { CommandError, readArguments, systemActor, withDatabase } from './command.js'

const USAGE = `one-list import <file.csv> --mapping <file.json> [--dry-run] [--report <file.json>] [--jurisdiction <id>]

  Brings an existing list. Every row becomes one item; a row with errors is reported and does not stop the rest. The same
  file again takes nothing twice.
  --mapping       how columns become items; docs/how-to/import-a-list.md shows one, the API's schema ImportMapping says all
  --dry-run       only say what would be taken
  --report        write the whole report as JSON, with each error's line and column
  --jurisdiction  whose list, where there are several`

const MEGABYTE = 1_000_000
const SHOWN = 20

export async function run(args: string[]): Promise<void> {
  const string = { type: 'string' } as const
  const options = { mapping: string, jurisdiction: string, report: string, 'dry-run': { type: 'boolean' } } as const
  const { values, positionals } = readArguments(args, options, USAGE, 1)
  const [file] = positionals
  if (file === undefined || positionals.length > 1 || values.mapping === undefined) throw new CommandError(USAGE, 2)
  const mapping = await readMapping(values.mapping)
  const { size } = await stat(file).catch((err: Error) => {
    throw new CommandError(`${file} cannot be read: ${err.message}`)
  })
  const fileSha256 = await hashOf(file)
  await withDatabase(async ({ db, now, clock }) => {
    const actor = await systemActor(db, values.jurisdiction)
    const progress = progressLine(size)
    const started = performance.now()
    const job = {
      ...{ mapping, fileSha256, dryRun: values['dry-run'] ?? false, language: 'en' as const },
      open: () => createReadStream(file),
      now: clock,
      onProgress: progress.show,
    }
    const { body } = await importFile(db, { actor, now, idempotency: undefined }, job)
      .catch(refusedWith)
      .finally(progress.end)
    const report = JSON.parse(body) as Report
    if (values.report !== undefined) await writeFile(values.report, `${JSON.stringify(report, null, 2)}\n`)
    process.stdout.write(summaryOf(report, (performance.now() - started) / 1000))
    if (report.rows === 0) throw new CommandError('The file has no rows.')
  })
}

async function readMapping(file: string): Promise<Mapping> {
  let given: unknown
  try {
    given = JSON.parse(await readFile(file, 'utf8'))
  } catch (err) {
    throw new CommandError(`${file} is no JSON that can be read: ${err instanceof Error ? err.message : err}`)
  }
  const parsed = z.object({ mapping: Mapping }).safeParse({ mapping: given })
  if (parsed.success) return parsed.data.mapping
  const faults = pointersOf(new InvalidRequest(parsed.error.issues, 'body', { mapping: given }), 'en')
  throw new CommandError([`${file} is not a mapping:`, ...faults.map((f) => `  ${f.pointer}: ${f.detail}`)].join('\n'))
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** A line for people that is written over; into a file or a pipe it would only write noise. */
function progressLine(size: number) {
  const write = (text: string) => process.stderr.isTTY && process.stderr.write(text)
  const whole = (size / MEGABYTE).toFixed(1)
  return {
    show: (read: number) => void write(`\r${(read / MEGABYTE).toFixed(1)} of ${whole} MB read`),
    end: () => void write('\n'),
  }
}

function refusedWith(err: unknown): never {
  // A driver's wrapper puts every parameter into its message: a thousand rows of somebody's list.
  if (!(err instanceof Rejection)) throw err instanceof Error && err.cause instanceof Error ? err.cause : err
  const errors = err.details.errors ?? []
  const lines = errors.map(({ pointer, detail }) => `  ${pointer}: ${detail.en}`)
  throw new CommandError(['Nothing was taken.', ...(lines.length > 0 ? lines : [err.words.en])].join('\n'))
}

function summaryOf(report: Report, seconds: number): string {
  const { id, dryRun, rows, taken, repeated, refused, warnings, refusedBy, errors } = report
  const rate = Math.round(rows / Math.max(seconds, 0.001))
  return [
    `${dryRun ? 'Dry run, nothing was written' : `Import ${id}`}: ${rows} rows in ${seconds.toFixed(1)} s (${rate} rows/s)`,
    `  ${taken} ${dryRun ? 'would be taken' : 'taken'}, ${repeated} on the list already, ${refused} refused`,
    ...refusedBy.map(({ column, reason, count }) => `  refused   ${count} × ${column ?? 'row'}: ${reason}`),
    ...warnings.map(({ kind, reason, count, example }) => {
      return `  warning   ${count} × ${kind}: ${reason} (line ${example.line}: ${example.value ?? ''})`
    }),
    ...errors.slice(0, SHOWN).map(({ line, column, reason, value }) => {
      return `  line ${line}  ${column ?? 'row'}: ${reason}${value === null ? '' : ` (${value})`}`
    }),
    ...(errors.length > SHOWN ? [`  … --report <file.json> has the others`] : []),
    '',
  ].join('\n')
}
