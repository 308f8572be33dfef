import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { Test } from './tap.js'

export interface MailServer {
  url: string
  port: number
  /** Recipients that the server has taken mail for, in that order, once for each mail. */
  recipients(): string[]
  /** The mails for a recipient, parsed, in the order they came. */
  mailFor(address: string): Promise<Email[]>
  /** The mails as they came over the line. */
  raw(): string[]
  /** The greatest number of mails that were on their way at the same time. */
  mostAtOnce(): number
  close(): Promise<void>
}

interface Manners {
  /** What the server says to a recipient, `550 no such user`; undefined: it takes the mail. */
  refuse?: (address: string) => string | undefined
  /** Called with each mail after it was kept, before the server says so. */
  onKept?: () => Promise<void>
  /** The server asks who it is, and lets nobody in. */
  refuseLogin?: boolean
  /** What the server says to the data. */
  refuseData?: () => string | undefined
  port?: number
}

/** A real SMTP server on this machine, which keeps what it is sent. */
export async function startMailServer(t: Test, manners: Manners = {}): Promise<MailServer> {
  const kept: { to: string; raw: string }[] = []
  let [atOnce, most] = [0, 0]
  const server = new SMTPServer({
    disabledCommands: manners.refuseLogin === true ? ['STARTTLS'] : ['AUTH', 'STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (_auth, _session, callback) => callback(new Error('Invalid login')),
    logger: false,
    onRcptTo({ address }, _session, callback) {
      callback(refusalOf(manners.refuse?.(address)))
    },
    onData(stream, session, callback) {
      most = Math.max(most, ++atOnce)
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', async () => {
        atOnce--
        const refused = refusalOf(manners.refuseData?.())
        if (refused) return callback(refused)
        const raw = Buffer.concat(chunks).toString('utf8')
        for (const { address } of session.envelope.rcptTo) kept.push({ to: address, raw })
        await manners.onKept?.()
        callback()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(manners.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  t.teardown(close)
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    recipients: () => kept.map(({ to }) => to),
    mailFor: (address) => Promise.all(kept.filter(({ to }) => to === address).map(({ raw }) => PostalMime.parse(raw))),
    raw: () => kept.map(({ raw }) => raw),
    mostAtOnce: () => most,
    close,
  }
}

function refusalOf(reply: string | undefined): Error | null {
  if (reply === undefined) return null
  const [code = '', ...text] = reply.split(' ')
  return Object.assign(new Error(text.join(' ')), { responseCode: Number(code) })
}
