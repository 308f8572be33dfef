import { z } from 'zod'
import { MEDIA_TYPES } from '../http/negotiate.js'

const Csv = z.string().meta({
  id: 'CsvFile',
  description: 'RFC 4180, UTF-8 with a byte order mark, CRLF; headings in the language of the request.',
  example: '编号,标题,状态\r\n2026-000172,临水弯道无护栏,整改中\r\n',
})
const Workbook = z.string().meta({
  id: 'Workbook',
  description: 'An Office Open XML workbook: a cover, and the rows with typed cells.',
  format: 'binary',
  example: 'PK…',
})

/** The good answer of a list that can be had as a file too: a page of JSON, or all rows in another media type. */
export function fileOr(description: string, page: z.ZodType, row: z.ZodType, geojson?: z.ZodType) {
  const content = {
    [MEDIA_TYPES.json]: { schema: page },
    [MEDIA_TYPES.csv]: { schema: Csv },
    [MEDIA_TYPES.xlsx]: { schema: Workbook },
    [MEDIA_TYPES.ndjson]: { schema: row },
    ...(geojson && { [MEDIA_TYPES.geojson]: { schema: geojson } }),
  }
  return { description, content }
}
