import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { CommandHeaders, ifMatchOf, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { IdParams } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { issueBulletin, reproduceBulletin } from './issue.js'
import { confirmReceipt, readReceipts } from './receipts.js'
import { BulletinReceipt, BulletinReceipts, BulletinView, ReproductionView } from './schemas.js'

const TAG = 'Notify'

const IssueBulletin = z
  .strictObject({})
  .meta({ id: 'IssueBulletin', description: 'Issuing needs nothing but the caller.', example: {} })
const ConfirmBulletin = z
  .strictObject({})
  .meta({ id: 'ConfirmBulletin', description: 'Confirming needs nothing but the caller.', example: {} })

/** Bulletins, once they are ready: issued, confirmed, and made again to see that they are the ledger's. */
export async function bulletinIssueRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.post(
    '/v1/bulletins/:id/issuance',
    {
      config: { action: 'bulletin.write' },
      schema: {
        tags: [TAG],
        operationId: 'issueBulletin',
        summary: 'Issue a bulletin (印发)',
        description:
          'Gives it the next document number of the year, freezes it, writes its hash into the ledger, and tells every active unit that it counts and the supervisors. It is compared with the bulletin that is the previous one by now.',
        params: IdParams,
        headers: CommandHeaders,
        body: IssueBulletin,
        response: { 200: json('The bulletin as issued.', BulletinView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const intent = intentOf(request, now())
      const answer = await act(db, intent, (tx) => issueBulletin(tx, actor, params.id, ifMatchOf(request), intent.now))
      return sendAnswer(reply, answer)
    },
  )

  app.post(
    '/v1/bulletins/:id/receipt',
    {
      config: { action: 'bulletin.receive' },
      schema: {
        tags: [TAG],
        operationId: 'receiveBulletin',
        summary: 'Confirm receipt of a bulletin (回执)',
        description: 'For the caller’s whole unit, for the office, or for the supervisor. Again is no error.',
        params: IdParams,
        headers: CommandHeaders,
        body: ConfirmBulletin,
        response: { 200: json('The receipt.', BulletinReceipt), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const intent = intentOf(request, now())
      const answer = await act(db, intent, (tx) => confirmReceipt(tx, actor, params.id, intent.now))
      return sendAnswer(reply, answer)
    },
  )

  app.get(
    '/v1/bulletins/:id/receipts',
    {
      config: { action: 'ledger.read' },
      schema: {
        tags: [TAG],
        operationId: 'listBulletinReceipts',
        summary: 'Who has confirmed a bulletin, and who has not',
        description:
          'Every recipient, by name; one who was not told and confirmed all the same is among the confirmed.',
        params: IdParams,
        response: { 200: json('The receipts.', BulletinReceipts), ...responses('found') },
      },
    },
    async (request, reply) => sendJson(reply, await readReceipts(db, request.actor, request.params.id)),
  )

  app.get(
    '/v1/bulletins/:id/reproduction',
    {
      config: { action: 'ledger.read' },
      schema: {
        tags: [TAG],
        operationId: 'reproduceBulletin',
        summary: 'Make a bulletin’s content again',
        description:
          'From the ledger as it is now, at the same cut-off; `same` says whether it is the kept one to the byte.',
        params: IdParams,
        response: { 200: json('What came out.', ReproductionView), ...responses('found') },
      },
    },
    async (request, reply) =>
      sendJson(reply, JSON.stringify(await reproduceBulletin(db, request.actor, request.params.id))),
  )
}
