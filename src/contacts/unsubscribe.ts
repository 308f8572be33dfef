import { randomBytes } from 'node:crypto'

const TOKEN_BYTES = 32
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** What opens a contact's unsubscription, and nothing else. */
export function createUnsubscribeToken(): Buffer {
  return randomBytes(TOKEN_BYTES)
}

export function unsubscribeUrl(publicUrl: string, token: Buffer): string {
  return `${publicUrl}/unsubscribe/${token.toString('base64url')}`
}

/** The token that a URL has; undefined for what cannot be one. */
export function parseUnsubscribeToken(text: string): Buffer | undefined {
  return TOKEN.test(text) ? Buffer.from(text, 'base64url') : undefined
}
