import type { App, Deps } from '../deps.js'
import { CommandHeaders, intentOf, sendAnswer } from '../http/command.js'
import { createConcurrencyLimit } from '../http/concurrency.js'
import { json, responses } from '../http/responses.js'
import { languageOf } from '../language/language.js'
import { actSeverally, actTogether } from './batch.js'
import { BatchAnswer, batchBodyOf, MOST_COMMANDS } from './batch-schema.js'
import type { ItemCommand } from './item-command.js'

/** 500 commands of 16 KiB; most have less than one. */
const BODY_LIMIT_BYTES = 8 * 1_048_576
const BATCHES = { what: { zh: '批量办理', en: 'batches' }, retryAfterS: 5 }

/** The route of many commands at once. */
export function createBatchRoutes(commands: readonly ItemCommand[]) {
  const body = batchBodyOf(commands)
  const byKind = new Map(commands.map((command) => [command.kind, command]))

  return async function batchRoutes(app: App, { db, now, config }: Deps): Promise<void> {
    // Each holds a connection nearly all the time; half of the pool stays everybody else's.
    const turns = createConcurrencyLimit(Math.max(1, Math.floor(config.poolSize / 2)), BATCHES)

    app.post(
      '/v1/items/batch',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        config: { action: 'item.batch' },
        schema: {
          tags: ['List'],
          operationId: 'batchItems',
          summary: 'Many commands in one call (批量办理)',
          description: `Up to ${MOST_COMMANDS} commands to any items, each as its own route would do it and under its own permission, in their order; a later one sees what an earlier one did. One \`Idempotency-Key\` for all: the same call again, also after a crash half-way, does what was not done yet and gives the same results.

With \`atomic\`, all or nothing: the first refusal is the answer, its pointers begin with \`/commands/<index>\`, and nothing has happened. Without, the answer is 200 and each command has its own result; a result’s pointers lead into its command’s body. A call that is malformed, in whichever command, is refused as a whole before anything is done.`,
          headers: CommandHeaders.omit({ 'if-match': true }),
          body,
          response: {
            200: json('The results, one for each command.', BatchAnswer),
            ...responses('correction'),
          },
        },
      },
      async (request, reply) => {
        const plan = request.body.commands.map((given) => {
          const command = byKind.get(given.kind)
          if (command === undefined) throw new Error(`no command ${given.kind}`)
          return { command, given }
        })
        const intent = intentOf(request, now())
        const answer = await turns(() =>
          request.body.atomic
            ? actTogether(db, intent, plan)
            : actSeverally(db, intent, plan, { now, language: languageOf(request) }),
        )
        return sendAnswer(reply, answer)
      },
    )
  }
}
