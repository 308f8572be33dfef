import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Config } from './config.js'
import type { Db } from './db/client.js'
import type { LedgerWatch } from './ledger/watch.js'

/** All that a slice is given. */
export interface Deps {
  db: Db
  /** The present, RFC 3339 UTC with milliseconds. */
  now: () => string
  config: Config
  watch: LedgerWatch
  /** The process has been told to end: readiness is off, nobody begins to wait. */
  isStopping: () => boolean
}

/** The app as slices see it: routes typed by their zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>
