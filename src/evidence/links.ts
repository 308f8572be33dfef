import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Variant } from './send.js'

/** What a link opens, for whom and until when. */
export interface Link {
  jurisdiction: string
  id: string
  variant: Variant
  /** The person who made it: it shows nothing that they may not see any more. */
  by: string
  /** The API key with which it was made, if it was one: it ends with the key. */
  key?: string | undefined
  /** Seconds since 1970. */
  expires: number
}

export interface LinkSigner {
  /** The path and query of a link. */
  sign(link: Link): string
  isSigned(link: Link, signature: string): boolean
}

const KEY_BYTES = 32

/** Signs links with a secret that all servers share, or else with one of this process. */
export function createLinkSigner(secret: string | undefined): LinkSigner {
  const key = secret === undefined ? randomBytes(KEY_BYTES) : Buffer.from(secret, 'utf8')
  const signatureOf = ({ jurisdiction, id, variant, by, key: apiKey, expires }: Link) =>
    createHmac('sha256', key)
      .update(
        JSON.stringify(['evidence', jurisdiction, id, variant, by, expires, ...(apiKey === undefined ? [] : [apiKey])]),
      )
      .digest()
  return {
    sign(link) {
      const { jurisdiction, id, variant, by, key: apiKey, expires } = link
      const signature = signatureOf(link).toString('base64url')
      const query = new URLSearchParams({
        ...{ jurisdiction, variant, by },
        ...(apiKey === undefined ? {} : { key: apiKey }),
        ...{ expires: `${expires}`, signature },
      })
      return `/evidence/${id}?${query}`
    },
    isSigned(link, signature) {
      const given = Buffer.from(signature, 'base64url')
      const right = signatureOf(link)
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}
