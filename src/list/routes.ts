import type { App, Deps } from '../deps.js'
import { fileOr } from '../export/docs.js'
import { sendFile } from '../export/send.js'
import { ItemParams, sendJson } from '../http/command.js'
import { formatOf, ITEM_FORMATS } from '../http/negotiate.js'
import { sendPage } from '../http/page.js'
import { json, responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { rowTextIn } from '../item/json.js'
import { ITEM_SHEET } from '../item/sheet.js'
import { ItemFeatures, ItemPage, ItemView } from '../item/view.js'
import { findItems, getItem, listedItems } from './query.js'
import { ListQuery, ReadQuery } from './schemas.js'

const TAG = 'List'

/** The one list (一单), to be read. */
export async function listRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps

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
      const past = await asOfPast(db, request.actor, request.query.asOf, at)
      const query = { ...request.query, past }
      if (format !== 'json') {
        const rows = listedItems(request.actor, query, at, query.limit, rowTextIn(format))
        return sendFile(request, reply, deps, { format, sheet: ITEM_SHEET, rows, past })
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
        response: { 200: json('The item. `ETag` is its version.', ItemView), ...responses('found') },
      },
    },
    async (request, reply) => {
      const at = now()
      const past = await asOfPast(db, request.actor, request.query.asOf, at)
      const found = await getItem(db, request.actor, request.params.id, past, at)
      return sendJson(reply.header('etag', `"${found.version}"`), found.json)
    },
  )
}
