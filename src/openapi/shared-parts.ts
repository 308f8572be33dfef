import { STATUS_CODES } from 'node:http'

type Node = Record<string, unknown>
interface Operation {
  parameters?: Node[]
  responses?: Record<string, Node>
}
export interface Document {
  paths?: Record<string, Record<string, Operation>>
  components?: Record<string, unknown>
}

/** What stands in fewer places is easier to read where it stands. */
const LEAST_PLACES = 3

/**
 * The same document with the parameters and the answers that many operations share said once, under `components`. Of several
 * with one name, the one that stands in the most places is shared.
 */
export function withSharedParts<D extends Document>(document: D): D {
  const operations = Object.values(document.paths ?? {}).flatMap((methods) => Object.values(methods))
  const parameters = sharedOf(
    'parameters',
    operations
      .flatMap((operation) => operation.parameters ?? [])
      .map((parameter) => [titled(parameter.name), parameter]),
  )
  const responses = sharedOf(
    'responses',
    operations
      .flatMap((operation) => Object.entries(operation.responses ?? {}))
      .filter(([status]) => Number(status) >= 400)
      .map(([status, answer]) => [titledStatus(status), answer]),
  )
  const refer = (operation: Operation): Operation => ({
    ...operation,
    ...(operation.parameters && {
      parameters: operation.parameters.map((parameter) => parameters.refer(titled(parameter.name), parameter)),
    }),
    ...(operation.responses && {
      responses: mapped(operation.responses, (answer, status) => responses.refer(titledStatus(status), answer)),
    }),
  })
  return {
    ...document,
    paths: mapped(document.paths ?? {}, (methods) => mapped(methods, refer)),
    components: {
      ...document.components,
      parameters: parameters.parts,
      responses: responses.parts,
    },
  }
}

/** Which of the parts that bear a name is shared. */
function sharedOf(folder: 'parameters' | 'responses', parts: readonly (readonly [name: string, part: Node])[]) {
  const places = new Map<string, Map<string, number>>()
  for (const [name, part] of parts) {
    const texts = places.get(name) ?? new Map<string, number>()
    const text = JSON.stringify(part)
    places.set(name, texts.set(text, (texts.get(text) ?? 0) + 1))
  }
  const shared = new Map<string, string>()
  for (const [name, texts] of places) {
    const [most] = [...texts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    if (most !== undefined && most[1] >= LEAST_PLACES) shared.set(name, most[0])
  }
  return {
    parts: Object.fromEntries([...shared].map(([name, text]) => [name, JSON.parse(text) as Node])),
    refer: (name: string, part: Node): Node =>
      shared.get(name) === JSON.stringify(part) ? { $ref: `#/components/${folder}/${name}` } : part,
  }
}

/** `Idempotency-Key` → `IdempotencyKey`, `api_key` → `ApiKey`. */
function titled(name: unknown): string {
  return String(name)
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

function titledStatus(status: string): string {
  return titled(STATUS_CODES[status] ?? status)
}

function mapped<A, B>(object: Record<string, A>, change: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
}
