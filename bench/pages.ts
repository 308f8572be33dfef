import { ask, type Bench, get, repeated, type Subject } from './context.js'
import type { Measure, Side } from './measure.js'
import { FILTER } from './reads.js'

const DEEP = 1_000
const WALK = 200

export const PAGE_NAME = 'page 1,000 of a filtered list'

/** Page 1,000 beside page 1, of as many rows as the list has for a thousand pages. */
export async function pageMeasure(bench: Bench, subjects: readonly Subject[]): Promise<Measure> {
  const sides: Side[] = []
  let limit = 1
  for (const subject of subjects) {
    const matching = await totalOf(subject)
    limit = Math.max(1, Math.min(50, Math.floor((matching - 1) / DEEP)))
    const page = (more: string) => [get(`/v1/items?${FILTER}&limit=${limit}${more}`, subject.list.keys.office)]
    const cursor = await cursorAfter(subject, (DEEP - 1) * limit)
    sides.push(repeated(bench, subject.name, subject.service, page(`&cursor=${encodeURIComponent(cursor)}`)))
    if (subjects.length === 1) sides.push(repeated(bench, 'page 1', subject.service, page('')))
  }
  const target = { text: '1.2 × the time of page 1 at most', atLeast: 1 / 1.2 }
  const name = `${PAGE_NAME} (${limit} a page)`
  return { name, unit: 'requests', sides, ...(subjects.length === 1 ? { target } : {}) }
}

async function totalOf(subject: Subject): Promise<number> {
  return (JSON.parse(await ask(subject, `/v1/items?${FILTER}&limit=1&count=true`)) as { total: number }).total
}

/** The cursor behind so many rows; a cursor knows nothing of the size of a page. */
async function cursorAfter(subject: Subject, rows: number): Promise<string> {
  let cursor = ''
  for (let left = rows; left > 0; left -= WALK) {
    const more = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = await ask(subject, `/v1/items?${FILTER}&limit=${Math.min(left, WALK)}${more}`)
    cursor = (JSON.parse(page) as { nextCursor: string }).nextCursor
  }
  return cursor
}
