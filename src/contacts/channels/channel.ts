import type { MailSettings } from '../../config/settings.js'
import type { Words } from '../../domain/rejection.js'
import type { GuardedFetch } from '../../http/guarded-fetch.js'
import type { Language } from '../../language/language.js'

/**
 * A way by which people are reached. Another one is a file like those beside this one, a line in `CHANNELS`, and its
 * name in the constraint `contact_channel`.
 */
export interface ContactChannel {
  /** Why a text is no address of this channel, or undefined when it is one. */
  refusalOf(address: string, settings: Settings): Words | undefined
  /** Whether its messages can be signed with a secret of the contact. */
  takesSecret: boolean
  /** Messages that one address takes in a minute. */
  perMinute: number
  /** A line to send messages by; undefined where the configuration leaves the channel off. */
  open(outside: Outside): Line | undefined
}

/** What of the configuration is about reaching people. */
export interface Settings {
  mail: MailSettings
  /** The address at which people reach the service, without a slash at its end. */
  publicUrl: string
  /** For development: robots may be on this machine. */
  webhookAllowPrivate: boolean
}

/** What a channel may use of the world. */
export interface Outside {
  settings: Settings
  fetch: GuardedFetch
}

/** Open for as long as one job takes. */
export interface Line {
  /** Sends one message, with everything that goes wrong outside as its outcome. It ends early when `signal` aborts. */
  send(message: Message, to: Recipient, signal: AbortSignal): Promise<Outcome>
  close?(): void
}

/** Where a message goes: of a contact, what a channel needs. */
export interface Recipient {
  address: string
  secret: string | null
  name: string | null
  language: Language
}

/** What is to be said, in the forms that channels take. */
export interface Message {
  /** The same for every attempt, so that a repetition can be told: letters, digits, `-` and `.`. */
  id: string
  /** When this attempt is made. */
  at: string
  /** One line. */
  title: string
  text: string
  html: string
  /** Markdown as group robots show it, of at most so many bytes of UTF-8. */
  markdown(limitBytes: number): string
  unsubscribeUrl: string
}

export type Outcome =
  | { kind: 'sent' }
  /** Nothing is wrong with the message or its address: another attempt may succeed. */
  | { kind: 'later'; reason: string }
  /** Every attempt would end like this one. */
  | { kind: 'refused'; reason: string }

export const SENT: Outcome = { kind: 'sent' }

const REASON_LENGTH = 300

/** A reason as it is kept: one line without control characters, since parts of it come from outside. */
export function reasonOf(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, REASON_LENGTH)
    .toWellFormed()
}
