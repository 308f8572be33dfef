import { sql } from 'drizzle-orm'
import { createMessageTasks } from '../../src/contacts/message-task.js'
import { insertNotices, type NewNotice } from '../../src/db/notices.js'
import type { TaskDeps } from '../../src/deps.js'
import { digestTask } from '../../src/notices/digest-task.js'
import { type Caller, type Json, ok, type TestApp } from './app.js'
import type { Test } from './tap.js'
import { runTask, taskDeps } from './tasks.js'

export const TASKS = createMessageTasks()

/** Friday, 20 March 2026, 09:00 in Shanghai: in working hours. */
export const FRIDAY = '2026-03-20T01:00:00.000Z'

export const SENDER = 'notice@one-list.example'

/** What a worker has that reaches people: its settings, over those of development. */
export function reaching(made: TestApp, t: Test, more: Record<string, string> = {}): TaskDeps {
  return taskDeps(made, {
    ...{ MAIL_FROM: `One List <${SENDER}>`, PUBLIC_URL: 'https://one-list.example/', WEBHOOK_ALLOW_PRIVATE: 'true' },
    ...{ DATA_DIR: t.testdir(), ...more },
  })
}

let causes = 0

/** Something to tell, of no item unless it says. */
export function notice(more: Partial<NewNotice> = {}): NewNotice {
  causes++
  return {
    ...{ kind: 'bulletin', recipient: 'office', unit: null, cause: `test ${causes}`, item: null, area: null },
    ...{ dueAt: null, dueSetAt: null, data: { number: `〔2026〕${causes}号`, title: '三月通报' } },
    ...more,
  }
}

/** Makes the digests of what is to be told, at the clock's time. */
export async function digestOf(made: TestApp, notices: NewNotice[], jurisdiction = made.home.id): Promise<void> {
  await made.db.transaction((tx) => insertNotices(tx, jurisdiction, notices, made.clock.now))
  made.clock.advance(3_600_000)
  await runTask(digestTask, taskDeps(made))
}

/** Does what all channels have to do now. */
export async function sendAll(deps: TaskDeps): Promise<void> {
  for (const task of TASKS) await runTask(task, deps)
}

export async function addContact(caller: Caller, more: Record<string, unknown>): Promise<Json> {
  return ok(caller.post('/v1/contacts', { recipient: 'office', channel: 'email', ...more }))
}

/** A contact's messages, newest first. */
export async function messagesOf(caller: Caller, { id }: Json): Promise<Json[]> {
  return (await ok(caller.get(`/v1/contacts/${id}/messages?limit=200`))).data
}

/** How many messages there are of each state and number of attempts. */
export async function states({ db }: TestApp): Promise<Json[]> {
  const { rows } = await db.execute(sql`
    select state, attempts, count(*)::int as n from message group by state, attempts order by state, attempts`)
  return rows
}
