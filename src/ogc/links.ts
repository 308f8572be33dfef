/** Relation types are those of OGC 17-069r4, section 5.2, and of IANA. */
export interface Link {
  href: string
  rel: string
  type: string
  title?: string
}

export const JSON_TYPE = 'application/json'
export const GEOJSON_TYPE = 'application/geo+json'

export const BASE = '/v1/ogc'
/** The one collection: the items of the list. */
export const COLLECTION = 'items'
export const COLLECTION_PATH = `${BASE}/collections/${COLLECTION}`
export const FEATURES_PATH = `${COLLECTION_PATH}/items`

/** Links are absolute, from the address at which people reach the service. */
export function linkTo(publicUrl: string) {
  return (path: string, rel: string, type: string, title?: string): Link => ({
    href: publicUrl + path,
    rel,
    type,
    ...(title === undefined ? {} : { title }),
  })
}
export type LinkTo = ReturnType<typeof linkTo>
