/** A text in both languages of the service; `Accept-Language` picks one at the edge. */
export interface Words {
  zh: string
  en: string
}

/** Why the rules said no. `http/problem-codes.ts` gives every code a status and a title; adding one here stops it compiling. */
export type RejectionCode =
  | 'invalid-request'
  | 'wrong-status'
  | 'not-responsible'
  | 'not-filer'
  | 'four-eyes'
  | 'outside-area'
  | 'forbidden'
  | 'not-found'
  | 'stale'
  | 'precondition-required'
  | 'duplicate-external-id'
  | 'duplicate'
  | 'merge-refused'
  | 'not-active'
  | 'too-many'
  | 'in-use'
  | 'evidence-missing'
  | 'too-much-evidence'
  | 'verification-order'
  | 'points-missing'
  | 'no-recurrence'
  | 'key-reused'
  | 'key-in-use'
  | 'scores-behind'
  | 'template-unusable'
  | 'missing-glyphs'

/** What a refusal may add to its problem document, by the member's name on the wire. */
export interface RejectionDetails {
  itemStatus?: string
  allowedEvents?: readonly string[]
  itemId?: string
  itemCode?: string
  currentVersion?: number
  errors?: readonly { pointer: string; detail: Words }[]
  /** What a closure request lacks. */
  missing?: readonly { kind: string; required: number; present: number }[]
  /** What a decision lacks: points of the completion standard. */
  missingPoints?: readonly string[]
  retryAfterS?: number
}

/** The rules said no: a refusal that the caller can understand, never a bug. */
export class Rejection extends Error {
  readonly code: RejectionCode
  readonly words: Words
  readonly details: RejectionDetails

  constructor(code: RejectionCode, words: Words, details: RejectionDetails = {}) {
    super(`${code}: ${words.en}`)
    this.name = 'Rejection'
    this.code = code
    this.words = words
    this.details = details
  }
}

/** A field of the request that the rules refuse: 400 with a JSON Pointer, e.g. `/dueAt`. */
export function invalid(pointer: string, words: Words): Rejection {
  return new Rejection('invalid-request', words, { errors: [{ pointer, detail: words }] })
}

/** A stale screen must not change what its caller has not seen (RFC 9110, If-Match). @throws Rejection `stale` (412) */
export function requireVersion(ifMatch: readonly string[] | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.includes(String(version))) return
  throw new Rejection(
    'stale',
    {
      zh: `您看到的不是现在的第 ${version} 版；请重新读取后再改。`,
      en: `What you saw is not the present version ${version}. Read it again, then change it.`,
    },
    { currentVersion: version },
  )
}

/** What the caller asked for is not there, or not theirs to know of: the two must not be told apart. */
export function notFound(): Rejection {
  return new Rejection('not-found', {
    zh: '没有这样的记录，或您无权查看。',
    en: 'No such record, or not yours to see.',
  })
}
