import type { App, Deps } from '../deps.js'
import { CommandHeaders, ItemParams, ifMatchOf, intentOf, sendAnswer } from '../http/command.js'
import { IdParams } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { requireInPlace } from './document-request.js'
import { issueItemDocument } from './issue.js'
import { type BulletinReader, issueBulletinDocument } from './issue-bulletin.js'
import type { Maker } from './make.js'
import { type PictureReader, readPictures } from './pictures.js'
import { receiveItemDocument } from './receive.js'
import { ConfirmDocument, DocumentView, IssueBulletinDocument, IssueDocument } from './schemas.js'

const TAG = 'Papers'

/** What papers are made with, beside what every room gets. */
export interface Press {
  maker: Maker
  /** Of other rooms, which the app brings together. */
  pictures: PictureReader
  bulletins: BulletinReader
}

/** Papers (文书): issued, and signed for. */
export async function documentIssueRoutes(
  app: App,
  { db, now, maker, pictures, bulletins }: Deps & Press,
): Promise<void> {
  app.post(
    '/v1/items/:id/documents',
    {
      config: { action: 'document.issue' },
      schema: {
        tags: [TAG],
        operationId: 'issueItemDocument',
        summary: 'Issue a paper of an item (制发文书)',
        description:
          'Makes it from the item’s data as a Word file and a PDF, under the next number of its kind and year, which has no gaps. The hash of each file is written into the ledger; from then on they are the same to the byte. The unit that it is addressed to is told. What a kind needs: an order, notice or letter, that the item is with a responsible unit; a supervision notice, that it is under supervision; a talk notice, `meeting`; an extension form, a decided extension; a closure form, that it is closed; a receipt, `document`.',
        params: ItemParams,
        headers: CommandHeaders,
        body: IssueDocument,
        response: { 201: json('The paper. `Location` names it.', DocumentView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const { id: ref } = request.params
      requireInPlace(body)
      const intent = intentOf(request, now())
      const photos = await readPictures(db, actor, ref, body.kind, pictures)
      const change = { ...intent, action: 'document.issue' as const, ref, ifMatch: ifMatchOf(request) }
      return sendAnswer(reply, await act(db, intent, (tx) => issueItemDocument(tx, maker, change, body, photos)))
    },
  )

  app.post(
    '/v1/bulletins/:id/documents',
    {
      config: { action: 'document.issue' },
      schema: {
        tags: [TAG],
        operationId: 'issueBulletinDocument',
        summary: 'Make the paper of an issued bulletin (通报)',
        description: 'Once, under the number that the bulletin has; a draft has none yet.',
        params: IdParams,
        headers: CommandHeaders,
        body: IssueBulletinDocument,
        response: { 201: json('The paper. `Location` names it.', DocumentView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const intent = intentOf(request, now())
      const asked = {
        actor,
        id: request.params.id,
        at: intent.now,
        copyTo: request.body.copyTo ?? [],
        glyphs: request.body.missingGlyphs ?? 'refuse',
      }
      return sendAnswer(reply, await act(db, intent, (tx) => issueBulletinDocument(tx, maker, asked, bulletins)))
    },
  )

  app.post(
    '/v1/documents/:id/receipt',
    {
      config: { action: 'document.receive' },
      schema: {
        tags: [TAG],
        operationId: 'receiveDocument',
        summary: 'Sign for a paper (签收文书)',
        description: 'By the unit that it is addressed to, for the whole unit. Again is no error.',
        params: IdParams,
        headers: CommandHeaders,
        body: ConfirmDocument,
        response: { 200: json('The paper, signed for.', DocumentView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const intent = intentOf(request, now())
      return sendAnswer(reply, await act(db, intent, (tx) => receiveItemDocument(tx, actor, params.id, intent.now)))
    },
  )
}
