import { readFile } from 'node:fs/promises'
import { replyOf } from '../aside/reply.js'
import { faultOfPdf } from './pdf-check.js'

/** In a thread: what is wrong with a PDF; null where nothing is. */
export function checkPdf({ path }: { path: string }) {
  return replyOf(async () => faultOfPdf(await readFile(path)) ?? null)
}
