import { sql } from 'drizzle-orm'
import { type Boundaries, type Bounded, boundariesOf } from '../domain/place/boundary.js'
import type { Db, Tx } from './client.js'

/** Jurisdictions whose boundaries are kept in memory; the next one takes the place of the one that came first. */
const MOST_KEPT = 50

const kept = new Map<string, { version: number; boundaries: Boundaries }>()

/** Where the areas of a jurisdiction lie; null where it has not said. Parsed once for each version. */
export async function readBoundaries(db: Db | Tx, jurisdiction: string): Promise<Boundaries | null> {
  const version = await boundaryVersion(db, jurisdiction)
  if (version === 0) return null
  const known = kept.get(jurisdiction)
  if (known?.version === version) return known.boundaries
  const { rows } = await db.execute<{ areas: Bounded[] }>(sql`
    select areas from boundary where jurisdiction_id = ${jurisdiction} and version = ${version}`)
  const areas = rows[0]?.areas ?? []
  // A version without areas takes them back.
  if (areas.length === 0) return null
  const boundaries = boundariesOf(areas)
  const [oldest] = kept.keys()
  if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  kept.set(jurisdiction, { version, boundaries })
  return boundaries
}

/** How often the boundaries were set; 0: never. */
export async function boundaryVersion(db: Db | Tx, jurisdiction: string): Promise<number> {
  const { rows } = await db.execute<{ version: number }>(sql`
    select version from boundary where jurisdiction_id = ${jurisdiction} order by version desc limit 1`)
  return rows[0]?.version ?? 0
}
