import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { differencesOf } from '../../src/domain/difference.js'
import { t } from '../helpers/tap.js'

const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false })
const object = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('a', 'b', 'a/b', '~', '__proto__')), json)

/** A value with the differences put into it. */
function applied(value: unknown, differences: ReturnType<typeof differencesOf>): unknown {
  let whole = structuredClone(value) as Record<string, unknown>
  for (const { pointer, after } of differences) {
    if (pointer === '') {
      whole = after as Record<string, unknown>
      continue
    }
    const tokens = pointer
      .slice(1)
      .split('/')
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    let at = whole
    for (const token of tokens.slice(0, -1)) at = at[token] as Record<string, unknown>
    Object.defineProperty(at, tokens.at(-1) ?? '', {
      value: after,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return whole
}

/** What is absent, and what is null, are the same. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  )
}

t.test('the differences make the one out of the other, and there are none between the same', async () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const differences = differencesOf(before, after)
      const made = applied(before, differences)
      return (
        isDeepStrictEqual(withoutNulls(made), withoutNulls(after)) &&
        differencesOf(after, structuredClone(after)).length === 0
      )
    }),
  )
})

t.test('the member that differs is named, and an array is one value', async (t) => {
  const before = { a: { b: 1, c: null }, list: [1, { x: 1 }], gone: true, same: [{ y: [] }], 'x/y~': 1 }
  const after = { a: { b: 2, c: undefined }, list: [1, { x: 2 }], came: { z: 1 }, same: [{ y: [] }], 'x/y~': 2 }
  t.same(differencesOf(before, after), [
    { pointer: '/a/b', before: 1, after: 2 },
    { pointer: '/list', before: [1, { x: 1 }], after: [1, { x: 2 }] },
    { pointer: '/came', before: null, after: { z: 1 } },
    { pointer: '/x~1y~0', before: 1, after: 2 },
    { pointer: '/gone', before: true, after: null },
  ])
})
