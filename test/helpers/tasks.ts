import { pino } from 'pino'
import { readConfig } from '../../src/config.js'
import type { Task, TaskDeps } from '../../src/deps.js'
import type { TestApp } from './app.js'

/** What a worker gives its tasks, on a test's database and by its clock. */
export function taskDeps(made: Pick<TestApp, 'db' | 'clock'>, environment: Record<string, string> = {}): TaskDeps {
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  return { db: made.db, now: () => made.clock.now, config: readConfig(environment), log }
}

/** Does what a task has to do now, job after job, as a worker would. Answers how many jobs there were. */
export async function runTask(task: Task, deps: TaskDeps): Promise<number> {
  const jobs = await task.due(deps)
  for (const { data } of jobs) await task.run(deps, data, new AbortController().signal)
  return jobs.length
}
