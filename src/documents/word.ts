import { invalid, Rejection, type Words } from '../domain/rejection.js'
import type { Values } from '../render/values.js'
import type { Vocabulary } from '../render/word-tags.js'
import { aside, TooMuchWork } from '../threads/index.js'

const THREAD = new URL('../render/word-thread.js', import.meta.url)
/** A template of an office takes some tenths of a second. */
const CHECK = { module: THREAD, name: 'checkTemplate', limitMs: 15_000 }
/** Shorter than others wait for the lock on the number that is being given. */
const FILL = { module: THREAD, name: 'fillTemplate', limitMs: 6_000 }

/**
 * An office’s template packed anew, when all of it is good; looked at aside.
 * @throws Rejection 400
 */
export async function checkedTemplate(file: Buffer, vocabulary: Vocabulary): Promise<Buffer> {
  try {
    return Buffer.from(await aside<Uint8Array>(CHECK, { file, vocabulary }))
  } catch (err) {
    throw err instanceof TooMuchWork ? invalid('', TOO_COMPLEX) : err
  }
}

/** A paper’s Word file from an office’s template; filled in aside. @throws Rejection `template-unusable` (409) */
export async function filledTemplate(template: Buffer, values: Values): Promise<Buffer> {
  try {
    return Buffer.from(await aside<Uint8Array>(FILL, { template, values }))
  } catch (cause) {
    throw Object.assign(new Rejection('template-unusable', UNUSABLE), { cause })
  }
}

const TOO_COMPLEX: Words = {
  zh: '模板过于复杂，无法在限定的时间和内存内检查；请删减内容后重新上传。',
  en: 'The template is too complex to be looked at within the time and memory that there are; take something out of it.',
}
const UNUSABLE: Words = {
  zh: '现行模板无法填写（过于复杂或有错误），文书未制发，文号未占用；请换一个模板，或用 DELETE /v1/document-templates/{kind} 恢复内置模板。',
  en: 'The template in force cannot be filled in: it is too complex, or wrong. Nothing was issued and no number was taken. Set another, or go back to the service’s own with DELETE /v1/document-templates/{kind}.',
}
