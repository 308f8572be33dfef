import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { Test } from './tap.js'

export const AUDIENCE = 'one-list'

interface SigningKey {
  kid: string
  alg: string
  privateKey: CryptoKey
  publicKey: CryptoKey
  jwk: JWK
}

/** An OpenID Connect issuer on this machine: discovery, keys, and tokens with whatever claims a test wants. */
export interface Issuer {
  url: string
  /** `rsa` and `ec` are published; `stranger` is not. */
  keys: { rsa: SigningKey; ec: SigningKey; stranger: SigningKey }
  /** What is answered instead of the documents, by path. */
  broken: Record<string, { status: number; body: string }>
  /** How often a document was asked for. */
  asked: string[]
  stop(): Promise<void>
  start(): Promise<void>
  /** A token that is good for an hour from `now`, but for what `claims` and `header` change; undefined removes a claim. */
  token(now: string, claims: JWTPayload, by?: { key?: SigningKey; header?: object }): Promise<string>
}

export async function createIssuer(t: Test): Promise<Issuer> {
  const [rsa, ec, stranger] = await Promise.all([
    createKey('rsa', 'RS256'),
    createKey('ec', 'ES256'),
    createKey('rsa', 'RS256'),
  ])
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    issuer.asked.push(path)
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
      '/keys': { keys: [rsa.jwk, ec.jwk] },
    }
    const found = documents[path]
    const { status, body } = issuer.broken[path] ?? {
      status: found === undefined ? 404 : 200,
      body: JSON.stringify(found),
    }
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body)
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const issuer: Issuer = {
    url: `http://127.0.0.1:${port}`,
    keys: { rsa, ec, stranger },
    broken: {},
    asked: [],
    async stop() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
    start: () => listen(port),
    token(now, claims, { key = rsa, header = {} } = {}) {
      const at = Math.floor(Date.parse(now) / 1000)
      const all = { iss: issuer.url, aud: AUDIENCE, sub: 'person-1', iat: at, exp: at + 3600, ...claims }
      return new SignJWT(JSON.parse(JSON.stringify(all)))
        .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
        .sign(key.privateKey)
    },
  }
  t.teardown(() => issuer.stop())
  return issuer
}

async function createKey(kid: string, alg: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}
