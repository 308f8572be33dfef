import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { App } from './deps.js'

const DESCRIPTION = `One List (一单四制) keeps one list of road hazards and drives every item on it to verified closure by four
mechanisms: assign (交办), ledger (台账), close (销号), notify (通报).

Every change is an event in a hash-chained ledger. Every \`POST\` takes an \`Idempotency-Key\`, so that a retry after a lost
answer never acts twice. Errors are RFC 9457 problem documents, in Chinese unless \`Accept-Language: en\`.`

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
        { name: 'Ledger', description: 'Ledger (台账制).' },
        { name: 'Notify', description: 'Notify (通报制).' },
        { name: 'Reports', description: 'What a supervisor pulls.' },
        { name: 'Reference data and access', description: 'Units, areas, categories, calendar, people, keys.' },
        { name: 'Operation', description: 'For whoever operates the service.' },
      ],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key (`ol_…`), or a JWT of the configured OpenID Connect issuer.',
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
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { docExpansion: 'list' },
    staticCSP: true,
    // The service itself speaks plain HTTP, often behind a proxy: a page that upgrades its own requests would not load.
    transformStaticCSP: (policy) => policy.replace('upgrade-insecure-requests;', ''),
    theme: { title: 'One List' },
  })
  app.get('/openapi.json', { schema: { hide: true } as never }, async () => app.swagger())
}

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null

const PREFIX = '#/components/schemas/'

/**
 * The generator registers every schema twice, as input and as output. Folds a twin that is equal, and drops what
 * nothing refers to, so that a generated client has one type for one thing.
 */
function tidy(document: Json): Json {
  const schemas = (document as { components: { schemas: Record<string, Json> } }).components.schemas
  for (const name of Object.keys(schemas).filter((name) => name.endsWith('Input'))) {
    const twin = name.slice(0, -'Input'.length)
    if (schemas[twin] === undefined) continue
    // An input-only schema keeps its plain name; equal twins are one.
    if (isReferred(document, twin) && !isEqual(schemas[name], schemas[twin])) continue
    if (isReferred(document, name)) schemas[twin] = schemas[name] ?? null
    rename(document, name, twin)
    delete schemas[name]
  }
  for (const name of Object.keys(schemas)) if (!isReferred(document, name)) delete schemas[name]
  return document
}

function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a).replaceAll('Input"', '"') === JSON.stringify(b)
}

function isReferred(node: Json, name: string): boolean {
  if (typeof node === 'string') return node === PREFIX + name
  if (typeof node !== 'object' || node === null) return false
  return Object.values(node).some((child) => isReferred(child, name))
}

function rename(node: Json, from: string, to: string): void {
  if (typeof node !== 'object' || node === null) return
  if (!Array.isArray(node) && node.$ref === PREFIX + from) node.$ref = PREFIX + to
  for (const child of Object.values(node)) rename(child, from, to)
}
