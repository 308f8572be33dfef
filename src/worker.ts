import type { PgBoss } from 'pg-boss'
import type { Chore, ChoreDeps } from './deps.js'

/** How often the chores are asked what is due. */
const TICK_S = 1
const TICK = 'tick'
/** A worker that does not say for so long that it lives is taken for dead, and its job handed to another. */
const HEARTBEAT_S = 10
/** The longest that one job may take; chores do their work in small steps and stop when told. */
const JOB_LIMIT_S = 600
const KEPT_S = 60
const RETRIES = { retryLimit: 5, retryDelay: 1, retryBackoff: true, retryDelayMax: 60 }
const POLL_S = 0.5
/** Jobs of one chore that one process does at the same time, unless the chore says. */
const CONCURRENCY = 4

export interface Worker {
  /** Takes no more jobs, tells those under way to end, and waits for them. */
  stop(): Promise<void>
}

/**
 * The notify loop and the schedule, on a job queue in the database. Any number of processes may run it. One job of a
 * queue of its own, `tick`, asks every chore what is due and hands that to the queue of the chore. Every process asks for
 * it each second, and the database holds them to one. A process that dies loses nothing: its jobs are handed out again.
 */
export async function startWorker(boss: PgBoss, chores: readonly Chore[], deps: ChoreDeps): Promise<Worker> {
  const { log } = deps
  const stopping = new AbortController()
  boss.on('error', (err) => log.warn({ err }, 'the job queue reports an error'))
  boss.on('warning', (warning) => log.debug({ warning }, 'the job queue warns'))
  await boss.start()

  for (const chore of chores) {
    const options = { heartbeatSeconds: HEARTBEAT_S, expireInSeconds: JOB_LIMIT_S, deleteAfterSeconds: KEPT_S }
    // exclusive: one job with a key, waiting or at work or failed and waiting to be tried again.
    await boss.createQueue(chore.name, { policy: 'exclusive', notify: true, ...RETRIES, ...options })
    await boss.work<Record<string, string | number>>(
      chore.name,
      { pollingIntervalSeconds: POLL_S, localConcurrency: chore.concurrency ?? CONCURRENCY, batchSize: 1 },
      async ([job]) => {
        if (job === undefined) return
        const signal = AbortSignal.any([job.signal, stopping.signal])
        try {
          await chore.run(deps, job.data, signal)
        } catch (err) {
          log.error({ err, chore: chore.name, job: job.data }, 'a job failed and will be tried again')
          throw err
        }
      },
    )
  }

  await boss.createQueue(TICK, {
    policy: 'exclusive',
    notify: true,
    retryLimit: 0,
    heartbeatSeconds: HEARTBEAT_S,
    deleteAfterSeconds: KEPT_S,
  })
  await boss.work(TICK, { pollingIntervalSeconds: POLL_S }, async () => {
    for (const chore of chores) await hand(boss, chore, deps)
  })
  const ticking = setInterval(() => {
    boss.send(TICK, {}, { singletonKey: TICK }).catch((err) => log.warn({ err }, 'the schedule was not asked'))
  }, TICK_S * 1000)

  return {
    async stop() {
      clearInterval(ticking)
      stopping.abort()
      await boss.stop({ graceful: true, timeout: 10_000 })
    },
  }
}

/** What one chore has to do goes to its queue; a chore that fails to say so does not hold up the others. */
async function hand(boss: PgBoss, chore: Chore, deps: ChoreDeps): Promise<void> {
  try {
    const jobs = await chore.due(deps)
    if (jobs.length === 0) return
    await boss.insert(
      chore.name,
      jobs.map(({ key, data }) => ({ data, singletonKey: key })),
    )
  } catch (err) {
    deps.log.error({ err, chore: chore.name }, 'what is due could not be found out')
  }
}
