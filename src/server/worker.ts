import { sql } from 'drizzle-orm'
import type { PgBoss } from 'pg-boss'
import type { Db } from '../db/client.js'
import type { Task, TaskDeps } from '../deps.js'
import { PATIENCE, type Patience, watchSchedule } from './schedule-watch.js'

/** How often the tasks are asked what is due. */
const TICK_S = 1
const TICK = 'tick'
/** A worker that does not say for so long that it lives is taken for dead, and its job handed to another. */
const HEARTBEAT_S = 10
/** The longest that one job may take; tasks do their work in small steps and stop when told. */
const JOB_LIMIT_S = 600
const KEPT_S = 60
const RETRIES = { retryLimit: 5, retryDelay: 1, retryBackoff: true, retryDelayMax: 60 }
const POLL_S = 0.5
/** Jobs of one task that one process does at the same time, unless the task says. */
const CONCURRENCY = 4
const ENDING_MS = 10_000

export interface Worker {
  /** Nobody asks what is due, although the database answers. */
  isStill(): boolean
  /** Takes no more jobs, tells those under way to end, and waits for them. */
  stop(): Promise<void>
}

/** What a worker works with. */
export interface Workplace {
  tasks: readonly Task[]
  /** What tasks are run with. */
  deps: TaskDeps
  /** What asks what is due: it does not wait long for an answer. */
  db: Db
  createQueue(): PgBoss
  /** The schedule stands still, and nothing has helped. */
  onDead(err: Error): void
  patience?: Patience
}

/**
 * The notify loop and the schedule, on a job queue in the database. Any number of processes may run it. One job of a
 * queue of its own, `tick`, asks every task what is due and hands that to the queue of the task. Every process asks for
 * it each second, and the database holds them to one. A process that dies loses nothing: its jobs are handed out again.
 */
export async function startWorker(place: Workplace): Promise<Worker> {
  const { db, createQueue, onDead, patience = PATIENCE } = place
  const { log } = place.deps
  const onTick = () => watch.asked()
  let shift = await beginShift(createQueue(), place, onTick)
  const watch = watchSchedule({ answers: db.answers, age: () => sinceTick(db), mend, giveUp: onDead }, patience)

  async function mend(): Promise<void> {
    log.error('the schedule stands still: the job queue begins anew')
    const before = shift
    try {
      shift = await beginShift(createQueue(), place, onTick)
    } catch (err) {
      log.error({ err }, 'the job queue could not begin anew')
    }
    if (shift !== before) before.leave()
  }

  return {
    isStill: watch.isStill,
    async stop() {
      watch.stop()
      await shift.end()
    },
  }
}

/** How long ago any process asked the schedule, ms. Done jobs are kept for a minute. */
async function sinceTick(db: Db): Promise<number> {
  const { rows } = await db.execute<{ ms: number | null }>(sql`
    select extract(epoch from clock_timestamp() - max(completed_on))::float8 * 1000 as ms from pgboss.job
    where name = ${TICK} and state = 'completed'`)
  return rows[0]?.ms ?? Number.POSITIVE_INFINITY
}

/** One client of the queue at work. */
interface Shift {
  /** In good order. */
  end(): Promise<void>
  /** Leaves it as it is: it does not answer. */
  leave(): void
}

async function beginShift(boss: PgBoss, { tasks, deps, db }: Workplace, onTick: () => void): Promise<Shift> {
  const { log } = deps
  const stopping = new AbortController()
  boss.on('error', (err) => log.warn({ err }, 'the job queue reports an error'))
  boss.on('warning', (warning) => log.debug({ warning }, 'the job queue warns'))
  await boss.start()
  for (const task of tasks) await takeJobs(boss, task, deps, stopping.signal)

  await boss.createQueue(TICK, {
    policy: 'exclusive',
    notify: true,
    retryLimit: 0,
    heartbeatSeconds: HEARTBEAT_S,
    deleteAfterSeconds: KEPT_S,
  })
  const asking = { ...deps, db }
  await boss.work(TICK, { pollingIntervalSeconds: POLL_S }, async () => {
    for (const task of tasks) await hand(boss, task, asking)
    onTick()
  })
  const ticking = setInterval(() => {
    boss.send(TICK, {}, { singletonKey: TICK }).catch((err) => log.warn({ err }, 'the schedule was not asked'))
  }, TICK_S * 1000)

  return {
    async end() {
      clearInterval(ticking)
      stopping.abort()
      await boss.stop({ graceful: true, timeout: ENDING_MS })
    },
    leave() {
      clearInterval(ticking)
      stopping.abort()
      boss.stop({ graceful: false }).catch((err) => log.warn({ err }, 'a job queue could not be left'))
    },
  }
}

async function takeJobs(boss: PgBoss, task: Task, deps: TaskDeps, stopping: AbortSignal): Promise<void> {
  const options = { heartbeatSeconds: HEARTBEAT_S, expireInSeconds: JOB_LIMIT_S, deleteAfterSeconds: KEPT_S }
  // exclusive: one job with a key, waiting or at work or failed and waiting to be tried again.
  await boss.createQueue(task.name, { policy: 'exclusive', notify: true, ...RETRIES, ...options })
  await boss.work<Record<string, string | number>>(
    task.name,
    { pollingIntervalSeconds: POLL_S, localConcurrency: task.concurrency ?? CONCURRENCY, batchSize: 1 },
    async ([job]) => {
      if (job === undefined) return
      const signal = AbortSignal.any([job.signal, stopping])
      try {
        await task.run(deps, job.data, signal)
      } catch (err) {
        deps.log.error({ err, task: task.name, job: job.data }, 'a job failed and will be tried again')
        throw err
      }
    },
  )
}

/** What one task has to do goes to its queue; a task that fails to say so does not hold up the others. */
async function hand(boss: PgBoss, task: Task, deps: TaskDeps): Promise<void> {
  try {
    const jobs = await task.due(deps)
    if (jobs.length === 0) return
    await boss.insert(
      task.name,
      jobs.map(({ key, data }) => ({ data, singletonKey: key })),
    )
  } catch (err) {
    deps.log.error({ err, task: task.name }, 'what is due could not be found out')
  }
}
