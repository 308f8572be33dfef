import type { Db, Tx } from '../db/client.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import { Rejection, type RejectionCode } from '../domain/rejection.js'
import { versionsOf } from '../http/command.js'
import { refusalOf } from '../http/problem.js'
import type { Language } from '../language/language.js'
import { type Answer, act, type Intent, type Outcome } from '../ledger/act.js'
import { lockAll } from '../ledger/store.js'
import { actInSteps } from './act-in-steps.js'
import type { BatchEntry } from './batch-schema.js'
import { type ItemCommand, requireVersionNamed } from './item-command.js'

/** A command of a batch, and what was given of it. */
export interface Planned {
  command: ItemCommand
  given: BatchEntry
}

/** Each command in a transaction of its own; a refusal is its own result, and the others go on. */
export function actSeverally(
  db: Db,
  intent: Intent,
  plan: readonly Planned[],
  { now, language }: { now: () => string; language: Language },
): Promise<Answer> {
  const { actor } = intent
  const steps = plan.map((planned) => ({
    intent: () => ({ actor, now: now() }),
    work: (tx: Tx) => run(tx, planned, actor, now()),
  }))
  const refused = (err: unknown): Outcome => ({ ...refusalOf(err, language), headers: {}, events: [] })
  return actInSteps(db, intent, steps, refused, (answers) => ({ ...totalOf(answers), events: [] }))
}

/**
 * All commands in one transaction: the first refusal ends it, and nothing has happened. Their items are locked before the
 * first changes, in the same order for everybody, so that two batches on the same items wait, and never for each other.
 * @throws Rejection with pointers that lead to the command.
 */
export function actTogether(db: Db, intent: Intent, plan: readonly Planned[]): Promise<Answer> {
  const { actor, now } = intent
  return act(db, intent, async (tx) => {
    await lockAll(tx, actor, plan.flatMap(itemsOf))
    const outcomes: Outcome[] = []
    for (const [n, planned] of plan.entries()) {
      const outcome = await run(tx, planned, actor, now).catch((err: unknown) => {
        throw err instanceof Rejection ? atCommand(n, err) : err
      })
      outcomes.push(outcome)
    }
    return { ...totalOf(outcomes), events: outcomes.flatMap(({ events }) => events) }
  })
}

async function run(tx: Tx, { command, given }: Planned, actor: Actor, now: string): Promise<Outcome> {
  const { action } = command
  const { item: ref = '', ifMatch, body } = given
  requirePermitted(actor.role, action)
  requireVersionNamed(command, ifMatch)
  return command.run(tx, { actor, now, action, ref, ifMatch: versionsOf(ifMatch) }, body)
}

function itemsOf({ command, given }: Planned): string[] {
  const others = command.alsoChanges?.(given.body) ?? []
  return given.item === undefined ? others : [given.item, ...others]
}

/** Which member of a command a refusal is about, where no field of its body is. */
const MEMBERS: Partial<Record<RejectionCode, string>> = {
  forbidden: '/kind',
  'not-found': '/item',
  stale: '/ifMatch',
  'precondition-required': '/ifMatch',
}

/** The same refusal, seen from the batch. */
function atCommand(n: number, { code, words, details }: Rejection): Rejection {
  const errors = details.errors?.map(({ pointer, detail }) => ({ pointer: `/commands/${n}/body${pointer}`, detail }))
  const itself = [{ pointer: `/commands/${n}${MEMBERS[code] ?? ''}`, detail: words }]
  return new Rejection(code, words, { ...details, errors: errors ?? itself })
}

/** JSON text of the whole, made of the commands' answers, which are JSON text already. */
function totalOf(answers: readonly Omit<Outcome, 'events'>[]): Omit<Outcome, 'events'> {
  const results = answers.map(({ status, headers, body }) => {
    if (status >= 400) return `{"status":${status},"problem":${body}}`
    const place = headers.location === undefined ? '' : `,"location":${JSON.stringify(headers.location)}`
    return `{"status":${status},"etag":${JSON.stringify(headers.etag)}${place},"item":${body}}`
  })
  const done = answers.filter(({ status }) => status < 400).length
  const counts = `"done":${done},"refused":${answers.length - done}`
  return { status: 200, headers: {}, body: `{${counts},"results":[${results.join(',')}]}` }
}
