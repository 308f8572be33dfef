import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'

/** What asks a process to end. */
export const ENDING_SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const
/** Ctrl-C under npm comes twice: from the terminal, and from npm, which hands it on. Whoever means it again takes longer. */
const SAME_MS = 1_000

interface Why {
  err?: Error | undefined
  signal?: string | undefined
}

/**
 * Calls `end` on a signal or an error that nobody caught, and exits then: with 0, or with 1 after an error or when it takes
 * longer than `delayMs`, or on a second signal.
 */
export function endInGoodOrder(delayMs: number, log: Logger, end: () => Promise<void>) {
  let asked: { signal: string; at: number } | undefined
  const options = { delay: delayMs, logger: log, skip: [...ENDING_SIGNALS] }
  const grace = closeWithGrace(options, async ({ err }: Why) => {
    if (err) log.error({ err }, 'stopping after an error')
    else log.info({ signal: asked?.signal }, 'stopping')
    await end()
    log.info('stopped')
    await new Promise<void>((resolve) => log.flush(() => resolve()))
  })
  const hear = (signal: string) => {
    if (asked === undefined) {
      asked = { signal, at: performance.now() }
      void grace.close()
    } else if (performance.now() - asked.at > SAME_MS) {
      log.error(`second ${signal}, exiting`)
      process.exit(1)
    }
  }
  for (const signal of ENDING_SIGNALS) process.on(signal, hear)
  return {
    close: grace.close,
    /** Leaves signals and errors to the system again. */
    uninstall() {
      grace.uninstall()
      for (const signal of ENDING_SIGNALS) process.off(signal, hear)
    },
  }
}

/**
 * Ends the process for an error that leaves nothing to be done here: in good order, and with an exit code that makes a service
 * manager start it again.
 */
export function endWith(err: Error): void {
  // Where nobody catches it: `endInGoodOrder` hears of such errors, and a command ends of them.
  setImmediate(() => {
    throw err
  })
}
