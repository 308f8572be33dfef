import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { App } from '../../src/deps.js'
import { type Json, ok, type TestJurisdiction } from './app.js'

/** An answer over Open311, read in whichever format it came. */
export interface Open311Answer {
  status: number
  headers: Record<string, string | undefined>
  text: string
  /** As the JSON of it would be; all values of an XML answer are text, and null is empty. */
  body: Json
}

/** Somebody who speaks Open311, with a channel's key or without one. */
export function open311(app: App, key?: string) {
  const send = async (method: 'GET' | 'POST', path: string, more: object, headers = {}): Promise<Open311Answer> => {
    const answer = await app.inject({ method, url: `/open311/v2${path}`, headers, ...more })
    const type = String(answer.headers['content-type'])
    const body = type.startsWith('text/xml') ? fromXml(answer.body) : answer.json()
    return { status: answer.statusCode, headers: answer.headers as Record<string, string>, text: answer.body, body }
  }
  const form = (fields: Record<string, string>) =>
    new URLSearchParams(key === undefined ? fields : { api_key: key, ...fields }).toString()
  return {
    get: (path: string, query: Record<string, string> = {}, headers = {}) =>
      send('GET', `${path}?${form(query)}`, {}, { 'accept-language': 'en', ...headers }),
    post: (fields: Record<string, string>, headers = {}, path = '/requests.json') =>
      send('POST', path, { payload: form(fields) }, { ...FORM, 'accept-language': 'en', ...headers }),
    send,
  }
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

/** The key of a new channel. */
export async function channelKey(at: TestJurisdiction, role: 'public' | 'hotline', more: object = {}): Promise<string> {
  return (await ok(at.admin.post('/v1/api-keys', { name: `${at.id} ${role}`, role, ...more }))).secret
}

/** Lets everybody read, or nobody without a key. */
export async function readWithoutKey(at: TestJurisdiction, readWithoutKey: boolean): Promise<void> {
  const rules = await ok(at.admin.get('/v1/rules'))
  await ok(at.admin.put('/v1/rules', { ...rules, publicIntake: { readWithoutKey } }))
}

const CONTAINERS = /^(services|attributes|values|service_requests|errors|endpoints|formats)$/
const parser = new XMLParser({ parseTagValue: false, trimValues: false, ignoreDeclaration: true })

/** By the Spark convention: a container is an array, and an empty element is null. */
export function fromXml(text: string): Json {
  const fault = XMLValidator.validate(text)
  if (fault !== true) throw new Error(`no XML: ${JSON.stringify(fault)} ${text}`)
  const [[name, root] = ['', undefined]] = Object.entries(parser.parse(text))
  return spark(name, root)
}

function spark(name: string, node: Json): Json {
  if (CONTAINERS.test(name)) {
    const [members] = Object.values<Json>(node === '' ? {} : node)
    return [members ?? []].flat().map((one: Json) => spark('', one))
  }
  if (node === '') return null
  if (typeof node !== 'object') return node
  return Object.fromEntries(Object.entries<Json>(node).map(([key, one]) => [key, spark(key, one)]))
}

/** JSON with its values as XML has them. */
export function asText(value: Json): Json {
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asText(one)]))
  }
  return value === null || value === '' ? null : String(value)
}
