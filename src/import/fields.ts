import { isBlank, lengthOf, tidy } from '../domain/text.js'
import { isStorable } from '../http/validation.js'
import { columnsOf, type FieldName, type FieldRule, type Mapping, rulesOf } from './mapping.js'
import type { Finding, Notice, Reason } from './reasons.js'
import { fillTemplate, parseTemplate } from './template.js'

/** A row as it is being read: its values, and what was found on the way. */
export interface Reading {
  readonly record: readonly string[]
  readonly errors: Finding<Reason>[]
  readonly dropped: Finding<Reason>[]
  readonly notices: Finding<Notice>[]
}

/** The fields of a mapping, bound to a file's header. Each reader answers null for what is not known. */
export interface Fields {
  text(reading: Reading, name: FieldName): string | null
  /** A value that every item must have; its lack is an error. */
  required(reading: Reading, name: FieldName): string | null
  oneOf<V extends string>(reading: Reading, name: FieldName, allowed: readonly V[]): V | null
  /** Notes a fault of one or several fields: an error of the row, or, where the mapping says so, a dropped value. */
  fault(reading: Reading, code: Reason, value: string | null, ...names: FieldName[]): null
  /** The columns of the file that fields read, for reports; null where there are none. */
  columnOf(...names: FieldName[]): string | null
  ruleOf(name: FieldName): FieldRule | undefined
}

/** Without these there is no item, so their dirt is never dropped. */
const REQUIRED: readonly FieldName[] = ['externalId', 'title', 'area', 'status', 'reportedAt']

/** The same limits as a filing has, in characters. */
const MAX_LENGTH: Partial<Record<FieldName, number>> = {
  externalId: 200,
  title: 200,
  description: 5000,
  address: 300,
  dismissalReason: 2000,
}

/** Binds a mapping to a header that has every column which the mapping names. */
export function bindFields(mapping: Mapping, header: ReadonlyMap<string, number>): Fields {
  const rules = new Map(rulesOf(mapping))
  const readers = new Map([...rules].map(([name, rule]) => [name, bind(mapping, rule, header)]))
  const columnOf = (...names: FieldName[]) => {
    const columns = names.flatMap((name) => columnsOf(rules.get(name) ?? {}).map(({ column }) => column))
    return [...new Set(columns)].join(', ') || null
  }
  const fault: Fields['fault'] = (reading, code, value, ...names) => {
    const isRequired = names.length === 0 || names.some((name) => REQUIRED.includes(name))
    const isDropped = !isRequired && (mapping.drop as readonly Reason[]).includes(code)
    const found = isDropped ? reading.dropped : reading.errors
    found.push({ code, field: names[0] ?? null, column: columnOf(...names), value })
    return null
  }
  const text: Fields['text'] = (reading, name) => {
    const read = readers.get(name)?.(reading.record) ?? null
    if (read === null) return null
    const { value, code } = typeof read === 'string' ? { value: read, code: faultOf(name, read) } : read
    return code === undefined ? value : fault(reading, code, value, name)
  }
  const required: Fields['required'] = (reading, name) => {
    const value = text(reading, name)
    const isNoted = reading.errors.some((error) => error.field === name)
    return value === null && !isNoted ? fault(reading, 'required', null, name) : value
  }
  return {
    text,
    required,
    fault,
    columnOf,
    ruleOf: (name) => rules.get(name),
    oneOf: (reading, name, allowed) => {
      const value = REQUIRED.includes(name) ? required(reading, name) : text(reading, name)
      if (value === null) return null
      return allowed.find((one) => one === value) ?? fault(reading, 'unknown-value', value, name)
    },
  }
}

type Read = string | null | { value: string; code: Reason }

function bind(
  mapping: Mapping,
  rule: FieldRule,
  header: ReadonlyMap<string, number>,
): (record: readonly string[]) => Read {
  const { column, constant, default: fallback = null } = rule
  if (constant !== undefined) return () => constant
  const empty = new Set(['', ...(mapping.emptyIs ?? []), ...(rule.emptyIs ?? [])])
  const cell = (record: readonly string[], of: string): string => {
    const text = tidy(record[header.get(of) ?? -1] ?? '')
    return empty.has(text) || isBlank(text) ? '' : text
  }
  const segments = rule.template === undefined ? undefined : parseTemplate(rule.template)
  const codes = rule.values === undefined ? undefined : codeListOf(rule.values)
  return (record) => {
    const raw =
      segments === undefined ? cell(record, column ?? '') : fillTemplate(segments, (of) => cell(record, of)).trim()
    if (raw === '') return fallback
    if (codes === undefined) return raw
    return codes.get(raw) ?? { value: raw, code: faultOf(undefined, raw) ?? 'unknown-value' }
  }
}

function faultOf(name: FieldName | undefined, value: string): Reason | undefined {
  if (!isStorable(value)) return 'unstorable'
  if (value.includes('\ufffd')) return 'bad-encoding'
  return name !== undefined && lengthOf(value) > (MAX_LENGTH[name] ?? Number.POSITIVE_INFINITY) ? 'too-long' : undefined
}

function codeListOf(values: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(values).map(([raw, code]) => [tidy(raw), code]))
}
