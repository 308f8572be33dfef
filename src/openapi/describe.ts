import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { App } from '../deps.js'

const DESCRIPTION = `One List (一单四制) keeps one list of road hazards and drives every item on it to verified closure by four
mechanisms: assign (交办), ledger (台账), close (销号), notify (通报).

Every change is an event in a hash-chained ledger. Every \`POST\` takes an \`Idempotency-Key\`, so that a retry after a lost
answer never acts twice. Errors are RFC 9457 problem documents, in Chinese unless \`Accept-Language: en\`.

Where a network passes \`GET\` and \`POST\` only, a \`POST\` with \`X-HTTP-Method-Override: PATCH\`, \`PUT\` or \`DELETE\` is a request of that
method in every respect; with \`HEAD\` it is answered as \`GET\` is. A method that an address does not have is answered 405 with \`Allow\`.`

/** Collects the routes into an OpenAPI 3.1 document: \`GET /openapi.json\`, browsable at \`GET /docs\`, offline. */
export async function describeApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'One List',
        version: '1.0.0',
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'This server' }],
      tags: [
        { name: 'List', description: 'The one list (一单).' },
        { name: 'Assign', description: 'Assign (交办制).' },
        { name: 'Track', description: 'Plan, progress, deadline, supervision.' },
        { name: 'Close', description: 'Close (销号制).' },
        { name: 'Evidence', description: 'Photos and papers (佐证).' },
        { name: 'Papers', description: 'Numbered documents and their templates (文书).' },
        { name: 'Ledger', description: 'Ledger (台账制).' },
        { name: 'Notify', description: 'Notify (通报制).' },
        { name: 'Reward and penalty', description: 'Points and money (奖惩积分).' },
        { name: 'Reports', description: 'What a supervisor pulls.' },
        { name: 'Public intake', description: 'Reports of citizens and the hotline: Open311 GeoReport v2 (公众上报).' },
        { name: 'OGC API – Features', description: 'The list for geographic information systems (OGC 17-069r4).' },
        { name: 'Reference data and access', description: 'Units, areas, categories, calendar, people, keys.' },
        { name: 'Operation', description: 'For operators of the service.' },
      ],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key (`ol_…`), or a JWT of the configured OpenID Connect issuer.',
          },
          channel: {
            type: 'apiKey',
            in: 'query',
            name: 'api_key',
            description: 'A channel’s API key for Open311: a parameter of the query, or of the form that is posted.',
          },
          feed: {
            type: 'apiKey',
            in: 'query',
            name: 'token',
            description: 'The secret of a calendar feed’s URL, which opens that feed and nothing else.',
          },
        },
      },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      const object = jsonSchemaTransformObject(document)
      return tidy(object as Json) as typeof object
    },
  })
}

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null

const PREFIX = '#/components/schemas/'

/**
 * The generator registers every schema twice, as input and as output. Drops what no operation leads to, and folds a twin
 * that is equal, so that a generated client has one type for one thing.
 */
function tidy(document: Json): Json {
  const { paths, components } = document as { paths: Json; components: { schemas: Record<string, Json> } }
  const { schemas } = components
  prune(schemas, paths)
  const plain = new Map<string, string>()
  for (const name of Object.keys(schemas).filter((name) => name.endsWith('Input'))) {
    const twin = name.slice(0, -'Input'.length)
    // A schema that is used one way only has its plain name; equal twins are one.
    if (schemas[twin] !== undefined && !isEqual(schemas[name], schemas[twin])) continue
    schemas[twin] = schemas[name] ?? null
    plain.set(PREFIX + name, PREFIX + twin)
  }
  rename(document, plain)
  prune(schemas, paths)
  hoistStyles(document)
  return document
}

/** Deletes the schemas to which no path leads. */
function prune(schemas: Record<string, Json>, paths: Json): void {
  const reached = new Set<string>()
  const visit = (node: Json) => {
    if (typeof node !== 'object' || node === null) return
    const ref = Array.isArray(node) ? undefined : node.$ref
    const name = typeof ref === 'string' ? ref.slice(PREFIX.length) : undefined
    if (name !== undefined && !reached.has(name)) {
      reached.add(name)
      visit(schemas[name] ?? null)
    }
    for (const child of Object.values(node)) visit(child)
  }
  visit(paths)
  for (const name of Object.keys(schemas)) if (!reached.has(name)) delete schemas[name]
}

/** How a parameter's array is written stands in its schema with us, and beside it in OpenAPI. */
function hoistStyles(node: Json): void {
  if (typeof node !== 'object' || node === null) return
  if (!Array.isArray(node) && typeof node.in === 'string' && isObject(node.schema)) {
    for (const name of ['style', 'explode'] as const) {
      const { [name]: value, ...schema } = node.schema as Record<string, Json>
      if (value !== undefined) Object.assign(node, { [name]: value, schema })
    }
  }
  for (const child of Object.values(node)) hoistStyles(child)
}

function isObject(node: Json | undefined): boolean {
  return typeof node === 'object' && node !== null && !Array.isArray(node)
}

function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  return plainly(a) === plainly(b)
}

function plainly(schema: Json | undefined): string {
  return JSON.stringify(schema).replaceAll('Input"', '"')
}

function rename(node: Json, names: ReadonlyMap<string, string>): void {
  if (typeof node !== 'object' || node === null) return
  if (!Array.isArray(node) && typeof node.$ref === 'string') node.$ref = names.get(node.$ref) ?? node.$ref
  for (const child of Object.values(node)) rename(child, names)
}
