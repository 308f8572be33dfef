import type { PgColumnBuilderBase } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import type { Item } from '../domain/item/item.js'
import type { Field, FieldAnswer } from './field.js'
import { FILING_FIELDS } from './fields/filing.js'
import { ORDER_FIELDS } from './fields/order.js'
import { REMEDIATION_FIELDS } from './fields/remediation.js'

/**
 * Every field of an item, in the order of its answers: the one place that says how a field is stored, read, described, shown to a
 * channel and written into a sheet. The table's mirror, the SQL of answers, `ItemView`, what channels are told, the sheets and
 * the example follow from it. A field of the domain's `Item` that is missing here does not compile.
 */
export const ITEM_FIELDS = {
  ...FILING_FIELDS,
  ...ORDER_FIELDS,
  ...REMEDIATION_FIELDS,
} satisfies Record<keyof Item, Field & { column: PgColumnBuilderBase }> & Record<string, Field>

type Fields = typeof ITEM_FIELDS
type AnsweredName = { [K in keyof Fields]: Fields[K]['answer'] extends null ? never : K }[keyof Fields]
type Views = { [K in AnsweredName]: NonNullable<Fields[K]['answer']>['view'] }
export type AnsweredItem = { [K in AnsweredName]: z.infer<Views[K]> }

/** What an answer has, in its order. */
export const ANSWERED = Object.entries<Field>(ITEM_FIELDS).flatMap(([name, { answer }]) =>
  answer === null ? [] : [[name as AnsweredName, answer] as const],
)

function each<T>(read: (answer: FieldAnswer) => unknown): T {
  return Object.fromEntries(ANSWERED.map(([name, answer]) => [name, read(answer)])) as T
}

export const ITEM_SHAPE = each<Views>(({ view }) => view)
export const ITEM_EXAMPLE = each<AnsweredItem>(({ example }) => example)
