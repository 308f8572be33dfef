import pg from 'pg'
import { isDatabaseAway } from './errors.js'
import { createProbe, type Probe } from './probe.js'

const LOOK_LIMIT_MS = 1_000

/** The driver's pool, which knows whether its database answers, how long a request would wait, and which connections are dead. */
export class ServicePool extends pg.Pool {
  /** How long who asks for a connection now would wait for it, ms. */
  readonly expectedWaitMs: () => number
  /** Asks the connections that lie idle whether they live, and drops those that do not say so. */
  readonly lookAround: () => void
  readonly #probe: Probe

  constructor(options: pg.PoolConfig) {
    super(options)
    this.lookAround = createLook(this)
    this.whenLost(this.lookAround)
    this.expectedWaitMs = watchWaits(this)
    const { Client: _, ...rest } = options
    this.#probe = createProbe(() => ({ ...rest, ...connectionOf(this.options) }))
  }

  /**
   * Calls `listener` when a connection is lost, or does not answer in time: what a network has silently forgotten it has
   * mostly forgotten of the others too, and each would cost a request its time-out.
   */
  whenLost(listener: () => void): void {
    this.on('release', (err: unknown) => {
      if (err === true || isDatabaseAway(err)) listener()
    })
  }

  /** Whether the database answers, asked on a connection of its own. */
  answers(): Promise<boolean> {
    return this.#probe.answers()
  }

  override async end(): Promise<void> {
    await this.#probe.close()
    await super.end()
  }
}

/** Where the pool's next connection leads. */
function connectionOf({ connectionString }: pg.PoolConfig): pg.ClientConfig {
  return connectionString === undefined ? {} : { connectionString }
}

function createLook(pool: pg.Pool): () => void {
  let isLooking = false

  async function lookAtOne(): Promise<void> {
    try {
      const client = await pool.connect()
      const asked = { text: 'select 1', query_timeout: LOOK_LIMIT_MS }
      await client.query(asked).then(
        () => client.release(),
        () => client.release(true),
      )
    } catch {
      // Whoever needs a connection is told.
    }
  }

  return () => {
    if (isLooking) return
    isLooking = true
    // All of them are taken before one comes back, so that each is asked.
    const looks = Array.from({ length: pool.idleCount }, lookAtOne)
    Promise.all(looks).finally(() => {
      isLooking = false
    })
  }
}

const SAMPLE_MS = 100
/** What the pool is taken to hand out in a second until it has been seen at its limit. */
const FIRST_RATE = 500
/** The share of the latest sample: what was handed out in the last second or so counts. */
const WEIGHT = 0.1

/**
 * Estimates the wait for a connection: how many wait, divided by how many connections are handed out in a second while
 * anybody waits. It tends to infinity where connections come back no more.
 */
function watchWaits(pool: pg.Pool): () => number {
  let rate = FIRST_RATE
  let handedOut = 0
  let wasWaiting = false
  let sampledAt = performance.now()
  pool.on('acquire', () => {
    handedOut++
    sample()
  })

  function sample(): void {
    const now = performance.now()
    const elapsedMs = now - sampledAt
    if (elapsedMs < SAMPLE_MS) return
    const isWaiting = pool.waitingCount > 0
    // What is handed out while nobody waits says what was asked for, and not what could be had.
    if (isWaiting && wasWaiting) {
      const weight = Math.min(1, (WEIGHT * elapsedMs) / SAMPLE_MS)
      rate += (handedOut / (elapsedMs / 1000) - rate) * weight
    }
    wasWaiting = isWaiting
    handedOut = 0
    sampledAt = now
  }

  return () => {
    sample()
    return pool.waitingCount === 0 ? 0 : (pool.waitingCount / Math.max(rate, 0.1)) * 1000
  }
}
