import { Rejection } from '../domain/rejection.js'

/** The specification wants it said what was not found: a parameter by its name. */
export function unknown(name: string): Rejection {
  return new Rejection('not-found', { zh: `没有这个 ${name}。`, en: `${name} was not found.` })
}
