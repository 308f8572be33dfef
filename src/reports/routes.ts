import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { fileOr } from '../export/docs.js'
import { jsonRows, sendFile } from '../export/send.js'
import { sendJson, sendRows } from '../http/command.js'
import { AsOf, Cursor, RowLimit } from '../http/fields.js'
import { formatOf, ITEM_FORMATS, LIST_FORMATS } from '../http/negotiate.js'
import { nextLink } from '../http/page.js'
import { responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { ItemFilter } from '../item/filter.js'
import { rowTextIn } from '../item/json.js'
import { OVERDUE_SHEET } from '../item/sheet.js'
import { ItemFeatures, ItemView } from '../item/view.js'
import { languageOf } from '../language/language.js'
import { groupSheet } from './group-sheet.js'
import { GROUPS } from './groups.js'
import { findOverdue, groupOverdue, overdueGroups, overdueRows } from './overdue.js'

const OverdueQuerystring = z.strictObject({
  ...ItemFilter,
  groupBy: z.enum(GROUPS).optional().meta({ description: 'Without it, the items themselves.' }),
  limit: RowLimit,
  cursor: Cursor,
  asOf: AsOf,
})

const GROUP_EXAMPLE = {
  key: '341225',
  label: '阜南县',
  count: 3,
  maxOverdueDays: 41,
  buckets: { d1to7: 1, d8to30: 1, d31to90: 1, over90: 0 },
}

const OverdueGroup = z
  .strictObject({
    key: z.string().nullable().meta({ description: 'Null: the items without one, such as unassigned items.' }),
    label: z.string(),
    count: z.int(),
    maxOverdueDays: z.int(),
    buckets: z.strictObject({ d1to7: z.int(), d8to30: z.int(), d31to90: z.int(), over90: z.int() }),
  })
  .meta({ id: 'OverdueGroup' })

const OverdueReport = z
  .strictObject({
    asOf: z.iso.datetime({ precision: 3 }),
    total: z.int(),
    groups: z.array(OverdueGroup).optional().meta({ description: 'With `groupBy`.' }),
    items: z.array(ItemView).optional().meta({ description: 'Without `groupBy`: longest overdue first.' }),
    nextCursor: z.string().nullable().optional(),
  })
  .meta({
    id: 'OverdueReport',
    example: {
      asOf: '2026-11-22T01:30:00.000Z',
      total: 3,
      groups: [GROUP_EXAMPLE],
    },
  })

/** Reports: the one that a supervisor opens first. */
export async function reportRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
  app.get(
    '/v1/reports/overdue',
    {
      config: { action: 'report.read' },
      schema: {
        tags: ['Reports'],
        operationId: 'reportOverdue',
        summary: 'The overdue report (逾期报告)',
        description:
          'Which items, whose, how many days; the items themselves, or counted by group. Suspended items are not overdue. Each role sees its own.',
        querystring: OverdueQuerystring,
        response: {
          200: fileOr(
            'The report; as a file, all items, or all groups with `groupBy`.',
            OverdueReport,
            z.union([ItemView, OverdueGroup]).meta({ example: GROUP_EXAMPLE }),
            ItemFeatures,
          ),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const at = now()
      const past = await asOfPast(db, request.actor, request.query.asOf, at)
      const { groupBy, ...query } = { ...request.query, past }
      const asOf = past?.at ?? at
      if (groupBy !== undefined) {
        const format = formatOf(request, reply, LIST_FORMATS)
        if (format !== 'json') {
          const rows = jsonRows(overdueGroups(request.actor, groupBy, query, at, languageOf(request)))
          return sendFile(request, reply, deps, { format, sheet: groupSheet(groupBy), rows, past })
        }
        const { groups, total } = await groupOverdue(db, request.actor, groupBy, query, at, languageOf(request))
        return sendJson(reply, JSON.stringify({ asOf, total, groups }))
      }
      const format = formatOf(request, reply, ITEM_FORMATS)
      if (format !== 'json') {
        const rows = overdueRows(request.actor, query, at, query.limit, rowTextIn(format))
        return sendFile(request, reply, deps, { format, sheet: OVERDUE_SHEET, rows, past })
      }
      const { rows, nextCursor, total } = await findOverdue(db, request.actor, query, at)
      if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
      const before = `{"asOf":"${asOf}","total":${total},"items":[`
      return sendRows(reply, before, rows, `],"nextCursor":${JSON.stringify(nextCursor)}}`)
    },
  )
}
