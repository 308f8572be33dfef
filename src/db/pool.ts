import pg from 'pg'
import { isDatabaseAway } from './errors.js'
import { createProbe, type Probe } from './probe.js'

const LOOK_LIMIT_MS = 1_000

/** The driver's pool, which knows whether its database answers, and drops connections that are dead. */
export class ServicePool extends pg.Pool {
  /** Asks the connections that lie idle whether they live, and drops those that do not say so. */
  readonly lookAround: () => void
  readonly #probe: Probe

  constructor(options: pg.PoolConfig) {
    super(options)
    this.lookAround = createLook(this)
    this.whenLost(this.lookAround)
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
