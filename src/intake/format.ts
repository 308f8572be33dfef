import Builder from 'fast-xml-builder'
import type { FastifyReply } from 'fastify'

/** Open311 wants XML, and JSON by the Spark convention: a container of equal elements is an array. */
export const FORMATS = ['json', 'xml'] as const
export type Format = (typeof FORMATS)[number]

/** Of what a path ends with; XML, which is the required one, where it ends with neither. */
export function formatOfPath(url: string): Format {
  return /\.json(?:$|\?)/.test(url) ? 'json' : 'xml'
}

const CONTENT_TYPES: Record<Format, string> = {
  json: 'application/json; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
}

/** The containers of the specification, and the element that each is full of. */
const MEMBERS: Record<string, string> = {
  services: 'service',
  attributes: 'attribute',
  values: 'value',
  service_requests: 'request',
  errors: 'error',
  endpoints: 'endpoint',
  formats: 'format',
}

/** Sends an answer whose XML root is `root`. */
export function sendAs(
  reply: FastifyReply,
  format: Format,
  root: keyof typeof MEMBERS | 'service_definition' | 'discovery',
  value: object,
) {
  const body = format === 'json' ? JSON.stringify(value) : xmlOf(root, value)
  return reply.type(CONTENT_TYPES[format]).send(body)
}

const builder = new Builder({ suppressEmptyNode: true })

export function xmlOf(root: string, value: object): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${builder.build({ [root]: nodeOf(root, value) })}`
}

function nodeOf(name: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const member = MEMBERS[name]
    if (member === undefined) throw new Error(`${name} is no container`)
    return value.length === 0 ? null : { [member]: value.map((one) => nodeOf(member, one)) }
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, nodeOf(key, one)]))
  }
  return typeof value === 'string' ? storable(value) : value
}

/** What XML 1.0 has no character for, whatever the escape, is replaced; JSON keeps it. */
function storable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
}
