import { SPACE, searchFold } from './text.js'

// Characters that look alike to a reader of names. `name_key` in the migration `names` says the same in SQL.

const HAN =
  '\\u2E80-\\u2FDF\\u3005\\u3007\\u3021-\\u3029\\u3038-\\u303B\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uF900-\\uFAFF\\u{20000}-\\u{3FFFF}'
const DOTS = /[\u1427\u16EB\u2022\u2027\u2219\u22C5\u25CF\u25E6\u2E30\u2E31\u2E33\u30FB\uA78F]/g
const FULL_STOP_IN_NAME = new RegExp(`(?<=[${HAN}]) *\\. *(?=[${HAN}])`, 'gu')
const HYPHENS = /[\u2010-\u2015\u2212]/g
const SINGLE_QUOTES = /[\u2018-\u201B\u2032]/g
const DOUBLE_QUOTES = /[\u201C-\u201F\u2033]/g
const SPACES = new RegExp(`[${SPACE}]+`, 'gu')
const NO_SPACE_BESIDE = `${HAN}\\u00B7()\\[\\]{}\\u3008-\\u3011\\u3014\\u3015`
const NEEDLESS_SPACE = new RegExp(`(?<=[${NO_SPACE_BESIDE}]) | (?=[${NO_SPACE_BESIDE}])`, 'gu')

/**
 * What two names have in common that look alike: the dots in a name are one (the notice on names in government systems of 2016
 * has it as U+00B7), spaces are none beside Han characters and one between Latin words, widths and compatibility forms are
 * folded, as is the case of A to Z, and what is invisible is not there. It is for comparing; a name is shown as it was written.
 */
export function nameKey(name: string): string {
  return searchFold(name)
    .replace(DOTS, '\u00B7')
    .replace(SPACES, ' ')
    .replace(FULL_STOP_IN_NAME, '\u00B7')
    .replace(HYPHENS, '-')
    .replace(SINGLE_QUOTES, "'")
    .replace(DOUBLE_QUOTES, '"')
    .replace(NEEDLESS_SPACE, '')
    .replace(/^ | $/g, '')
}
