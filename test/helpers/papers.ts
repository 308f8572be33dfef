import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'
import { ZipFile } from 'yazl'
import type { App } from '../../src/deps.js'
import { type Caller, type Json, ok, type TestJurisdiction } from './app.js'
import type { Test } from './tap.js'

export const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** Issues a paper as the office. */
export function issue(at: TestJurisdiction, item: Json, asked: Json): Promise<Json> {
  return ok(at.office.post(`/v1/items/${item.id}/documents`, asked))
}

export interface File {
  status: number
  headers: Record<string, unknown>
  bytes: Buffer
  sha256: string
}

/** A file as its bytes; `inject` would make text of them. */
export async function fileOf(
  app: App,
  caller: Caller,
  url: string,
  headers: Record<string, string> = {},
): Promise<File> {
  const answer = await app.inject({
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${caller.key}`, ...headers },
  })
  const bytes = answer.rawPayload
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { status: answer.statusCode, headers: answer.headers, bytes, sha256 }
}

export async function sendTemplate(
  app: App,
  caller: Caller,
  kind: string,
  file: Buffer,
  headers: Record<string, string> = {},
) {
  const answer = await app.inject({
    method: 'PUT',
    url: `/v1/document-templates/${kind}`,
    headers: { authorization: `Bearer ${caller.key}`, 'content-type': WORD, 'accept-language': 'en', ...headers },
    payload: file,
  })
  return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: answer.json() as Json }
}

/** The parts of a Word file. */
export async function partsOf(file: Buffer): Promise<Record<string, string>> {
  const archive = await fromBufferPromise(file, { lazyEntries: true })
  const parts: Record<string, string> = {}
  for await (const entry of archive.eachEntry()) {
    parts[entry.fileName] = (await buffer(await archive.openReadStreamPromise(entry))).toString('latin1')
  }
  return Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, Buffer.from(text, 'latin1').toString()]))
}

/** The paragraphs of a Word file as a reader sees them. */
export async function paragraphsOf(file: Buffer): Promise<string[]> {
  const { 'word/document.xml': xml = '' } = await partsOf(file)
  return [...xml.matchAll(/<w:p[ >].*?<\/w:p>/gs)].map(([paragraph]) =>
    [...paragraph.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>|(<w:br\/>)/g)]
      .map(([, text = '', br]) => (br === undefined ? text : '\n'))
      .join('')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&apos;', "'")
      .replaceAll('&amp;', '&'),
  )
}

/** A Word file with parts changed, added, or, with null, taken out. */
export async function remade(file: Buffer, changes: Record<string, string | Buffer | null>): Promise<Buffer> {
  const parts: Record<string, string | Buffer | null> = { ...(await partsOf(file)), ...changes }
  const archive = new ZipFile()
  for (const [name, content] of Object.entries(parts)) {
    if (content !== null) archive.addBuffer(Buffer.from(content as string), name)
  }
  archive.end()
  return buffer(archive.outputStream)
}

/** A template in force with a text put in the place of another. */
export async function edited(file: Buffer, from: string | RegExp, to: string): Promise<Buffer> {
  const { 'word/document.xml': xml = '' } = await partsOf(file)
  return remade(file, { 'word/document.xml': xml.replace(from, to) })
}

export function isPdf(t: Test, { bytes, headers }: File): void {
  t.equal(bytes.subarray(0, 5).toString(), '%PDF-')
  t.equal(headers['content-type'], 'application/pdf')
}
