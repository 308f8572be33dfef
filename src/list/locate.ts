import { readBoundaries } from '../db/boundaries.js'
import type { Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import type { Filed, Place } from '../domain/item/item.js'
import { areaAt, findingOf } from '../domain/place/boundary.js'
import { invalid } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'

/** What is pointed out about a place that was taken all the same. */
export const PLACE_WARNINGS = ['point_outside_jurisdiction', 'point_outside_area'] as const
export type PlaceWarning = (typeof PLACE_WARNINGS)[number]

/** A filing that may leave its area to its point. */
export type Unlocated = Omit<Filed, 'area'> & { area: string | undefined }

/** The filing with its area: as it says, else where its point lies. @throws Rejection at `/area` where neither says it. */
export async function withArea(tx: Tx, { jurisdiction }: Actor, filed: Unlocated): Promise<Filed> {
  const { area, lon, lat } = filed
  if (area !== undefined) return { ...filed, area }
  const boundaries = lon === null || lat === null ? null : await readBoundaries(tx, jurisdiction.id)
  const found = lon === null || lat === null || boundaries === null ? undefined : areaAt({ lon, lat }, boundaries)
  if (found !== undefined) return { ...filed, area: found }
  throw invalid('/area', {
    zh: '缺少区划 area：请给出代码。（设置了区划边界的辖区，有坐标时可不填。）',
    en: 'The area is missing: give its code. (Where boundaries are set, a point in one of them does as well.)',
  })
}

/** What is odd about a point and the area that it is said to lie in. */
export async function placeWarnings(
  tx: Tx,
  { jurisdiction }: Actor,
  { lon, lat, area }: Pick<Place, 'lon' | 'lat' | 'area'>,
): Promise<PlaceWarning[]> {
  if (lon === null || lat === null) return []
  const boundaries = await readBoundaries(tx, jurisdiction.id)
  const finding = findingOf({ lon, lat }, area, jurisdiction.area, boundaries)
  if (finding === undefined) return []
  return [finding === 'outside-area' ? 'point_outside_area' : 'point_outside_jurisdiction']
}

/** The answer of a filing or correction, with what is pointed out; without anything it is as it was. */
export function withWarnings(outcome: Outcome, warnings: readonly PlaceWarning[]): Outcome {
  if (warnings.length === 0) return outcome
  return { ...outcome, body: `${outcome.body.slice(0, -1)},"warnings":${JSON.stringify(warnings)}}` }
}
