/** A place in a JSON value, and what stands there in one and in the other; null also where nothing does. */
export interface Difference {
  /** JSON Pointer (RFC 6901). */
  pointer: string
  before: unknown
  after: unknown
}

/** What differs between two JSON values, in the order of their members: into objects that both have, and not into arrays. */
export function differencesOf(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (!isObject(before) || !isObject(after)) {
    const [a, b] = [before ?? null, after ?? null]
    return isSame(a, b) ? [] : [{ pointer, before: a, after: b }]
  }
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  return [...names].flatMap((name) => {
    const token = name.replaceAll('~', '~0').replaceAll('/', '~1')
    return differencesOf(memberOf(before, name), memberOf(after, name), `${pointer}/${token}`)
  })
}

function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((one, k) => differencesOf(one, b[k]).length === 0)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function memberOf(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
