import { z } from 'zod'
import type { MailSettings } from './settings.js'

/** RFC 5322, section 3.4: a name-addr whose name needs no quotes, or an addr-spec. */
const MAILBOX = /^(?:([^<>"@,;:\\\p{Cc}]{1,100})\s<([^<>\s]+)>|([^<>\s]+))$/u

/** `a@b` or `Name <a@b>`; undefined for anything else. */
export function mailboxOf(text: string): MailSettings['from'] | undefined {
  const [, name = '', named, alone = ''] = MAILBOX.exec(text.trim()) ?? []
  const address = named ?? alone
  const isAddress = z.email().safeParse(address).success || address.endsWith('@localhost')
  return isAddress ? { name: name.trim(), address } : undefined
}
