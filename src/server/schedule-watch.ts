/** How long the schedule may go unasked, where it is asked each second. */
export interface Patience {
  /** After so long it stands still: the process is not ready, and its queue begins anew. */
  stillMs: number
  /** After so long nothing has helped. */
  giveUpMs: number
  lookMs: number
}

export const PATIENCE: Patience = { stillMs: 20_000, giveUpMs: 60_000, lookMs: 2_000 }

interface Watched {
  /** Whether the database answers: while it does not, nothing is the schedule's fault. */
  answers(): Promise<boolean>
  /** How long ago any process asked the schedule, ms, by the database. */
  age(): Promise<number>
  /** Begins anew with the queue. */
  mend(): void
  giveUp(err: Error): void
}

export interface ScheduleWatch {
  /** This process has asked the schedule. */
  asked(): void
  isStill(): boolean
  stop(): void
}

/**
 * Sees to it that the schedule is asked. Connections can die in ways that nobody is told of, and whatever waits on one then
 * waits for ever: so it is the work that is watched, and not the connections.
 */
export function watchSchedule(watched: Watched, { stillMs, giveUpMs, lookMs }: Patience): ScheduleWatch {
  // Since when nothing has happened that should have.
  let since = performance.now()
  let isMended = false
  let isLooking = false
  const standsFor = () => performance.now() - since
  const isWell = (ageMs: number) => {
    since = performance.now() - ageMs
    isMended = false
  }

  async function look(): Promise<void> {
    if (standsFor() < stillMs) return
    if (!(await watched.answers())) return isWell(0)
    // Another process may be the one that asks.
    const ageMs = await watched.age().catch(() => Number.POSITIVE_INFINITY)
    if (ageMs < stillMs) return isWell(ageMs)
    if (standsFor() > giveUpMs) {
      watched.giveUp(new Error(`the schedule has stood still for ${Math.round(standsFor() / 1000)} s`))
    } else if (!isMended) {
      isMended = true
      watched.mend()
    }
  }

  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    look().finally(() => {
      isLooking = false
    })
  }, lookMs)
  timer.unref()
  return {
    asked: () => isWell(0),
    // A look that is under way may still find that all is well, or that the database is away.
    isStill: () => standsFor() > stillMs + 2 * lookMs,
    stop: () => clearInterval(timer),
  }
}
