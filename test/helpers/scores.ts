import { scoresTask } from '../../src/scores/task.js'
import { type Caller, type Json, ok, type TestApp } from './app.js'
import { allPages } from './checked.js'
import { runTask, taskDeps } from './tasks.js'

/** Noon of a day in the zone, so that a day is a day. */
export const noon = (date: string) => `${date}T04:00:00.000Z`

/** Sets the clock to noon of a day and lets the schedule score. */
export async function scoreOn(made: TestApp, date: string): Promise<void> {
  made.clock.now = noon(date)
  await runTask(scoresTask, taskDeps(made))
}

/** The entries that a caller sees, oldest first. */
export async function scoresOf(caller: Caller, query = ''): Promise<Json[]> {
  return (await allPages(caller, `/v1/scores?limit=200${query}`)).reverse()
}

/** Entries in one line each: `overdue_day -0.5 2026-03-21`. */
export async function linesOf(caller: Caller, query = ''): Promise<string[]> {
  const scores = await scoresOf(caller, query)
  return scores.map(({ rule, points, bookedOn }) => `${rule} ${points} ${bookedOn}`).sort()
}

/** Sets the scoring of a jurisdiction: the rules in force with some members changed. */
export async function setScoring({ home }: TestApp, changes: object): Promise<Json> {
  const rules = await ok(home.admin.get('/v1/rules'))
  return ok(home.admin.put('/v1/rules', { ...rules, scoring: { ...rules.scoring, ...changes } }))
}
