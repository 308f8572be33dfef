import type { Message, Settings } from './channels/channel.js'
import type { DigestContent } from './digest-content.js'
import { htmlOf, markdownOf, textOf } from './digest-text.js'
import { speak } from './digest-words.js'
import type { Leased } from './message-lease.js'
import { unsubscribeUrl } from './unsubscribe.js'

/** A digest as it goes to a contact, in the contact's language. */
export function composeMessage(content: DigestContent, to: Leased, { publicUrl }: Settings, now: string): Message {
  const spoken = speak(content, to, now)
  const unsubscribe = unsubscribeUrl(publicUrl, to.unsubscribeToken)
  const links = { notices: `${publicUrl}/v1/notices`, unsubscribe }
  return {
    id: `${to.digest}.${to.contact}`,
    at: now,
    title: spoken.title,
    text: textOf(spoken, links),
    html: htmlOf(spoken, links),
    markdown: (limitBytes) => markdownOf(spoken, limitBytes),
    unsubscribeUrl: unsubscribe,
  }
}
