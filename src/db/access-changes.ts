import pg from 'pg'

const CHANNEL = 'one_list_access'
const RETRY_MS = 1_000

/** Tells of changes to keys and to the people behind them, whichever process made them. */
export interface AccessChanges {
  /** Whether a change would be heard of; while not, nothing that it could change may be remembered. */
  isHeard(): boolean
  /** To be called at every change, and whenever changes may have been missed. */
  onChange(forget: () => void): void
  close(): Promise<void>
}

/** Where nobody listens, so that nothing is remembered. */
export const UNHEARD: AccessChanges = { isHeard: () => false, onChange: () => {}, close: async () => {} }

/** Listens on a connection of its own, and connects again when that is lost. */
export function listenForAccessChanges(url: string, onError: (err: Error) => void): AccessChanges {
  const listeners: (() => void)[] = []
  let client: pg.Client | undefined
  let retry: NodeJS.Timeout | undefined
  let isHeard = false
  let isClosed = false
  const tell = () => {
    for (const forget of listeners) forget()
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: 'one-list-access', keepAlive: true })
    client = next
    next.on('notification', tell)
    next.on('error', onError)
    next.on('end', () => lose(next))
    try {
      await next.connect()
      await next.query(`listen ${CHANNEL}`)
      isHeard = true
    } catch (err) {
      onError(err as Error)
      next.end().catch(() => {})
      lose(next)
    }
  }

  function lose(lost: pg.Client): void {
    if (client !== lost) return
    client = undefined
    isHeard = false
    tell()
    if (!isClosed) retry = setTimeout(connect, RETRY_MS).unref()
  }

  void connect()
  return {
    isHeard: () => isHeard,
    onChange: (forget) => {
      listeners.push(forget)
    },
    async close() {
      isClosed = true
      clearTimeout(retry)
      await client?.end()
    },
  }
}
