import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import sharp from 'sharp'
import type { App } from '../../src/deps.js'
import type { Answer, Caller, Json, TestApp } from './app.js'
import { ok } from './app.js'
import { BOUNDARY, formOf, type Part } from './import.js'

/** What a camera writes about a picture. */
export interface Shot {
  /** `2026:03-01 09:20:00` as the camera's clock shows it, `2026:03:01 09:20:00`. */
  at?: string
  offset?: string
  lon?: number
  lat?: number
  format?: 'jpeg' | 'png' | 'webp'
  width?: number
  height?: number
}

/** A picture that looks like nothing else of another seed, as a phone would have taken it. */
export async function photo(seed: number, shot: Shot = {}): Promise<Buffer> {
  const { width = 480, height = 360, format = 'jpeg' } = shot
  const image = sharp(patternOf(seed), { raw: { width: 16, height: 12, channels: 3 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .withExif(exifOf(shot))
  return image.toFormat(format).toBuffer()
}

function patternOf(seed: number): Buffer {
  // A linear congruential generator: the same picture for the same seed everywhere.
  let state = (seed * 2_654_435_761) >>> 0
  const bytes = Buffer.alloc(16 * 12 * 3)
  for (let k = 0; k < bytes.length; k++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[k] = state >>> 24
  }
  return bytes
}

function exifOf({ at, offset, lon, lat }: Shot): Record<string, Record<string, string>> {
  const taken: Record<string, string> = at === undefined ? {} : { DateTimeOriginal: at }
  const zone: Record<string, string> = offset === undefined ? {} : { OffsetTimeOriginal: offset }
  const base: Record<string, Record<string, string>> = {
    IFD0: { Make: 'Maker', Model: 'Phone of 李强' },
    IFD2: { ...taken, ...zone },
  }
  if (lon === undefined || lat === undefined) return base
  const dms = (degrees: number) => `${Math.floor(Math.abs(degrees) * 3_600_000)}/3600000 0/1 0/1`
  return {
    ...base,
    IFD3: {
      GPSLatitudeRef: lat < 0 ? 'S' : 'N',
      GPSLatitude: dms(lat),
      GPSLongitudeRef: lon < 0 ? 'W' : 'E',
      GPSLongitude: dms(lon),
    },
  }
}

/** A PDF of one empty page, made different by its text. */
export function pdf(text: string): Buffer {
  const body = `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n% ${text}\n`
  return Buffer.from(
    `${body}xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 4>>\nstartxref\n${body.length}\n%%EOF\n`,
  )
}

/** Sends a form to `POST /v1/evidence`. */
export async function sendEvidence(
  app: App,
  caller: Caller,
  parts: Part[],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/evidence',
    headers: {
      authorization: `Bearer ${caller.key}`,
      'accept-language': 'en',
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...headers,
    },
    payload: formOf(parts),
  })
  return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: answer.json() }
}

/** The parts of a form with one file. */
export function partsOf(
  content: Buffer,
  fields: Record<string, string> = { kind: 'before' },
  filename = 'a.jpg',
): Part[] {
  const said = Object.entries(fields).map(([name, value]) => ({ name, content: value }))
  return [...said, { name: 'file', content, filename, type: 'image/jpeg' }]
}

/** Sends a file that is taken; answers the evidence. */
export function evidence(app: App, caller: Caller, content: Buffer, fields: Record<string, string>): Promise<Json> {
  return ok(sendEvidence(app, caller, partsOf(content, fields)))
}

export interface FileAnswer {
  status: number
  headers: Record<string, string | undefined>
  bytes: Buffer
}

/** The bytes of a piece of evidence. */
export async function fileOf(
  app: App,
  { key }: Caller,
  id: string,
  variant: 'file' | 'thumbnail' = 'file',
): Promise<FileAnswer> {
  const answer = await app.inject({
    url: `/v1/evidence/${id}/${variant}`,
    headers: { authorization: `Bearer ${key}` },
  })
  return { status: answer.statusCode, headers: answer.headers as FileAnswer['headers'], bytes: answer.rawPayload }
}

/** Every file in the folder where evidence is kept, by its name there. */
export async function keptFiles({ dataDir }: Pick<TestApp, 'dataDir'>): Promise<string[]> {
  const root = join(dataDir, 'evidence')
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return found.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

/** A request of the tus protocol. */
export async function tus(
  app: App,
  { key }: Caller,
  method: 'POST' | 'HEAD' | 'GET' | 'PATCH' | 'DELETE' | 'OPTIONS',
  path: string,
  headers: Record<string, string> = {},
  payload?: Buffer | NodeJS.ReadableStream,
): Promise<Answer> {
  const answer = await app.inject({
    ...{ method, url: `/v1/evidence-uploads${path}` },
    headers: {
      ...{ authorization: `Bearer ${key}`, 'accept-language': 'en', 'tus-resumable': '1.0.0' },
      ...(method === 'PATCH' ? { 'content-type': 'application/offset+octet-stream' } : {}),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  })
  const isJson = /json/.test(String(answer.headers['content-type'])) && answer.body !== ''
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    body: isJson ? answer.json() : answer.body,
  }
}

/** The `Upload-Metadata` of fields. */
export function metadataOf(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')
}

/** Begins an upload; answers its id. */
export async function beginUpload(
  app: App,
  caller: Caller,
  { length, ...fields }: { length: number } & Record<string, string | number>,
): Promise<string> {
  const said = metadataOf(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])))
  const { status, headers, body } = await tus(app, caller, 'POST', '', {
    ...{ 'upload-length': `${length}`, 'upload-metadata': said },
  })
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
  return headers.location?.split('/').at(-1) ?? ''
}
