import type { FastifyRequest } from 'fastify'

/** A date-time whose offset lost its sign, alone or as an end of an interval. */
const DATE_TIME = /(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) (\d{2}:\d{2})(?=\/|$)/g
const CHAINAGE = /(K\d{1,5}) (?=\d{1,3}(?!\d))/gi
/** Words that are looked for: a blank in them is a blank. */
const WORDS = 'q'

/**
 * In a query `+` means a blank, and people forget to write `%2B`. In a date-time and in a chainage nothing but `+` can have stood
 * there: it is put back, on every route, before anything looks at the query.
 */
export async function putPlusBack(request: FastifyRequest): Promise<void> {
  const query = request.query as Record<string, string | string[]> | undefined
  for (const [name, value] of Object.entries(query ?? {})) {
    if (query === undefined || name === WORDS) continue
    const repair = (text: string) => repaired(text, /chainage/i.test(name))
    if (typeof value === 'string') query[name] = repair(value)
    else if (Array.isArray(value)) query[name] = value.map((one) => (typeof one === 'string' ? repair(one) : one))
  }
}

function repaired(text: string, isChainage: boolean): string {
  if (!text.includes(' ')) return text
  return isChainage ? text.replace(CHAINAGE, '$1+') : text.replace(DATE_TIME, '$1+$2')
}
