import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_LENGTH = 12
/** 32 characters of 62 are 190 bits. */
const SECRET_LENGTH = 32
const CHECKSUM_LENGTH = 6
const SHAPE = /^ol_([a-z]{1,10})_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/

/** A key as it is given out once: `ol_<env>_<id>_<secret><checksum>`. */
export interface ApiKey {
  id: string
  text: string
  secretHash: Buffer
}

export function createApiKey(env: string): ApiKey {
  const id = randomText(ID_LENGTH)
  const secret = randomText(SECRET_LENGTH)
  const body = `ol_${env}_${id}_${secret}`
  return { id, text: body + checksumOf(body), secretHash: hashOf(secret) }
}

/** What of a key is looked up and compared. */
export type KeyParts = Pick<ApiKey, 'id' | 'secretHash'>

/** The parts of a key, or undefined when it is mistyped: the checksum spares the database the look-up. */
export function parseApiKey(text: string): KeyParts | undefined {
  const match = SHAPE.exec(text)
  if (match === null) return undefined
  const [, , id = '', secret = '', checksum] = match
  if (checksum !== checksumOf(text.slice(0, -CHECKSUM_LENGTH))) return undefined
  return { id, secretHash: hashOf(secret) }
}

/** The secret is random enough that a slow hash would add nothing but load. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function checksumOf(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = ALPHABET[rest % ALPHABET.length] + text
    rest = Math.floor(rest / ALPHABET.length)
  }
  return text
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
