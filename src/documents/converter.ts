import { Agent, type Dispatcher, FormData, fetch } from 'undici'
import type { Words } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'

/** Word to PDF, by a program that knows all that an office's own template may hold. */
export type Converter = (docx: Buffer) => Promise<Buffer>

/** Shorter than others wait for the lock on the number that is being given. */
const TIMEOUT_MS = 8_000
const MAX_PDF_BYTES = 32 * 1_048_576
const RETRY_AFTER_S = 30
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const AWAY: Words = {
  zh: '文书转换服务（DOCUMENT_CONVERTER_URL）暂不可用，文书未制发；请稍后重试。',
  en: 'The document converter (DOCUMENT_CONVERTER_URL) is away and nothing was issued; try again shortly.',
}

/** Asks a converter that answers as Gotenberg does: `POST <url>/forms/libreoffice/convert`. */
export function createConverter(url: string): Converter {
  const dispatcher: Dispatcher = new Agent({ connect: { timeout: TIMEOUT_MS }, maxResponseSize: MAX_PDF_BYTES })
  const target = `${url.replace(/\/+$/, '')}/forms/libreoffice/convert`
  return async (docx) => {
    try {
      const body = new FormData()
      body.set('files', new Blob([new Uint8Array(docx)], { type: WORD }), 'document.docx')
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const answer = await fetch(target, { method: 'POST', body, dispatcher, signal, redirect: 'error' })
      const pdf = Buffer.from(await answer.arrayBuffer())
      if (!answer.ok || !pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))) throw new Error(`answered ${answer.status}`)
      return pdf
    } catch (cause) {
      throw Object.assign(new EdgeError('converter-away', AWAY, RETRY_AFTER_S), { cause })
    }
  }
}
