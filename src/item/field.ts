import type { SQL } from 'drizzle-orm'
import { type PgColumnBuilderBase, uuid } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import type { Actor } from '../domain/access/permissions.js'
import { type Column, columnsOf } from '../export/sheet.js'

/** What the value of a field follows from, beside the item's own row. */
export type Basis = 'row' | 'table' | 'clock' | 'viewer'

/** For whom and when an answer is made. */
export interface AnswerContext {
  actor: Actor
  now: string
}

/** A column of a sheet, and its place there: programs read columns by name, people by place, so a place is never given anew. */
export type Placed<V> = readonly [place: number, column: Column<V>]

/** What an answer has of a field. */
export interface Shown<V extends z.ZodType> {
  view: V
  example: z.infer<V>
  /** What a channel from outside is told: the value, or another one in its place, which says nothing. */
  channel: 'told' | { instead: z.infer<V> }
  /** Null: no sheet has it. */
  sheet: ((columns: ReturnType<typeof columnsOf<z.infer<V>>>) => readonly Placed<z.infer<V>>[]) | null
}

export interface FieldAnswer<V extends z.ZodType = z.ZodType> extends Omit<Shown<V>, 'sheet'> {
  sheet: readonly Placed<z.infer<V>>[]
  dependsOn: Basis
  /** On alias `i`; undefined: the column as it is. */
  sql: string | ((asked: AnswerContext) => SQL) | undefined
}

export interface Field {
  column: PgColumnBuilderBase | null
  answer: FieldAnswer | null
}

function answered<V extends z.ZodType>(shown: Shown<V>, dependsOn: Basis, sql: FieldAnswer<V>['sql']): FieldAnswer<V> {
  return { ...shown, sheet: shown.sheet?.(columnsOf<z.infer<V>>()) ?? [], dependsOn, sql }
}

/** A field that is a column, and is answered as it is stored. */
export function stored<C extends PgColumnBuilderBase, V extends z.ZodType>(column: C, shown: Shown<V>) {
  return { column, answer: answered(shown, 'row', undefined) }
}

/** A person's id in a column, answered with the name. */
export function storedPerson<V extends z.ZodType>(name: string, shown: Shown<V>) {
  // A look-up of null costs as much as one that finds a person.
  const sql = `case when i.${name} is not null then (
    select json_build_object('id', p.id, 'name', p.name) from person p
    where p.jurisdiction_id = i.jurisdiction_id and p.id = i.${name}) end`
  return { column: uuid(name), answer: answered(shown, 'table', sql) }
}

/** A column that no answer has. */
export function inner<C extends PgColumnBuilderBase>(column: C) {
  return { column, answer: null }
}

/** What follows from the item's own row. */
export function derived<V extends z.ZodType>(sql: string, shown: Shown<V>) {
  return { column: null, answer: answered(shown, 'row', sql) }
}

/** What follows from the time, or from who asks, too. */
export function computed<V extends z.ZodType>(
  dependsOn: 'clock' | 'viewer',
  sql: (asked: AnswerContext) => SQL,
  shown: Shown<V>,
) {
  return { column: null, answer: answered(shown, dependsOn, sql) }
}
