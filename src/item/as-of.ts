import type { Db } from '../db/client.js'
import { type Actor, isPermitted } from '../domain/access/permissions.js'
import { invalid } from '../domain/rejection.js'
import { seqIn } from '../http/fields.js'
import { type Past, pastAt, readPast } from './past.js'

/**
 * The state that a `Moment` names; nobody knows how things will stand.
 * @throws Rejection at `pointer` for a time in the future, and for a seq that the ledger has not come to.
 */
export async function pastOf(
  db: Db,
  actor: Actor,
  moment: string,
  now: string,
  pointer = '/query/asOf',
): Promise<Past> {
  const { id } = actor.jurisdiction
  const seq = seqIn(moment)
  if (seq === undefined) {
    if (moment <= now) return pastAt(id, moment)
    throw invalid(pointer, {
      zh: `该时间在将来：${moment}，服务器时间为 ${now}。`,
      en: `That time lies in the future: ${moment}, while the server’s time is ${now}.`,
    })
  }
  const { past, head } = await readPast(db, id, seq)
  if (past !== undefined) return past
  // How much has happened in the jurisdiction is for those to know who may read its ledger.
  if (!isPermitted(actor.role, 'ledger.read')) {
    throw invalid(pointer, { zh: '台账还没有到这一条。', en: 'The ledger has not come so far.' })
  }
  throw invalid(pointer, { zh: `台账目前只到第 ${head} 条。`, en: `The ledger ends at seq ${head}.` })
}

/** The state that `asOf` names; undefined, the present, where it is not given. @throws Rejection like `pastOf`. */
export async function asOfPast(db: Db, actor: Actor, asOf: string | undefined, now: string): Promise<Past | undefined> {
  return asOf === undefined ? undefined : pastOf(db, actor, asOf, now)
}
