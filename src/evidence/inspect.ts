import { readFile } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import { invalid, type Rejection, type Words } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'
import { aside, TooMuchWork } from '../threads/index.js'
import { endOfImage } from './image-end.js'
import type { PdfFault } from './pdf-check.js'

/** What is taken, by what a file is, whatever its name or its sender says. */
export const RECEIVED_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'] as const
export type ReceivedType = (typeof RECEIVED_TYPES)[number]

/** A file that has been found to be what is taken. */
export interface Inspected {
  type: ReceivedType
  /** Of an image: whether its end is there. */
  hasEnd: boolean
}

/**
 * The type of a received file by its content.
 * @throws EdgeError 415 for what is not taken; Rejection for what is several things at once, broken, or does something.
 */
export async function inspect(path: string): Promise<Inspected> {
  const found = await fileTypeFromFile(path)
  const bytes = await readFile(path)
  const type = RECEIVED_TYPES.find((one) => one === found?.mime) ?? (found === undefined ? pdfBehind(bytes) : undefined)
  if (type === undefined) throw notTaken(found?.mime)
  // The end of an archive's directory is in the last 65,557 bytes, whatever the rest is.
  if (bytes.subarray(-TAIL_BYTES).includes(ZIP_END, 0, 'latin1')) throw refused(POLYGLOT)
  if (type === 'application/pdf') {
    await requireHarmlessPdf(path, bytes)
    return { type, hasEnd: true }
  }
  const end = endOfImage(bytes, type)
  // In the picture's own metadata anything may be said: nothing of them is kept.
  if (end !== undefined) refuseSecondNature(bytes.subarray(end))
  return { type, hasEnd: end !== undefined }
}

/** APPNOTE 4.3.16. */
const TAIL_BYTES = 65_557
/** Its signature, and the numbers of its disks: there has been but one for long. */
const ZIP_END = 'PK\x05\x06\0\0\0\0'
/** What a browser or an interpreter would take for its own. */
const SCRIPT = /<script|<html|<svg[\s>]|<\?php|<iframe|javascript:/i
const HEAD_BYTES = 65_536
/** Readers look for the header in the first, and for the end in the last bytes (PDF Reference 1.7, appendix H, notes 13 and 18). */
const PDF_ROOM = 1_024
const PDF_HEADER = '%PDF-'
/** With the line before it, which says where the table of objects is. */
const PDF_END = /startxref[\s\0]+\d{1,12}[\s\0]*%%EOF/
const BEFORE_END = 64

/** Copiers put lines of printer language, or zeros, before the header. A program is a program. */
function pdfBehind(bytes: Buffer): 'application/pdf' | undefined {
  const head = bytes.toString('latin1', 0, PDF_ROOM)
  return head.includes(PDF_HEADER) && !head.startsWith('#!') ? 'application/pdf' : undefined
}

/**
 * A file that is also a page or a program is not taken, although what is kept of a picture would be only the picture: who
 * sends such a file has something in mind.
 */
function refuseSecondNature(beside: Buffer): void {
  for (const part of [beside.subarray(0, HEAD_BYTES), beside.subarray(-TAIL_BYTES)]) {
    const text = part.toString('latin1')
    if (SCRIPT.test(text) || text.includes(PDF_HEADER)) throw refused(POLYGLOT)
  }
}

async function requireHarmlessPdf(path: string, bytes: Buffer): Promise<void> {
  const [head, tail] = [bytes.subarray(0, HEAD_BYTES), bytes.subarray(-TAIL_BYTES)]
  if ([head, tail].some((part) => SCRIPT.test(part.toString('latin1')))) throw refused(POLYGLOT)
  const end = endOfText(bytes)
  if (!PDF_END.test(bytes.toString('latin1', Math.max(0, end - PDF_ROOM - BEFORE_END), end))) throw refused(BROKEN_PDF)
  const fault = await aside<PdfFault | null>(CHECK, { path }).catch((err: unknown) => {
    if (err instanceof TooMuchWork) return 'hidden' as const
    throw err
  })
  if (fault !== null) throw refused(PDF_FAULTS[fault])
}

const CHECK = { module: new URL('./pdf-thread.js', import.meta.url), name: 'checkPdf', limitMs: 15_000 }

/** Without the zeros and empty lines with which copiers fill a file up. */
function endOfText(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && isBlank(bytes[end - 1] ?? 0)) end--
  return end
}

function isBlank(byte: number): boolean {
  return byte === 0 || byte === 32 || (byte >= 9 && byte <= 13)
}

const POLYGLOT: Words = {
  zh: '文件中夹带了其他内容（压缩包、网页或脚本）。',
  en: 'The file carries something else with it: an archive, a page or a script.',
}
const BROKEN_PDF: Words = { zh: 'PDF 不完整。', en: 'The PDF is not complete.' }
const PDF_FAULTS: Record<PdfFault, Words> = {
  active: {
    zh: 'PDF 含有脚本，或会启动程序、提交数据、打开其他文件或网址；请“打印为 PDF”后重新上传。',
    en: 'The PDF has scripts, or starts programs, sends data, or opens other files or addresses; print it as a PDF and send that.',
  },
  embedded: {
    zh: 'PDF 中附带了其他文件；请“打印为 PDF”后重新上传，附件另行上传。',
    en: 'The PDF has other files in it; print it as a PDF and send that, and the files by themselves.',
  },
  hidden: {
    zh: 'PDF 的内容无法检查（已加密，或结构过于复杂）；请去除密码或“打印为 PDF”后重新上传。',
    en: 'The PDF cannot be looked into: it is encrypted, or too complex. Take the password off, or print it as a PDF and send that.',
  },
}

/** A file that is not taken for what is in it. */
export function refused(words: Words): Rejection {
  return invalid('/file', words)
}

/** What is not taken, by the name of what came. */
export function notTaken(type: string | undefined): EdgeError {
  const what = type ?? '?'
  return new EdgeError('unsupported-media-type', {
    zh: `佐证须为 JPEG、PNG、WebP 图片或 PDF 文件；收到的是 ${what}。`,
    en: `Evidence is a JPEG, PNG or WebP image or a PDF; what came is ${what}.`,
  })
}
