import { randomBytes } from 'node:crypto'

const FORM = /^whsec_([A-Za-z0-9+/]+={0,2})$/
const SECRET_BYTES = 32

/** A new signing secret: `whsec_` and the base64 of 32 random bytes (Standard Webhooks, «Signature scheme»). */
export function createSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`
}

/** Whether a text is a secret as Standard Webhooks has it: `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  const [, base64 = ''] = FORM.exec(text) ?? []
  const bytes = Buffer.from(base64, 'base64')
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString('base64') === base64
}
