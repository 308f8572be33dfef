import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { AwsClient } from 'aws4fetch'
import type { S3Settings } from '../config/settings.js'
import { type FileStore, storageAway, storageFull } from './store.js'

const TIMEOUT_MS = 60_000
/** A file is read as fast as whoever asked for it takes it. */
const READ_TIMEOUT_MS = 600_000
/** Of requests that failed on the way or with a 5xx; each waits longer than the one before. */
const RETRIES = 2
const FULL = new Set([507])

export function createS3Store(settings: S3Settings): FileStore {
  const { url, region, accessKeyId, secretAccessKey } = settings
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: RETRIES })
  const base = url.replace(/\/+$/, '')

  async function call(method: string, name: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await client.fetch(`${base}/${name}`, {
        method,
        signal: AbortSignal.timeout(method === 'GET' ? READ_TIMEOUT_MS : TIMEOUT_MS),
        ...init,
      })
    } catch (err) {
      throw storageAway(err)
    }
  }

  return {
    async put(name, { path, bytes, sha256, mediaType }) {
      // Whole, so that it can be sent again; its size is bounded. The store checks what arrives against the hash.
      const body = await readFile(path)
      const headers = { 'content-type': mediaType, 'content-length': `${bytes}`, 'x-amz-content-sha256': sha256 }
      const response = await call('PUT', name, { body, headers })
      const text = await response.text()
      if (response.ok) return
      if (FULL.has(response.status) || /StorageFull|QuotaExceeded/.test(text)) throw storageFull()
      throw storageAway(new Error(`PUT was answered ${response.status}: ${text.slice(0, 500)}`))
    },

    async open(name) {
      const response = await call('GET', name)
      if (response.ok && response.body !== null) return Readable.fromWeb(response.body as ReadableStream)
      const text = await response.text()
      if (response.status === 404 && !/NoSuchBucket/.test(text)) return undefined
      throw storageAway(new Error(`GET was answered ${response.status}: ${text.slice(0, 500)}`))
    },

    async remove(name) {
      const response = await call('DELETE', name)
      await response.arrayBuffer()
      if (!response.ok && response.status !== 404) {
        throw storageAway(new Error(`DELETE was answered ${response.status}`))
      }
    },

    // An upload that broke off is no object.
    tidy: async () => {},
  }
}
