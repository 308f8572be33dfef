import { defaultDeadlines } from '../db/deadline.js'
import type { App, Deps } from '../deps.js'
import { correct, dismiss, list, note } from '../domain/decide/list.js'
import {
  CommandHeaders,
  changeOf,
  ItemParams,
  intentOf,
  itemCommand,
  requireIfMatch,
  sendAnswer,
  sendJson,
} from '../http/command.js'
import { fileOr, ItemFeatures } from '../http/export/docs.js'
import { ITEM_SHEET } from '../http/export/item-sheet.js'
import { sendFile } from '../http/export/send.js'
import { pastOf } from '../http/fields.js'
import { ItemPage, ItemView } from '../http/item-view.js'
import { formatOf, ITEM_FORMATS } from '../http/negotiate.js'
import { sendPage } from '../http/page.js'
import { responses } from '../http/responses.js'
import { changeItem, mergeItems } from '../ledger/change-item.js'
import { citationOf } from '../ledger/citation.js'
import { openItem } from '../ledger/open-item.js'
import { correctionOf, filedOf, requireKnownCodes } from './place.js'
import { findItems, getItem, listedItems } from './query.js'
import { AddNote, CorrectItem, FileItem, ListItem, ListQuery, MergeItem, ReadQuery, Reason } from './schemas.js'

const TAG = 'List'
const item = (description: string) => ({ description, content: { 'application/json': { schema: ItemView } } })

/** The one list (一单): file, read, evaluate, dismiss, merge, correct, note. */
export async function listRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps

  app.post(
    '/v1/items',
    {
      config: { action: 'item.file' },
      schema: {
        tags: [TAG],
        operationId: 'fileItem',
        summary: 'File an item (上报)',
        description:
          'Files a hazard. It gets its code at once and waits in status `reported` for the office’s evaluation.',
        headers: CommandHeaders,
        body: FileItem,
        response: { 201: item('The item. `Location` names it.'), ...responses('write') },
      },
    },
    async (request, reply) => {
      const filed = filedOf(request.body)
      await requireKnownCodes(db, request.actor.jurisdiction.id, filed)
      const intent = intentOf(request, now())
      return sendAnswer(reply, await openItem(db, intent, filed, citationOf(intent, request.body.evidence)))
    },
  )

  app.get(
    '/v1/items',
    {
      config: { action: 'item.read' },
      schema: {
        tags: [TAG],
        operationId: 'listItems',
        summary: 'The list (隐患清单)',
        description:
          'Items that the caller may see, filtered, sorted and keyset-paged. No item is skipped or repeated while others change.',
        querystring: ListQuery,
        response: {
          200: fileOr('A page of items; as a file, all of them.', ItemPage, ItemView, ItemFeatures),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const at = now()
      const format = formatOf(request, reply, ITEM_FORMATS)
      const query = { ...request.query, asOf: pastOf(request.query.asOf, at) }
      if (format !== 'json') {
        const rows = listedItems(request.actor, query, at, query.limit)
        return sendFile(request, reply, deps, { format, sheet: ITEM_SHEET, rows, asOf: query.asOf })
      }
      return sendPage(request, reply, await findItems(db, request.actor, query, at))
    },
  )

  app.get(
    '/v1/items/:id',
    {
      config: { action: 'item.read' },
      schema: {
        tags: [TAG],
        operationId: 'getItem',
        summary: 'One item',
        description: 'By UUID or code, as it is or as it stood `asOf`.',
        params: ItemParams,
        querystring: ReadQuery,
        response: { 200: item('The item. `ETag` is its version.'), ...responses('found') },
      },
    },
    async (request, reply) => {
      const at = now()
      const found = await getItem(db, request.actor, request.params.id, pastOf(request.query.asOf, at), at)
      return sendJson(reply.header('etag', `"${found.version}"`), found.json)
    },
  )

  app.patch(
    '/v1/items/:id',
    {
      config: { action: 'item.correct' },
      schema: {
        tags: [TAG],
        operationId: 'correctItem',
        summary: 'Correct what was filed (更正)',
        description:
          'JSON merge patch of descriptive fields, by the filer or the office. Needs `If-Match`. The change is an event like any other.',
        params: ItemParams,
        headers: CommandHeaders,
        body: CorrectItem,
        response: { 200: item('The item after the change.'), ...responses('correction') },
      },
    },
    async (request, reply) => {
      requireIfMatch(request)
      const patch = correctionOf(request.body)
      await requireKnownCodes(db, request.actor.jurisdiction.id, patch)
      const change = changeOf(request, now())
      return sendAnswer(reply, await changeItem(db, change, (it) => correct(it, patch, request.actor)))
    },
  )

  app.post(
    '/v1/items/:id/listing',
    itemCommand('item.list', {
      tag: TAG,
      summary: 'List an item (立项挂账)',
      description:
        'Puts a reported item on account with its evaluation (综合评估): level, category, and the default deadline of the level.',
      body: ListItem,
    }),
    async (request, reply) => {
      const { level, category = null, evaluation = null } = request.body
      const { jurisdiction } = request.actor
      await requireKnownCodes(db, jurisdiction.id, { category })
      const change = changeOf(request, now())
      const deadlineOf = await defaultDeadlines(db, jurisdiction)
      return sendAnswer(
        reply,
        await changeItem(db, change, (it, at) => list(it, { level, category, evaluation }, deadlineOf(level, at))),
      )
    },
  )

  app.post(
    '/v1/items/:id/dismissal',
    itemCommand('item.dismiss', {
      tag: TAG,
      summary: 'Dismiss an item (不予立项)',
      description: 'The evaluation found no hazard; the reason stays in the ledger.',
      body: Reason,
    }),
    async (request, reply) =>
      sendAnswer(reply, await changeItem(db, changeOf(request, now()), (it) => dismiss(it, request.body.reason))),
  )

  app.post(
    '/v1/items/:id/merge',
    itemCommand('item.merge', {
      tag: TAG,
      summary: 'Merge an item into another (并案)',
      description:
        'A repeated filing is merged into the item that stays; that one gains the link. A merged, dismissed or closed item takes nothing in.',
      body: MergeItem,
    }),
    async (request, reply) => {
      const { into, reason } = request.body
      return sendAnswer(reply, await mergeItems(db, changeOf(request, now()), into, reason))
    },
  )

  app.post(
    '/v1/items/:id/notes',
    itemCommand('item.note', {
      tag: TAG,
      summary: 'Add a note (备注)',
      description: 'A remark in the item’s ledger, in any status.',
      body: AddNote,
    }),
    async (request, reply) =>
      sendAnswer(reply, await changeItem(db, changeOf(request, now()), (it) => note(it, request.body.note))),
  )
}
