import { readFileSync } from 'node:fs'
import { openApiText } from '../../src/cli/openapi.js'
import { t } from '../helpers/tap.js'

type Node = Record<string, unknown>

const text = await openApiText()
const document = JSON.parse(text) as {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Node>
    parameters: Record<string, Parameter>
    responses: Record<string, Response>
  }
}

interface Parameter {
  name: string
  in: string
  description?: string
  schema: Node
  example?: unknown
}
interface Response {
  description?: string
  content?: Record<string, { schema?: Node }>
}
interface Referred {
  $ref: string
}
interface Operation {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  parameters?: (Parameter | Referred)[]
  requestBody?: { content: Record<string, { schema: Node; example?: unknown }> }
  responses: Record<string, Response | Referred>
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
)

/** A schema behind its `$ref`. */
function resolve(schema: Node): Node {
  const ref = schema.$ref
  return typeof ref === 'string' ? (document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {}) : schema
}

/** A parameter or an answer behind its `$ref`. */
function shared<T>(part: T | Referred, parts: Record<string, T>): T {
  if (typeof part !== 'object' || part === null || !('$ref' in part)) return part as T
  const found = parts[part.$ref.split('/').at(-1) ?? '']
  if (found === undefined) throw new Error(`${part.$ref} leads nowhere`)
  return found
}

const hasExample = (node: Node | undefined): boolean =>
  node !== undefined &&
  ('example' in node || 'examples' in node || 'enum' in node || 'const' in node || 'default' in node)

t.test('the committed document is the one that the routes make', async (t) => {
  const committed = readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8')
  t.ok(committed === text, 'run `npm run openapi` and commit the result')
  t.equal(document.openapi, '3.1.0')
})

t.test('every operation says what it is for', async (t) => {
  for (const { name, operation } of operations) {
    t.ok(operation.operationId, `${name} has an operationId`)
    t.ok(operation.summary && operation.description, `${name} has a summary and a description`)
    t.ok(operation.tags?.length, `${name} has a tag`)
  }
  const ids = operations.map(({ operation }) => operation.operationId)
  t.equal(new Set(ids).size, ids.length, 'operationIds are unique')
})

t.test('every parameter has a description and an example', async (t) => {
  for (const { name, operation } of operations) {
    for (const part of operation.parameters ?? []) {
      const parameter = shared(part, document.components.parameters)
      const schema = resolve(parameter.schema)
      const variants = [schema, ...((schema.anyOf as Node[] | undefined) ?? []).map(resolve)]
      t.ok(parameter.description, `${name}: ${parameter.in} ${parameter.name} has a description`)
      t.ok(parameter.example !== undefined || variants.some(hasExample), `${name}: ${parameter.name} has an example`)
    }
  }
})

t.test('every body has an example', async (t) => {
  for (const { name, operation } of operations) {
    for (const [type, { schema, example }] of Object.entries(operation.requestBody?.content ?? {})) {
      t.ok(example !== undefined || hasExample(resolve(schema)), `${name}: ${type} has an example`)
    }
  }
})

/** Open311 has errors of its own, in the format of the answer. */
const problemTypeOf = (path: string) =>
  !path.startsWith('/open311/') ? 'application/problem+json' : path.endsWith('.json') ? 'application/json' : 'text/xml'

t.test('every answer is described, and problems are problem+json', async (t) => {
  for (const { name, path, operation } of operations) {
    for (const [status, part] of Object.entries(operation.responses)) {
      const response = shared(part, document.components.responses)
      t.ok(response.description, `${name}: ${status} is described`)
      if (Number(status) >= 400 && status !== '503') {
        t.ok(response.content?.[problemTypeOf(path)], `${name}: ${status} is a problem`)
      }
      for (const { schema } of Object.values(response.content ?? {})) {
        if (Number(status) >= 400 || schema === undefined) continue
        t.ok(hasExample(resolve(schema)), `${name}: ${status} has an example`)
      }
    }
    const required = path.startsWith('/v1/') ? ['400', '401', '403', '429', '503'] : []
    for (const status of required) t.ok(operation.responses[status], `${name} documents ${status}`)
  }
})

t.test('every schema is referred to, under one name', async (t) => {
  for (const name of Object.keys(document.components.schemas)) {
    t.ok(text.includes(`"#/components/schemas/${name}"`), `${name} is used`)
    t.notOk(name.endsWith('Input'), `${name} is no twin`)
  }
})

t.test('what many operations share is said once', async (t) => {
  for (const kind of ['parameters', 'responses'] as const) {
    for (const [name, part] of Object.entries(document.components[kind])) {
      const places = text.split(`"#/components/${kind}/${name}"`).length - 1
      t.ok(places >= 3, `${kind}/${name} stands in ${places} places`)
      t.notOk('$ref' in part, `${kind}/${name} is itself`)
    }
  }
  const inline = (part: object) => JSON.stringify(part)
  for (const { name, operation } of operations) {
    for (const parameter of operation.parameters ?? []) {
      const isSaid = Object.values(document.components.parameters).some((one) => inline(one) === inline(parameter))
      t.notOk(isSaid, `${name} says no shared parameter anew`)
    }
  }
})
