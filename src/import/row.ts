import type { Imported } from '../domain/item/events.js'
import type { Place } from '../domain/item/item.js'
import { DIRECTIONS, LEVELS, RISKS, SOURCES } from '../domain/item/words.js'
import { isWithinArea, parseAreaCode } from '../domain/place/area.js'
import { type Boundaries, findingOf } from '../domain/place/boundary.js'
import type { Instant } from '../domain/time/instant.js'
import { bindFields, type Fields, type Reading } from './fields.js'
import { IMPORT_STATUSES, type Mapping } from './mapping.js'
import { createDatesReader } from './row-dates.js'
import { createPlaceReader } from './row-place.js'

/** What rows are checked against. */
export interface Surroundings {
  /** The jurisdiction's. */
  area: string
  timeZone: string
  /** The areas and categories that it has. */
  areas: ReadonlySet<string>
  /** Their names, alone and after those of the areas that they lie in, each with its code; null where several have the name. */
  areaNames?: ReadonlyMap<string, string | null>
  categories: ReadonlySet<string>
  /** Where its areas lie; null: it has not said, and its province is looked at. Undefined: points are not looked at. */
  boundaries?: Boundaries | null
  now: Instant
}

/** A row in the list's terms, but for the import that brought it and the line where it stood. */
export type ImportedRow = Omit<Imported, 'importId' | 'line'> & { externalSystem: string; externalId: string }

/** What became of a row: an item, or its errors; and what was dropped and pointed out on the way. */
export interface RowReading extends Reading {
  row: ImportedRow | null
}

/** Reads the rows of a file with this header: each becomes an item, or is refused with every reason there is. */
export function createRowReader(
  mapping: Mapping,
  header: ReadonlyMap<string, number>,
  surroundings: Surroundings,
): (record: readonly string[]) => RowReading {
  const fields = bindFields(mapping, header)
  const readPlace = createPlaceReader(fields, mapping.bounds)
  const pointOut = createPointOut(mapping, surroundings)
  const readDates = createDatesReader(fields, mapping, surroundings)

  return (record) => {
    const reading: Reading = { record, errors: [], dropped: [], notices: [] }
    const externalId = fields.required(reading, 'externalId')
    const title = fields.required(reading, 'title')
    const status = fields.oneOf(reading, 'status', IMPORT_STATUSES)
    const area = readArea(fields, reading, surroundings)
    const described = {
      description: fields.text(reading, 'description'),
      category: readCategory(fields, reading, surroundings),
      level: fields.oneOf(reading, 'level', LEVELS),
      risk: fields.oneOf(reading, 'risk', RISKS),
      source: fields.oneOf(reading, 'source', SOURCES) ?? 'import',
      direction: fields.oneOf(reading, 'direction', DIRECTIONS),
      dismissalReason: status === 'dismissed' ? fields.text(reading, 'dismissalReason') : null,
    }
    const place = readPlace(reading)
    const dates = readDates(reading, status)
    pointOut(fields, reading, { ...place, area })
    const isWhole = externalId !== null && title !== null && status !== null && area !== null && dates !== null
    if (!isWhole || reading.errors.length > 0) return { ...reading, row: null }
    const { externalSystem } = mapping
    return { ...reading, row: { externalSystem, externalId, title, status, area, ...described, ...place, ...dates } }
  }
}

function readArea(fields: Fields, reading: Reading, surroundings: Surroundings): string | null {
  const text = fields.required(reading, 'area')
  if (text === null) return null
  const code = parseAreaCode(text)
  const area = code ?? surroundings.areaNames?.get(text.replace(/\s/g, ''))
  if (area === null) return fields.fault(reading, 'ambiguous-area', text, 'area')
  if (area !== undefined && surroundings.areas.has(area)) return area
  const isOutside = code !== undefined && !isWithinArea(code, surroundings.area)
  return fields.fault(reading, isOutside ? 'area-outside' : 'unknown-area', text, 'area')
}

/** A point that lies elsewhere than it is said to; not where the mapping itself says where points must lie. */
function createPointOut(mapping: Mapping, { area: jurisdiction, boundaries }: Surroundings) {
  return (
    fields: Fields,
    reading: Reading,
    { lon, lat, area }: Pick<Place, 'lon' | 'lat'> & { area: string | null },
  ) => {
    if (mapping.bounds !== undefined || boundaries === undefined || lon === null || lat === null || area === null)
      return
    const code = findingOf({ lon, lat }, area, jurisdiction, boundaries)
    if (code !== undefined)
      reading.notices.push({ code, field: 'lon', column: fields.columnOf('lon'), value: `${lon}, ${lat}` })
  }
}

function readCategory(fields: Fields, reading: Reading, { categories }: Surroundings): string | null {
  const category = fields.text(reading, 'category')
  if (category === null || categories.has(category)) return category
  return fields.fault(reading, 'unknown-category', category, 'category')
}
