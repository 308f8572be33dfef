import pg from 'pg'

/** What is planned; the rest (transactions, cursors, settings) gains nothing by a name. */
const PLANNED = /^[\s(]*(?:select|with|insert|update|delete)\b/i
/** How much of the past a moment is away from decides how to look for it: a plan for all moments is good for none. */
const OF_THE_PAST = /\bfrom item_past\b/
/** A statement that comes so often is there to stay; the others are not worth the memory that they take in the server. */
const SIGHTS = 3
const MOST_NAMES = 250
const MOST_WATCHED = 1_000

/** Whether the database may come to plan a statement once for all values. */
export function mayBeNamed(text: string): boolean {
  return PLANNED.test(text) && !OF_THE_PAST.test(text)
}

/**
 * Gives the texts of statements names, under which the database keeps what it has parsed and planned. Filters make as
 * many texts as callers like, and each connection keeps its own copies: so only what comes again gets a name, and no
 * more of them than the limit.
 */
export function createStatementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  const sights = new Map<string, number>()
  return (text) => {
    const name = names.get(text)
    if (name !== undefined || names.size >= MOST_NAMES || !mayBeNamed(text)) return name
    const seen = (sights.get(text) ?? 0) + 1
    sights.delete(text)
    if (seen >= SIGHTS) {
      const given = `s${names.size + 1}`
      names.set(text, given)
      return given
    }
    // The one that has not come for longest makes room.
    sights.set(text, seen)
    const [longest] = sights.size > MOST_WATCHED ? sights.keys() : []
    if (longest !== undefined) sights.delete(longest)
    return undefined
  }
}

const nameOf = createStatementNames()

/** Names statements as drizzle gives them, so that the database does not parse and plan the same text at every request. */
export class NamingClient extends pg.Client {
  /** How long an answer may take, instead of what the connection was made with. */
  patienceMs: number | undefined

  // The overloads of the driver are one function.
  override query(given: unknown, values?: unknown, ...more: unknown[]): never {
    const query = super.query.bind(this) as (...args: unknown[]) => never
    const asked = isUnnamed(given) && Array.isArray(values) ? { ...given, name: nameOf(given.text) } : given
    return query(this.patienceMs === undefined ? asked : patient(asked, this.patienceMs), values, ...more)
  }
}

function patient(asked: unknown, query_timeout: number): unknown {
  if (typeof asked === 'string') return { text: asked, query_timeout }
  const isStream = typeof asked === 'object' && asked !== null && 'submit' in asked
  return isStream ? asked : { ...(asked as object), query_timeout }
}

/** Neither a text nor a stream. */
function isUnnamed(given: unknown): given is { text: string } {
  if (typeof given !== 'object' || given === null) return false
  const { text, name, submit } = given as { text?: unknown; name?: unknown; submit?: unknown }
  return typeof text === 'string' && name === undefined && submit === undefined
}
