import { readFile } from 'node:fs/promises'
import { SetBoundaries, setBoundaries } from '../access/boundaries.js'
import { DATUMS } from '../domain/place/datum.js'
import { act } from '../ledger/act.js'
import { CommandError, readArguments, systemActor, withDatabase } from './command.js'

const USAGE = `one-list boundaries <file.geojson> [--datum ${DATUMS.join('|')}] [--jurisdiction <id>]

  Sets where the areas of a jurisdiction lie, in the place of what was set before: a GeoJSON FeatureCollection, each feature
  a Polygon or MultiPolygon with the area's code in the property code or adcode.
  --datum         of the coordinates, wgs84 unless told; files that go about with adcode mostly have gcj02
  --jurisdiction  whose areas, where there are several`

export async function run(args: string[]): Promise<void> {
  const string = { type: 'string' } as const
  const { values, positionals } = readArguments(args, { datum: string, jurisdiction: string } as const, USAGE, 1)
  const [file] = positionals
  if (file === undefined) throw new CommandError(USAGE, 2)
  const text = await readFile(file, 'utf8').catch((err: Error) => {
    throw new CommandError(`${file} cannot be read: ${err.message}`)
  })
  const parsed = SetBoundaries.safeParse({ ...parse(file, text), ...(values.datum && { datum: values.datum }) })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new CommandError(`${file} is no such GeoJSON: /${issue?.path.join('/')} ${issue?.message}`)
  }
  await withDatabase(async ({ db, now }) => {
    const actor = await systemActor(db, values.jurisdiction)
    const intent = { actor, now, idempotency: undefined }
    const { body } = await act(db, intent, (tx) => setBoundaries(tx, actor, parsed.data, undefined, now))
    const { version, areas } = JSON.parse(body) as { version: number; areas: string[] }
    process.stdout.write(`Boundaries of ${areas.length} areas are set, version ${version}.\n`)
  })
}

function parse(file: string, text: string): object {
  try {
    return JSON.parse(text) as object
  } catch {
    throw new CommandError(`${file} is not JSON.`)
  }
}
