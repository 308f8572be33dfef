import { z } from 'zod'
import { DEFAULT_NUMBER_PATTERNS, type NumberedKind } from '../domain/item/document.js'
import { text } from '../http/fields.js'

/** Line ends, and what is not seen: a number stands in one line, in file names and in headers. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u

export const NumberPattern = text(60)
  .refine(
    (pattern) => !UNSEEN.test(pattern),
    '文号格式不能含换行、控制字符或不可见字符。 | A document number’s pattern has no line ends, control or invisible characters.',
  )
  .refine(
    (pattern) => pattern.includes('{year}') && pattern.includes('{n}'),
    '文号格式须含 {year} 和 {n}。 | A document number’s pattern has {year} and {n}.',
  )
  .refine(
    (pattern) => !/[{}]/.test(pattern.replaceAll('{year}', '').replaceAll('{n}', '')),
    '文号格式只能用 {year} 和 {n}。 | Nothing but {year} and {n} is filled in.',
  )
  .meta({ description: '`{year}` and `{n}` are filled in.', example: '阜安办〔{year}〕{n}号' })

const kinds = Object.keys(DEFAULT_NUMBER_PATTERNS) as NumberedKind[]

/** What a jurisdiction says of its papers. */
export const DocumentRules = z.strictObject({
  issuer: text(60)
    .refine((issuer) => !UNSEEN.test(issuer), '发文机关须为一行可见文字。 | The issuer is one line of visible text.')
    .nullable()
    .meta({
      description: 'Who papers go out from (发文机关); null: the office of the jurisdiction.',
      example: '阜阳市道路交通安全委员会办公室',
    }),
  numberPatterns: z
    .strictObject(
      Object.fromEntries(kinds.map((kind) => [kind, NumberPattern])) as Record<NumberedKind, typeof NumberPattern>,
    )
    .refine(
      (patterns) => new Set(Object.values(patterns)).size === kinds.length,
      '各类文书的文号格式不能相同。 | Each kind is counted by itself and needs a pattern of its own.',
    )
    .meta({ description: 'Document numbers (文号), by kind; each kind is counted by itself, from 1 every year.' }),
})
