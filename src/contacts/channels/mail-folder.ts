import { randomUUID } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { makeFolder } from '../../db/make-folder.js'
import { type Line, type Message, type Recipient, SENT } from './channel.js'

/** Writes every mail into a folder as it would have gone out (.eml, RFC 5322), where any mail program opens it. */
export function openFolder(folder: string, mailOf: (message: Message, to: Recipient) => SendMailOptions): Line {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  return {
    async send(message, to) {
      const { message: bytes } = await transport.sendMail(mailOf(message, to))
      // Names and addresses are in it: for the owner's eyes only.
      await makeFolder(dirname(folder))
      await makeFolder(folder, 0o700)
      // The same message has the same file, however often it is sent, and nobody sees half of it.
      const file = join(folder, `${message.id}.eml`)
      // Two may be at it: a worker that was thought dead, and the one that took its place.
      const part = `${file}.${randomUUID()}`
      await writeFile(part, bytes, { mode: 0o600 })
      await rename(part, file)
      return SENT
    },
  }
}
