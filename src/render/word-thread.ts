import { replyOf, type Task } from '../threads/reply.js'
import type { Values } from './values.js'
import { wordFileOf } from './word-file.js'
import { cleanWordFile } from './word-parts.js'
import { checkPlaceholders, type Vocabulary } from './word-tags.js'
import { tryTemplate } from './word-try.js'

/** In a thread: the template packed anew, when it has been found good. */
export function checkTemplate(task: Task<{ file: Uint8Array; vocabulary: Vocabulary }>) {
  return replyOf(task, async ({ file, vocabulary }) => {
    const clean = await cleanWordFile(Buffer.from(file))
    await checkPlaceholders(clean, vocabulary)
    await tryTemplate(clean, vocabulary)
    return clean
  })
}

/** In a thread: a template filled in. */
export function fillTemplate(task: Task<{ template: Uint8Array; values: Values }>) {
  return replyOf(task, ({ template, values }) => wordFileOf(Buffer.from(template), values))
}
