import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { lockSettings } from '../db/lock.js'
import { Rejection } from '../domain/rejection.js'

/**
 * Does what may take an administrator away, and refuses it where nobody would be left who can make keys: an active person of
 * that role with a key that holds now, or one whom the identity provider that is configured lets in. Changes of this kind take
 * turns, so that two administrators cannot shut each other out at once.
 * @throws Rejection `last-administrator` (409)
 */
export async function keepingAnAdministrator<R>(
  tx: Tx,
  { jurisdiction, issuer, now }: { jurisdiction: string; issuer: string | undefined; now: string },
  work: () => Promise<R>,
): Promise<R> {
  await lockSettings(tx, jurisdiction)
  const result = await work()
  const { rows } = await tx.execute(sql`
    select from person p
    where p.jurisdiction_id = ${jurisdiction} and p.role = 'admin' and p.active and (
      p.issuer = ${issuer ?? null}
      or exists (
        select from api_key k where k.jurisdiction_id = p.jurisdiction_id and k.person_id = p.id and k.revoked_at is null
          and (k.expires_at is null or k.expires_at > ${now})))
    limit 1`)
  if (rows.length > 0) return result
  throw new Rejection('last-administrator', {
    zh: '此后将没有任何管理员能进入系统。请先为另一名管理员建立密钥；确需如此，请在服务器上使用 one-list keys。',
    en: 'No administrator would be left who can get in. Make a key for another administrator first; if it must be, use one-list keys on the server.',
  })
}
