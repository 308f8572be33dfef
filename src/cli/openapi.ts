import { buildApp } from '../app.js'
import { readConfig } from '../config.js'
import { UNHEARD } from '../db/access-changes.js'
import { createDb, createPool } from '../db/client.js'
import { createLedgerWatch } from '../ledger/watch.js'
import { type Document, withSharedParts } from '../openapi/shared-parts.js'
import { createLogger, readArguments } from './command.js'

const USAGE = 'one-list openapi    print the OpenAPI document of this version, as it is served at /openapi.json'

/** Prints the OpenAPI document. Needs no database: the pool never connects. */
export async function run(args: string[]): Promise<void> {
  readArguments(args, {}, USAGE)
  process.stdout.write(await openApiText())
}

/** The document as it is committed: sorted keys, two spaces, so that it is the same bytes every time. */
export async function openApiText(): Promise<string> {
  const pool = createPool({ url: 'postgres://nowhere', max: 1, serviceRole: false, onError: () => {} })
  const db = createDb(pool)
  const config = readConfig({})
  const watch = createLedgerWatch(db)
  const deps = { db, now: () => '', config, watch, accessChanges: UNHEARD, isStopping: () => false }
  const app = await buildApp(deps, createLogger('silent'))
  const document = withSharedParts(app.swagger() as Document)
  await app.close()
  await pool.end()
  return `${JSON.stringify(sorted(document), null, 2)}\n`
}

/** Objects with their keys in order, except where the order is the meaning (paths' methods, tags are arrays). */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  )
}
