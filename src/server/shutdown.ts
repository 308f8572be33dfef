import type { Logger } from 'pino'

/** What asks a process to end. */
export const ENDING_SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const
/** What an uncaught error makes. */
const UNCAUGHT = ['uncaughtException', 'unhandledRejection'] as const
/** Ctrl-C under npm comes twice: from the terminal, and from npm, which hands it on. A second one that is meant comes later. */
const SAME_MS = 1_000

/** How a process comes to its end. */
export interface Ending {
  /** Ends it now. */
  close(): void
  /** Leaves signals and errors to the system again. */
  uninstall(): void
}

/**
 * Calls `end` on a signal or an uncaught error, and exits then: with 0, or with 1 after an error or when it takes
 * longer than `limitMs`, or on a second signal.
 */
export function endInGoodOrder(limitMs: number, log: Logger, end: () => Promise<void>): Ending {
  let asked: { signal: string; at: number } | undefined
  const ending = endOfError(limitMs, log, async (err) => {
    if (err === undefined) log.info({ signal: asked?.signal }, 'stopping')
    await end()
    log.info('stopped')
    await new Promise<void>((resolve) => log.flush(() => resolve()))
  })
  const hear = (signal: string) => {
    if (asked === undefined) {
      asked = { signal, at: performance.now() }
      ending.close()
    } else if (performance.now() - asked.at > SAME_MS) {
      log.error(`second ${signal}, exiting`)
      process.exit(1)
    }
  }
  for (const signal of ENDING_SIGNALS) process.on(signal, hear)
  return {
    close: ending.close,
    uninstall() {
      ending.uninstall()
      for (const signal of ENDING_SIGNALS) process.off(signal, hear)
    },
  }
}

/** The same for a process that leaves signals to another: an uncaught error, or `close`, ends it. */
export function endOfError(limitMs: number, log: Logger, end: (err?: Error) => Promise<void>): Ending {
  let isEnding = false

  async function exit(err?: Error): Promise<void> {
    if (isEnding) return
    isEnding = true
    const timer = setTimeout(() => {
      log.error(`not ended within ${limitMs} ms, exiting`)
      process.exit(1)
    }, limitMs)
    try {
      await end(err)
    } catch (failure) {
      log.error({ err: failure }, 'the end failed')
      process.exit(1)
    }
    clearTimeout(timer)
    process.exit(err === undefined ? 0 : 1)
  }

  const fail = (err: Error) => {
    log.error({ err }, isEnding ? 'a second error, exiting' : 'stopping after an error')
    if (isEnding) process.exit(1)
    void exit(err)
  }
  const close = () => void exit()
  for (const event of UNCAUGHT) process.on(event, fail)
  process.on('beforeExit', close)
  return {
    close,
    uninstall() {
      for (const event of UNCAUGHT) process.off(event, fail)
      process.off('beforeExit', close)
    },
  }
}

/**
 * Ends the process for an error that leaves nothing to be done here: in good order, and with an exit code that makes a service
 * manager start it again.
 */
export function endWith(err: Error): void {
  // As an uncaught error: `endInGoodOrder` hears of it, and a command ends of it.
  setImmediate(() => {
    throw err
  })
}
