import { createHash } from 'node:crypto'
import { invalid } from '../domain/rejection.js'

/**
 * A place in a list: the values of all ORDER BY columns of the last row given out, and a mark of the query it belongs to.
 * @throws Rejection `invalid-request` when the text is no cursor, or one of another query.
 */
export function decodeCursor(text: string, query: unknown, length: number): (string | number)[] {
  const parts = parse(text)
  if (parts === undefined || parts.length !== length + 1) {
    throw invalid('/query/cursor', { zh: '游标无效。', en: 'Invalid cursor.' })
  }
  const [mark, ...values] = parts
  if (mark !== markOf(query)) {
    throw invalid('/query/cursor', {
      zh: '游标属于另一个查询；翻页时不要改变筛选和排序。',
      en: 'The cursor belongs to another query; keep filters and sort the same while paging.',
    })
  }
  return values
}

export function encodeCursor(query: unknown, values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([markOf(query), ...values])).toString('base64url')
}

function parse(text: string): (string | number)[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    const isFlat = Array.isArray(parts) && parts.every((p) => typeof p === 'string' || Number.isFinite(p))
    return isFlat ? (parts as (string | number)[]) : undefined
  } catch {
    return undefined
  }
}

function markOf(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 8)
}
