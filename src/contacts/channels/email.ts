import { createTransport, type SendMailOptions } from 'nodemailer'
import { z } from 'zod'
import type { MailSettings } from '../../config/settings.js'
import type { ContactChannel, Line, Message, Outcome, Recipient } from './channel.js'
import { reasonOf, SENT } from './channel.js'
import { openFolder } from './mail-folder.js'

const CONNECTIONS = 4
const CONNECT_TIMEOUT_MS = 10_000
/** Of silence. */
const SOCKET_TIMEOUT_MS = 20_000

const Address = z.email().max(254)

/** E-mail over the configured server; where none is, into a folder, or not at all. */
export const email: ContactChannel = {
  refusalOf: (address) =>
    Address.safeParse(address).success
      ? undefined
      : { zh: '须为电子邮件地址，如 name@example.com。', en: 'An e-mail address, such as name@example.com.' },
  takesSecret: false,
  perMinute: Number.POSITIVE_INFINITY,
  open({ settings: { mail } }) {
    if (mail.smtpUrl !== undefined) return openSmtp(mail, mail.smtpUrl)
    if (mail.folder !== undefined) return openFolder(mail.folder, (message, to) => mailOf(mail, message, to))
    return undefined
  },
}

function openSmtp(mail: MailSettings, url: string): Line {
  const transport = createTransport({
    ...{ url, pool: true, maxConnections: CONNECTIONS },
    // Whether a message was taken when the connection broke off nobody knows; the schedule asks again, not the pool.
    maxRequeues: 0,
    ...{ connectionTimeout: CONNECT_TIMEOUT_MS, dnsTimeout: CONNECT_TIMEOUT_MS, greetingTimeout: CONNECT_TIMEOUT_MS },
    socketTimeout: SOCKET_TIMEOUT_MS,
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
  return {
    async send(message, to, signal) {
      try {
        await transport.sendMail({ ...mailOf(mail, message, to), signal })
        return SENT
      } catch (err) {
        return outcomeOf(err)
      }
    },
    close: () => transport.close(),
  }
}

/**
 * A permanent reply (RFC 5321, section 4.2.1: 5yz) to the recipient or the message is about this one mail. To anything
 * before, the greeting, the login, the sender, it is about how the service is set up: that can be mended.
 */
function outcomeOf(err: unknown): Outcome {
  const { code, command, permanent, message } = err as {
    code?: string
    command?: string
    permanent?: boolean
    message?: string
  }
  const isAboutThis = (code === 'EENVELOPE' || code === 'EMESSAGE') && (command === 'RCPT TO' || command === 'DATA')
  return { kind: isAboutThis && permanent === true ? 'refused' : 'later', reason: reasonOf(message ?? String(err)) }
}

function mailOf({ from }: MailSettings, message: Message, to: Recipient): SendMailOptions {
  const host = from.address.slice(from.address.lastIndexOf('@') + 1)
  return {
    from,
    to: { name: to.name ?? '', address: to.address },
    subject: message.title,
    text: message.text,
    html: message.html,
    messageId: `<${message.id}@${host}>`,
    date: new Date(message.at),
    xMailer: false,
    headers: {
      // RFC 3834: nobody's holiday notice answers this.
      'Auto-Submitted': 'auto-generated',
      'Content-Language': to.language,
      // RFC 2369 and, for a mail program's own button, RFC 8058.
      'List-Unsubscribe': `<${message.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  }
}
