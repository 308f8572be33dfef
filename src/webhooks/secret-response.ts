import type { FastifyRequest } from 'fastify'
import type { Db, Tx } from '../db/client.js'
import { type Intent, intentOf } from '../http/command.js'
import { seal, unseal } from '../http/seal.js'
import { type Answer, act, type Outcome } from '../ledger/act.js'

/** A change whose answer shows a secret: once, and again to the same caller who repeats the same request; its record is sealed. */
export async function answerWithSecret(
  db: Db,
  request: FastifyRequest,
  now: string,
  work: (tx: Tx, intent: Intent) => Promise<Outcome>,
): Promise<Answer> {
  const intent = intentOf(request, now)
  const [token, key] = [request.headers.authorization ?? '', intent.idempotency?.key ?? '']
  const answer = await act(db, intent, async (tx) => {
    const outcome = await work(tx, intent)
    const headers = { ...outcome.headers, 'cache-control': 'no-store' }
    return { ...outcome, headers, recorded: seal(outcome.body, token, key) }
  })
  return answer.replayed ? { ...answer, body: unseal(answer.body, token, key) } : answer
}
