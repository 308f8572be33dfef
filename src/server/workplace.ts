import { createDb } from '../db/client.js'
import type { TaskDeps } from '../deps.js'
import type { Database } from './database.js'
import { endWith } from './shutdown.js'
import { TASKS } from './tasks.js'
import type { Workplace } from './worker.js'

/** Where the worker of a process works: with a pool of its own, so that no request waits for a task. */
export function workplaceOf(database: Database, given: Omit<TaskDeps, 'db'>): Workplace {
  return {
    tasks: TASKS,
    deps: { ...given, db: createDb(database.work) },
    db: createDb(database.pool),
    createQueue: database.createQueue,
    onDead: endWith,
  }
}
