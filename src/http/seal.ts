import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { Rejection } from '../domain/rejection.js'

/**
 * An answer that shows a secret once must still be answered again to the same request. It is recorded under a key that
 * only the caller's own token and Idempotency-Key make, so that the database never holds a usable secret.
 */
export function seal(text: string, token: string, idempotencyKey: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(token, idempotencyKey), iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
}

/** @throws Rejection `key-reused` when the caller's token is not the one of the first request. */
export function unseal(sealed: string, token: string, idempotencyKey: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(token, idempotencyKey), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw new Rejection('key-reused', {
      zh: '首次请求使用了另一个令牌，无法再次显示密钥；请作废后另建。',
      en: 'The first request came with another token, so its secret cannot be shown again; replace it by another.',
    })
  }
}

function keyOf(token: string, idempotencyKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, idempotencyKey, 'one-list idempotency record', 32))
}
