import type { Instant } from '../time/instant.js'

/** What a caller thinks of how the call was dealt with (满意度), best first. */
export const RATINGS = [
  'very_satisfied',
  'satisfied',
  'basically_satisfied',
  'dissatisfied',
  'very_dissatisfied',
] as const
export type Rating = (typeof RATINGS)[number]

/** The ratings that count as satisfied, as hotlines count them. */
export const SATISFIED = ['very_satisfied', 'satisfied', 'basically_satisfied'] as const satisfies Rating[]

/** A call to the hotline. Who called stays with the hotline, under its ticket number. */
export interface Call {
  ticket: string | null
  answerWanted: boolean
}

export interface FirstAnswer {
  /** What the caller was told; null where only that they were. */
  answer: string | null
}

export interface Satisfaction {
  rating: Rating
  note: string | null
}

interface Done {
  at: Instant
  by: string
}

/** A call, and what came of it. */
export interface Hotline extends Call {
  firstAnswer: (FirstAnswer & Done) | null
  satisfaction: (Satisfaction & Done) | null
}

export const UNANSWERED = { firstAnswer: null, satisfaction: null } as const

/** Of an item that an old list brought, or that was found to be a call later, only that it is one is known. */
export function callOf(hotline: Hotline | null): Hotline {
  return hotline ?? { ticket: null, answerWanted: true, ...UNANSWERED }
}
