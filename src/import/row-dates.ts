import type { Imported } from '../domain/item/events.js'
import { latestPresent } from '../domain/present.js'
import type { Instant } from '../domain/time/instant.js'
import { localDate } from '../domain/time/zone.js'
import { createDateReader, endOf, type ReadDate } from './dates.js'
import type { Fields, Reading } from './fields.js'
import type { Mapping } from './mapping.js'
import type { Reason } from './reasons.js'

export type RowDates = Pick<Imported, 'foundAt' | 'reportedAt' | 'listedAt' | 'dueAt' | 'closedAt'>

type DateName = keyof RowDates
type Status = Imported['status'] | null
type Stated = ReadDate & { name: DateName; text: string }

const DATE_NAMES = ['foundAt', 'reportedAt', 'listedAt', 'dueAt', 'closedAt'] as const

/**
 * Reads a row's dates: found ≤ reported ≤ listed ≤ closed, none in the future but the deadline. A day without a time
 * that is the very day of the date before it is taken as that moment: it cannot have been earlier. Null when the row
 * has no date of reporting.
 */
export function createDatesReader(
  fields: Fields,
  mapping: Mapping,
  surroundings: { timeZone: string; now: Instant },
): (reading: Reading, status: Status) => RowDates | null {
  const timeZone = mapping.timeZone ?? surroundings.timeZone
  const read = createStatedReader(fields, mapping, timeZone, surroundings.now)
  const refuse = (reading: Reading, code: Reason, stated: Stated) =>
    fields.fault(reading, code, stated.text, stated.name)

  return (reading, status) => {
    const reported = read(reading, 'reportedAt')
    const due = read(reading, 'dueAt')
    let found = read(reading, 'foundAt')
    let listed = read(reading, 'listedAt')
    let closed = read(reading, 'closedAt')
    const unlisted = status === 'reported' || status === 'dismissed'
    if (listed !== null && unlisted) listed = refuse(reading, 'listed-at-of-unlisted', listed)
    if (closed !== null && status === 'dismissed') closed = refuse(reading, 'closed-at-of-dismissed', closed)
    else if (closed !== null && status !== 'closed') closed = refuse(reading, 'closed-at-of-open', closed)
    if (reported === null) return null

    const reportedAt = laterOnItsDay(reported, found?.at ?? null, timeZone)
    if (found !== null && found.at > reportedAt) found = refuse(reading, 'found-after-reported', found)
    let listedAt = listed === null ? null : laterOnItsDay(listed, reportedAt, timeZone)
    if (listed !== null && listedAt !== null && listedAt < reportedAt) {
      listedAt = refuse(reading, 'listed-before-reported', listed)
    }
    let closedAt = closed === null ? null : laterOnItsDay(closed, listedAt ?? reportedAt, timeZone)
    if (closed !== null && closedAt !== null && closedAt < (listedAt ?? reportedAt)) {
      const code = closedAt < reportedAt ? 'closed-before-reported' : 'closed-before-listed'
      closedAt = refuse(reading, code, closed)
    }
    const dueAt = due === null ? null : endOf(due, timeZone)
    return { foundAt: found?.at ?? null, reportedAt, listedAt, dueAt, closedAt }
  }
}

/** Reads one date of a row, in the formats of its field or of the whole mapping. */
function createStatedReader(fields: Fields, mapping: Mapping, timeZone: string, now: Instant) {
  const readers = new Map(
    DATE_NAMES.map((name) => {
      const formats = fields.ruleOf(name)?.format ?? mapping.dateFormats
      return [name, createDateReader(Array.isArray(formats) ? formats : [formats], timeZone)]
    }),
  )
  return (reading: Reading, name: DateName): Stated | null => {
    const text = name === 'reportedAt' ? fields.required(reading, name) : fields.text(reading, name)
    const date = text === null ? undefined : readers.get(name)?.(text)
    if (date === undefined || text === null) return null
    if (typeof date === 'string') return fields.fault(reading, date, text, name)
    if (name !== 'dueAt' && date.at > latestPresent(now)) return fields.fault(reading, 'in-the-future', text, name)
    if (date.isAmbiguous) {
      reading.notices.push({ code: 'ambiguous-time', field: name, column: fields.columnOf(name), value: text })
    }
    // What the other system's clock is ahead by is taken off.
    const at = name !== 'dueAt' && date.at > now ? now : date.at
    return { ...date, at, name, text }
  }
}

/** The date; of a day without a time, the moment `previous` when that is later on this very day. */
function laterOnItsDay(stated: Stated, previous: Instant | null, timeZone: string): Instant {
  const { at, day } = stated
  return previous !== null && day !== null && previous > at && localDate(previous, timeZone) === day ? previous : at
}
