import { asColumns } from './literal.js'
import type { Statement } from './record.js'

/** A route of the bare handler. */
export interface BareRoute {
  path: string
  statements: Statement[]
  /** Which of the statements has the rows that are answered. */
  answer: number
}

/** Stands for what differs from request to request among a statement's values. */
export const PARAMETER = '{parameter}'

/**
 * What a request of the service sent to the database, as the bare handler sends it: with rows as columns where PostgreSQL makes
 * JSON of them.
 * @throws Error when it is not as this takes it to be: then it would be no limit.
 */
export function bareStatements(statements: readonly Statement[], parameter?: string): Omit<BareRoute, 'path'> {
  const answers = statements.flatMap(({ text }, k) => (/\bas json\b/.test(text) ? [k] : []))
  const [answer] = answers
  if (answer === undefined || answers.length > 1) {
    throw new Error(
      `${answers.length} of the statements make JSON rows: ${statements.map(({ text }) => text).join('; ')}`,
    )
  }
  const own = statements.map((statement, k) => (k === answer ? asColumns(statement) : statement))
  if (parameter === undefined) return { statements: own, answer }
  const isIt = (value: unknown) => String(value) === parameter
  if (!own.some(({ values }) => values.some(isIt))) throw new Error(`no statement has the parameter ${parameter}`)
  const open = own.map(({ text, values }) => ({
    text,
    values: values.map((value) => (isIt(value) ? PARAMETER : value)),
  }))
  return { statements: open, answer }
}
