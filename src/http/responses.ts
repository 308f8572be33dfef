import { z } from 'zod'
import { pageExample } from './examples.js'
import { Problem } from './problem.js'

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: Problem } } })

const READ = {
  400: problem('A parameter is unknown or wrong; `errors` names it.'),
  401: problem('No valid API key or token.'),
  403: problem('The caller’s role may not do this.'),
  429: problem('Too many requests; `Retry-After` says how long to wait.'),
  503: problem('The database is away; try again as `Retry-After` says.'),
}

/** Of what can be had as a file too. */
const LIST = { ...READ, 406: problem('It cannot be had in a format that the caller takes.') }

const FOUND = { ...READ, 404: problem('There is no such record, or it is not the caller’s to see.') }

const WRITE = {
  ...READ,
  408: problem('The body came too slowly, or not at all.'),
  409: problem('It cannot happen as things stand, or the first request with this key is still running.'),
  413: problem('The body is too large.'),
  415: problem('The body is not of a type that this takes.'),
  422: problem('The Idempotency-Key was used with another request.'),
}

const COMMAND = {
  ...WRITE,
  ...FOUND,
  409: problem(
    'The item’s status does not allow it (`itemStatus`, `allowedEvents`), or the first request with this key is still running.',
  ),
  412: problem('The item is at another version than If-Match says.'),
}

/** Of what keeps files. */
const UPLOAD = {
  ...WRITE,
  415: problem('The file is not of a kind that is taken, by its content.'),
  503: problem('The database or the file storage is away; try again as `Retry-After` says.'),
  507: problem('The file storage is full.'),
}

const KINDS = {
  read: READ,
  list: LIST,
  foundList: { ...LIST, 404: FOUND[404] },
  found: FOUND,
  write: WRITE,
  upload: UPLOAD,
  resumption: { ...UPLOAD, 404: FOUND[404], 412: problem('The version of tus is not 1.0.0.') },
  replacement: { ...WRITE, 412: problem('It is at another version than If-Match says.') },
  command: COMMAND,
  correction: { ...COMMAND, 428: problem('If-Match is missing.') },
}

/** The problem answers that a kind of route can give, for its documentation. */
export function responses<K extends keyof typeof KINDS>(kind: K): (typeof KINDS)[K] {
  return KINDS[kind]
}

/** A good answer's documentation: JSON of a schema. */
export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } }
}

/** A page of rows. */
export function pageSchema<S extends z.ZodType>(row: S, id: string, example: object) {
  return z
    .strictObject({ data: z.array(row), nextCursor: z.string().nullable() })
    .meta({ id, example: pageExample(example) })
}
