import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Registry } from 'prom-client'
import type { Config } from './config.js'
import type { AccessChanges } from './db/access-changes.js'
import type { Db } from './db/client.js'

/** Lets many readers wait for the next event of their jurisdiction with one small query for all of them. */
export interface LedgerWatch {
  /** Resolves when the ledger's head is past `seq`, after `timeoutMs`, or when `signal` aborts; never rejects. */
  past(jurisdiction: string, seq: number, timeoutMs: number, signal?: AbortSignal): Promise<void>
  close(): void
  /** The process is stopping: no reader should begin to wait again. */
  isClosed(): boolean
}

/** All that a room is given. */
export interface Deps {
  db: Db
  /** The present, RFC 3339 UTC with milliseconds. */
  now: () => string
  config: Config
  watch: LedgerWatch
  /** Tells of changes to keys and people. */
  accessChanges: AccessChanges
  /** The process has been told to end: readiness is off, nobody begins to wait. */
  isStopping: () => boolean
  /** Nobody asks the schedule what is due, although it is this process's to do; undefined where it is another's. */
  isScheduleStill?: () => boolean
  /** Undefined where this process is the only one on its port. */
  siblings?: Siblings
}

/** What is true of all server processes on one port together, and not of each. */
export interface Siblings {
  /** Counts one more under a key of a limiter, and answers how many there are and for how long they count (ms). */
  count(limiter: number, key: string, windowMs: number): Promise<{ current: number; ttl: number }>
  /** Says what this process measures. */
  tell(registry: Registry): void
  /** The metrics of all processes, as Prometheus text. */
  metrics(): Promise<string>
}

/** What the worker gives to a task: the same as a room gets, and a log. */
export interface TaskDeps {
  db: Db
  now: () => string
  config: Config
  log: FastifyBaseLogger
}

/** One thing for the worker to do, described by what the job queue keeps of it: JSON. */
export interface Job {
  /** At most one job of a task with this key waits, and one more is under way. */
  key: string
  data: Record<string, string | number>
}

/**
 * Work that the service does by itself. The worker asks every task about once a second what is due, and hands each job
 * to the queue; any of the workers may get it, and after a kill another gets it again.
 */
export interface Task {
  /** Lower-case letters and hyphens; the queue's name. */
  name: string
  /** Jobs of it that one process does at the same time; 4 unless it says. */
  concurrency?: number
  /** What is to be done now, by the database and the injected clock. Cheap: it runs every second. */
  due(deps: TaskDeps): Promise<Job[]>
  /** Does one job, completely or not at all, and idempotently. It stops early, in good order, when `signal` aborts. */
  run(deps: TaskDeps, data: Job['data'], signal: AbortSignal): Promise<void>
}

/** The app as rooms see it: routes typed by their zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>
