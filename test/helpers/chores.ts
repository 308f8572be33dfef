import { pino } from 'pino'
import { readConfig } from '../../src/config.js'
import type { Chore, ChoreDeps } from '../../src/deps.js'
import type { TestApp } from './app.js'

/** What a worker gives its chores, on a test's database and by its clock. */
export function choreDeps(made: Pick<TestApp, 'db' | 'clock'>, environment: Record<string, string> = {}): ChoreDeps {
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  return { db: made.db, now: () => made.clock.now, config: readConfig(environment), log }
}

/** Does what a chore has to do now, job after job, as a worker would. Answers how many jobs there were. */
export async function runChore(chore: Chore, deps: ChoreDeps): Promise<number> {
  const jobs = await chore.due(deps)
  for (const { data } of jobs) await chore.run(deps, data, new AbortController().signal)
  return jobs.length
}
