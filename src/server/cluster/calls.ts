import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Config } from '../../config.js'

/** What a process is for. */
export type Role = 'server' | 'tasks'

export interface Orders {
  role: Role
  /** What its log lines call it. */
  name: string
  config: Config
}

/** A request that a limiter counts. */
export interface Hit {
  limiter: number
  key: string
  windowMs: number
}

export interface Counted {
  current: number
  ttl: number
}

export type Measured = MetricObjectWithValues<MetricValue<string>>[]

/** What the primary asks of a process. */
export type OfProcess = {
  /** Answered when it is at work, by a server with its port. */
  begin: { says: Orders; is: number | null }
  measure: { says: null; is: Measured }
  /** Ends it in good order; its exit is the answer. */
  end: { says: null; is: unknown }
}

/** What a process asks of the primary. */
export type OfPrimary = {
  count: { says: Hit[]; is: Counted[] }
  metrics: { says: null; is: string }
}
