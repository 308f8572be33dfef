import type { Status } from '../domain/item/words.js'
import type { Words } from '../domain/rejection.js'
import type { Instant } from '../domain/time/instant.js'

// What the public is told of an item that came in through a channel (Open311 GeoReport v2).

/** What decides what is told: of the item, and of those that it was merged into. */
export interface PublicItem {
  id: string
  status: Status
  /** Null where an import did not know. */
  closedAt: Instant | null
  updatedAt: Instant
  /** Came through a channel, and so can be followed through one. */
  isPublic: boolean
}

export interface PublicState {
  status: 'open' | 'closed'
  notes: Words
  /** When it last changed; of what is closed, when it was closed. */
  updatedAt: Instant
}

/**
 * How an item stands for those outside. `chain` is the item and, where it was merged, what it went into, and so on: a merged
 * report is open as long as the hazard that it is about is.
 */
export function publicStateOf(chain: readonly PublicItem[]): PublicState {
  const [item] = chain
  const last = chain.at(-1)
  if (item === undefined || last === undefined) throw new Error('an item stands somehow')
  const { status, notes } = NOTES[last.status]
  const updatedAt = status === 'closed' ? (last.closedAt ?? last.updatedAt) : last.updatedAt
  if (item === last) return { status, notes, updatedAt }
  const followed = last.isPublic ? { zh: `（${last.id}）`, en: ` (${last.id})` } : { zh: '', en: '' }
  const merged = {
    zh: `重复上报，与另一件${followed.zh}合并办理：${notes.zh}`,
    en: `Duplicate request, handled together with another${followed.en}: ${notes.en}`,
  }
  // Not before it was merged itself.
  return { status, notes: merged, updatedAt: updatedAt > item.updatedAt ? updatedAt : item.updatedAt }
}

const OPEN = { zh: '办理中。', en: 'Being dealt with.' }
const NOTES: Record<Status, { status: PublicState['status']; notes: Words }> = {
  reported: { status: 'open', notes: { zh: '已收到，待核实。', en: 'Received, to be verified.' } },
  listed: { status: 'open', notes: { zh: '已核实立项。', en: 'Verified and put on the list.' } },
  assigned: { status: 'open', notes: OPEN },
  remediating: { status: 'open', notes: OPEN },
  closure_requested: { status: 'open', notes: OPEN },
  closed: {
    status: 'closed',
    notes: { zh: '已整改，经现场核验销号。', en: 'Remedied, and verified on site.' },
  },
  dismissed: {
    status: 'closed',
    notes: { zh: '经核实不予立项。', en: 'Verified and not put on the list.' },
  },
  // Only where what it was merged into cannot be found.
  merged: { status: 'open', notes: OPEN },
}

/**
 * Whether anybody may read what was written: once the office has looked at it and put it on the list, which it does after it
 * has corrected what should not be read by all. Of what it did not list, nobody but the channel reads what it said.
 */
export function isTextPublic({ status }: Pick<PublicItem, 'status'>): boolean {
  return status !== 'reported' && status !== 'dismissed' && status !== 'merged'
}

/** Whether it may be said who deals with it: once the unit has signed for it. */
export function isUnitPublic({ status }: Pick<PublicItem, 'status'>): boolean {
  return status === 'remediating' || status === 'closure_requested' || status === 'closed'
}

const MASK = '＊＊＊'
/** Digits as they are typed here, with what people put between them. */
const DIGIT = '[0-9０-９]'
const GAP = '[-‐–－ 　]?'
const digits = (count: string) => `(?:${GAP}${DIGIT})${count}`
const PERSONAL = new RegExp(
  [
    // Resident identity number, GB 11643: 17 digits and one more or an X.
    `(?<!${DIGIT})${DIGIT}${digits('{16}')}${GAP}[0-9０-９XxＸｘ](?!${DIGIT})`,
    // Mobile number: eleven digits that begin with 1, also with the country's 86 before them.
    `(?<!${DIGIT})(?:[+＋]?[8８][6６]${GAP})?[1１]${GAP}[3-9３-９]${digits('{9}')}(?!${DIGIT})`,
    // Landline: area code with its 0, and seven or eight digits.
    `(?<!${DIGIT})[0０]${digits('{2,3}')}${GAP}${DIGIT}${digits('{6,7}')}(?!${DIGIT})`,
    '[\\p{L}\\p{N}._%+-]{1,64}[@＠][\\p{L}\\p{N}-]{1,63}(?:[.．][\\p{L}\\p{N}-]{1,63}){1,5}',
  ].join('|'),
  'gu',
)

/**
 * Text without what would lead to a person: telephone and identity numbers, mail addresses. It is the second net under the
 * office's eyes, and does not know names.
 */
export function withoutPersonalNumbers(text: string): string {
  return text.replace(PERSONAL, MASK)
}
