import type { Sheet } from './sheet.js'

/** The rows of the JSON list, one a line. */
export async function* ndjsonOf(portions: AsyncIterable<string[]>): AsyncGenerator<string> {
  for await (const rows of portions) yield `${rows.join('\n')}\n`
}

/**
 * RFC 7946: a FeatureCollection whose features' properties are the rows of the JSON list. What has no point has a null
 * geometry (section 3.2).
 */
export async function* geojsonOf<R>(portions: AsyncIterable<string[]>, { pointOf }: Sheet<R>): AsyncGenerator<string> {
  let before = '{"type":"FeatureCollection","features":[\n'
  for await (const rows of portions) {
    const features = rows.map((json) => {
      const row = JSON.parse(json) as R & { id: string }
      return featureText(json, row.id, pointOf?.(row) ?? null)
    })
    yield before + features.join(',\n')
    before = ',\n'
  }
  yield before.startsWith('{') ? `${before}]}\n` : '\n]}\n'
}

/** A GeoJSON feature whose properties are the row, which is JSON text. */
export function featureText(json: string, id: string, point: { lon: number; lat: number } | null): string {
  const geometry = point === null ? 'null' : `{"type":"Point","coordinates":[${point.lon},${point.lat}]}`
  return `{"type":"Feature","id":${JSON.stringify(id)},"geometry":${geometry},"properties":${json}}`
}
