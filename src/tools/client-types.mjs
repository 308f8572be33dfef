// Writes the client's types (packages/client/src/schema.ts) of the OpenAPI document, where they are not of it yet. It runs
// before every build, so it is quick when there is nothing to do.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const DOCUMENT = new URL('../../openapi/openapi.json', import.meta.url)
const TYPES = new URL('../../packages/client/src/schema.ts', import.meta.url)
const OPTIONS = { defaultNonNullable: false, rootTypes: true, rootTypesNoSchemaPrefix: true, silent: true }

const { version } = createRequire(import.meta.url)('openapi-typescript/package.json')
const source = createHash('sha256')
  .update(JSON.stringify([version, OPTIONS]))
  .update(readFileSync(DOCUMENT))
  .digest('hex')
const heading = `// Generated of openapi/openapi.json: ${source}\n`

if (!existsSync(TYPES) || !readFileSync(TYPES, 'utf8').startsWith(heading)) {
  const { default: openapiTS, astToString } = await import('openapi-typescript')
  writeFileSync(TYPES, heading + astToString(await openapiTS(DOCUMENT, OPTIONS)))
}
