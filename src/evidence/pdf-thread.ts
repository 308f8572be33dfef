import { readFile } from 'node:fs/promises'
import { replyOf, type Task } from '../threads/reply.js'
import { faultOfPdf } from './pdf-check.js'

/** In a thread: what is wrong with a PDF; null where nothing is. */
export function checkPdf(task: Task<{ path: string }>) {
  return replyOf(task, async ({ path }) => faultOfPdf(await readFile(path)) ?? null)
}
