import { open } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import { invalid, type Rejection, type Words } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'

/** What is taken, by what a file is, whatever its name or its sender says. */
export const RECEIVED_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'] as const
export type ReceivedType = (typeof RECEIVED_TYPES)[number]

/**
 * The type of a received file by its first bytes.
 * @throws EdgeError 415 for what is not taken; Rejection for what is several things at once.
 */
export async function typeOf(path: string): Promise<ReceivedType> {
  const found = await fileTypeFromFile(path)
  const type = RECEIVED_TYPES.find((one) => one === found?.mime)
  if (type === undefined) throw notTaken(found?.mime)
  await refuseSecondNature(path, type)
  return type
}

/** The end of a ZIP archive's directory lies in its last 65,557 bytes (APPNOTE 4.3.16). */
const TAIL_BYTES = 65_557
const HEAD_BYTES = 65_536
/** Its signature, and the numbers of its disks: there has been but one for long. */
const ZIP_END = 'PK\x05\x06\0\0\0\0'
/** What a browser or an interpreter would take for its own. */
const SCRIPT = /<script|<html|<svg[\s>]|<\?php|<iframe|javascript:/i
/** What a reader of PDF would run or start. Names can be written so that this does not see them; nothing here opens one. */
const ACTIVE_PDF = /\/(?:JavaScript|Launch|RichMedia)\b/
/** As long as the longest of these, so that none is missed where two parts meet. */
const OVERLAP = 16

/**
 * A file that is also an archive, a page or a program is not taken, although what is kept of a picture would be only the
 * picture: who sends such a file has something in mind.
 */
async function refuseSecondNature(path: string, type: ReceivedType): Promise<void> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const head = await read(handle, 0, HEAD_BYTES)
    const tail = await read(handle, Math.max(0, size - TAIL_BYTES), TAIL_BYTES)
    if (tail.includes(ZIP_END) || SCRIPT.test(head) || SCRIPT.test(tail)) throw refused(POLYGLOT)
    if (type !== 'application/pdf') {
      if (head.includes('%PDF-') || tail.includes('%PDF-')) throw refused(POLYGLOT)
      return
    }
    if (!/%%EOF\s*$/.test(tail) || !/startxref\s+\d+\s+%%EOF\s*$/.test(tail)) throw refused(BROKEN_PDF)
    let before = ''
    for await (const part of handle.createReadStream({ start: 0, autoClose: false, encoding: 'latin1' })) {
      const text = before + (part as string)
      if (ACTIVE_PDF.test(text)) throw refused(ACTIVE)
      before = text.slice(-OVERLAP)
    }
  } finally {
    await handle.close()
  }
}

async function read(handle: Awaited<ReturnType<typeof open>>, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  return buffer.toString('latin1', 0, bytesRead)
}

const POLYGLOT: Words = {
  zh: '文件中夹带了其他内容（压缩包、网页或脚本）。',
  en: 'The file carries something else with it: an archive, a page or a script.',
}
const BROKEN_PDF: Words = { zh: 'PDF 不完整。', en: 'The PDF is not complete.' }
const ACTIVE: Words = {
  zh: 'PDF 含有脚本或外部程序调用。',
  en: 'The PDF has scripts, or starts programs.',
}

/** A file that is not taken for what is in it. */
export function refused(words: Words): Rejection {
  return invalid('/file', words)
}

/** @returns a refusal that names what came */
export function notTaken(type: string | undefined): EdgeError {
  const what = type ?? '?'
  return new EdgeError('unsupported-media-type', {
    zh: `佐证须为 JPEG、PNG、WebP 图片或 PDF 文件；收到的是 ${what}。`,
    en: `Evidence is a JPEG, PNG or WebP image or a PDF; what came is ${what}.`,
  })
}
