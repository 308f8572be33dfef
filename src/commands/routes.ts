import type { FastifySchema } from 'fastify'
import type { App, Deps } from '../deps.js'
import { CommandHeaders, ItemParams, ifMatchOf, intentOf, sendAnswer } from '../http/command.js'
import { json, responses } from '../http/responses.js'
import { ItemView } from '../item/view.js'
import { act } from '../ledger/act.js'
import { type ItemCommand, requireVersionNamed } from './item-command.js'

/** The routes of all commands: each does one thing to one item. */
export async function commandRoutes(app: App, { db, now, commands }: Deps & { commands: readonly ItemCommand[] }) {
  for (const command of commands) {
    app.route({
      ...routeOf(command),
      config: { action: command.action },
      handler: async (request, reply) => {
        requireVersionNamed(command, request.headers['if-match'])
        const intent = intentOf(request, now())
        const { id: ref = '' } = request.params as { id?: string }
        const change = { ...intent, action: command.action, ref, ifMatch: ifMatchOf(request) }
        return sendAnswer(reply, await act(db, intent, (tx) => command.run(tx, change, request.body)))
      },
    })
  }
}

const CHANGED = json('The item after the change.', ItemView)

function routeOf(command: ItemCommand): { method: 'POST' | 'PATCH'; url: string; schema: FastifySchema } {
  const { kind, at, body } = command
  const schema = { ...wordsOf(command), headers: CommandHeaders, body }
  if (at === 'list') {
    const response = { 201: json('The item. `Location` names it.', ItemView), ...responses('write') }
    return { method: 'POST', url: '/v1/items', schema: { ...schema, response } }
  }
  if (at === 'item') {
    const response = { 200: CHANGED, ...responses('correction') }
    return { method: 'PATCH', url: '/v1/items/:id', schema: { ...schema, params: ItemParams, response } }
  }
  const response = { 200: CHANGED, ...responses('command') }
  return { method: 'POST', url: `/v1/items/:id/${kind}`, schema: { ...schema, params: ItemParams, response } }
}

function wordsOf({ action, operationId, tag, summary, description }: ItemCommand) {
  return { tags: [tag], operationId: operationId ?? camelCase(action), summary, description }
}

/** `item.report_progress` → `itemReportProgress` */
function camelCase(action: string): string {
  return action.replace(/[._](.)/g, (_, letter: string) => letter.toUpperCase())
}
