import { invalid } from '../domain/rejection.js'
import type { Values } from './values.js'
import { wordFileOf } from './word-file.js'
import type { Vocabulary } from './word-tags.js'

/** Of each list: so that what repeats is repeated. */
const ENTRIES = 2

/**
 * Fills a template in once, for trial: what cannot be filled in is refused now, and not when a paper is to be issued.
 * @throws Rejection 400
 */
export async function tryTemplate(template: Buffer, { fields, lists }: Vocabulary): Promise<void> {
  const entriesOf = (names: readonly string[]) => Array.from({ length: ENTRIES }, () => valuesOf(names))
  const repeated = Object.entries(lists).map(([name, inner]) => [name, entriesOf(inner)] as const)
  try {
    await wordFileOf(template, { ...valuesOf(fields), ...Object.fromEntries(repeated) })
  } catch (err) {
    const why = err instanceof Error ? err.message.slice(0, 200) : ''
    throw invalid('', {
      zh: `用占位符试填模板失败：${why}。请检查列表标记是否成对放在同一段落或同一表格行。`,
      en: `The template cannot be filled in: ${why}. Look whether a list’s marks stand in one paragraph or table row.`,
    })
  }
}

function valuesOf(names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, '试']))
}
