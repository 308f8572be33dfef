import { CHORES } from './chores.js'
import type { Database } from './cli/database.js'
import { createDb } from './db/client.js'
import type { ChoreDeps } from './deps.js'
import { endWith } from './ending.js'
import type { Workplace } from './worker.js'

/** Where the worker of a process works: with a pool of its own, so that no request waits for a chore. */
export function workplaceOf(database: Database, given: Omit<ChoreDeps, 'db'>): Workplace {
  return {
    chores: CHORES,
    deps: { ...given, db: createDb(database.work) },
    db: createDb(database.pool),
    createQueue: database.createQueue,
    onDead: endWith,
  }
}
