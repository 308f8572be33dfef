import { z } from 'zod'
import { IfMatch, ItemParams } from '../http/command.js'
import { Problem } from '../http/problem.js'
import { ITEM_EXAMPLE } from '../item/fields.js'
import { ItemView } from '../item/view.js'
import type { ItemCommand } from './item-command.js'

/** Commands in one call. */
export const MOST_COMMANDS = 500

/** One command of a batch: what, to which item, and the body that its own route takes. */
export interface BatchEntry {
  kind: string
  item?: string
  ifMatch?: string
  body: unknown
}

export interface BatchRequest {
  atomic: boolean
  commands: BatchEntry[]
}

const KNOWN_KIND =
  '须为一个命令对象，其 kind 是已知的命令。 | A command is an object, and its kind one of those that there are.'

/** The body of a batch: a union of all commands, told apart by `kind`. It registers names, so it is made once. */
export function batchBodyOf(commands: readonly ItemCommand[]): z.ZodType<BatchRequest> {
  const [first, ...others] = commands.map(memberOf)
  if (first === undefined) throw new Error('a batch needs commands')
  const Command = z.discriminatedUnion('kind', [first, ...others], { error: KNOWN_KIND }).meta({
    id: 'BatchCommand',
    description: 'What is done to one item; the body is that of its own route.',
    discriminator: {
      propertyName: 'kind',
      mapping: Object.fromEntries(commands.map(({ kind }) => [kind, `#/components/schemas/${nameOf(kind)}`])),
    },
  })
  const Batch = z
    .strictObject({
      atomic: z.boolean().default(false).meta({
        description: '`true`: all or nothing. `false`: each command for itself.',
      }),
      commands: z
        .array(Command)
        .min(1)
        .max(MOST_COMMANDS)
        .meta({ description: `Done in their order, at most ${MOST_COMMANDS}.` }),
    })
    .meta({ id: 'Batch', example: BATCH_EXAMPLE })
  // The members of a union that is made of a list are known at run time only.
  return Batch as unknown as z.ZodType<BatchRequest>
}

function memberOf({ kind, at, body, summary }: ItemCommand) {
  // A route that takes no body at all takes a command without one.
  const own = body.safeParse({}).success ? body.prefault({}) : body
  const item = ItemParams.shape.id.meta({ description: 'The item’s UUID or code.', example: '2026-000172' })
  const target = at === 'list' ? {} : { item, ifMatch: IfMatch.optional() }
  return z
    .strictObject({ kind: z.literal(kind), ...target, body: own })
    .meta({ id: nameOf(kind), description: summary })
}

/** `progress-reports` → `ProgressReportsCommand` */
function nameOf(kind: string): string {
  return `${kind.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}Command`
}

const BATCH_EXAMPLE = {
  atomic: false,
  commands: [
    { kind: 'listing', item: '2026-000172', ifMatch: '"1"', body: { level: 'major', category: 'lighting' } },
    { kind: 'notes', item: '2026-000009', body: { note: '周五现场会。' } },
  ],
}

const Status = z.int().meta({ description: 'What the command’s own route would have answered.', example: 200 })

const Done = z
  .strictObject({
    status: Status,
    etag: z.string().meta({ description: 'The item’s version.', example: '"2"' }),
    location: z.string().optional().meta({ description: 'Of an item that was filed.' }),
    item: ItemView,
  })
  .meta({ id: 'CommandDone' })

const Refused = z
  .strictObject({ status: Status, problem: Problem })
  .meta({ id: 'CommandRefused', description: 'Nothing happened; pointers lead into the command’s body.' })

const REFUSAL_EXAMPLE = {
  type: '/problems/not-found',
  title: 'Not found',
  status: 404,
  code: 'not-found',
  detail: 'No such record, or not yours to see.',
}

export const BatchAnswer = z
  .strictObject({
    done: z.int().meta({ description: 'Commands that were done.' }),
    refused: z.int().meta({ description: 'Commands that were refused; 0 when `atomic`.' }),
    results: z
      .array(z.union([Done, Refused]).meta({ id: 'CommandResult' }))
      .meta({ description: 'One for each command, in their order.' }),
  })
  .meta({
    id: 'BatchAnswer',
    example: {
      done: 1,
      refused: 1,
      results: [
        { status: 200, etag: '"3"', item: ITEM_EXAMPLE },
        { status: 404, problem: REFUSAL_EXAMPLE },
      ],
    },
  })
