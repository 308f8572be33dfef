import type { Db, Tx } from '../db/client.js'
import { type Answer, attempt, findAnswer, holdingKey, type Intent, type Outcome } from '../ledger/act.js'
import { sha256 } from '../ledger/chain.js'
import { AnswerWithheld } from '../ledger/told-again.js'

/** One step of a work, done in a transaction of its own. */
export interface Step {
  /** As of now: the steps before it took their time. */
  intent: () => Omit<Intent, 'idempotency'>
  work: (tx: Tx) => Promise<Outcome>
}

/**
 * Many steps under one key, each in a transaction of its own, in their order. Each is recorded under a key that is derived
 * from the call's, and so is a step's refusal; the answer to the whole is recorded at the end. After a crash half-way the
 * same call finds the steps that were done, and does the others: nothing happens twice, and what was answered or would have
 * been is answered again.
 * @param refused What a step's failure is answered with; it throws what is not the step's own, which ends the work.
 * @throws Rejection `key-in-use` (409) while the first call runs, `key-reused` (422) for another call.
 */
export async function actInSteps(
  db: Db,
  intent: Intent,
  steps: readonly Step[],
  refused: (err: unknown) => Outcome,
  total: (answers: readonly Answer[]) => Outcome,
): Promise<Answer> {
  return holdingKey(intent, async () => {
    const known = await findAnswer(db, intent)
    if (known !== undefined) return known
    const answers: Answer[] = []
    for (const [n, step] of steps.entries()) answers.push(await take(db, step, keyOf(intent, n), refused))
    return attempt(db, intent, async () => total(answers))
  })
}

async function take(
  db: Db,
  { intent, work }: Step,
  idempotency: Intent['idempotency'],
  refused: (err: unknown) => Outcome,
): Promise<Answer> {
  try {
    return await attempt(db, { ...intent(), idempotency }, work)
  } catch (err) {
    const outcome = refused(err)
    if (err instanceof AnswerWithheld) return { ...outcome, replayed: true }
    return attempt(db, { ...intent(), idempotency }, async () => outcome)
  }
}

/** The key of step `n`. No caller's own key is like it: theirs have no space. */
function keyOf({ idempotency }: Intent, n: number): Intent['idempotency'] {
  if (idempotency === undefined) return undefined
  return { ...idempotency, key: `${sha256(idempotency.key).toString('base64url')} ${n}` }
}
