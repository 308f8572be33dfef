import pg from 'pg'
import { KEEP_ALIVE, KEPT_ALIVE_BY_SERVER } from './client.js'
import { end, letGo } from './probe.js'

const CHANNEL = 'one_list_access'
const RETRY_MS = 1_000
/** How often the connection is asked whether it lives, and how long it has to say so. */
const ASK_MS = 5_000
const ANSWER_LIMIT_MS = 3_000

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

/** Listens on a connection of its own, and connects again when that is lost, or says nothing when it is asked. */
export function listenForAccessChanges(url: string, onError: (err: Error) => void, askMs = ASK_MS): AccessChanges {
  const listeners: (() => void)[] = []
  let client: pg.Client | undefined
  let retry: NodeJS.Timeout | undefined
  let asking: NodeJS.Timeout | undefined
  let isHeard = false
  let isClosed = false
  const tell = () => {
    for (const forget of listeners) forget()
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'one-list-access',
      options: KEPT_ALIVE_BY_SERVER,
      connectionTimeoutMillis: ANSWER_LIMIT_MS,
      query_timeout: ANSWER_LIMIT_MS,
      ...KEEP_ALIVE,
    })
    client = next
    next.on('notification', tell)
    next.on('error', onError)
    next.on('end', () => lose(next))
    try {
      await next.connect()
      await next.query(`listen ${CHANNEL}`)
      if (client !== next) return
      isHeard = true
      asking = setTimeout(() => ask(next), askMs).unref()
    } catch (err) {
      if (!isClosed) onError(err as Error)
      lose(next)
    }
  }

  /** What a network has silently forgotten is found out by asking alone. */
  async function ask(listening: pg.Client): Promise<void> {
    try {
      await listening.query('select 1')
      if (client === listening) asking = setTimeout(() => ask(listening), askMs).unref()
    } catch (err) {
      if (client === listening && !isClosed) onError(err as Error)
      lose(listening)
    }
  }

  function lose(lost: pg.Client): void {
    if (client !== lost) return
    client = undefined
    isHeard = false
    clearTimeout(asking)
    letGo(lost)
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
      clearTimeout(asking)
      const last = client
      client = undefined
      if (last !== undefined) await end(last)
    },
  }
}
