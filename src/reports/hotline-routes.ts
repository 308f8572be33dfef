import { z } from 'zod'
import type { Tx } from '../db/client.js'
import type { App, Deps } from '../deps.js'
import { fileOr } from '../export/docs.js'
import { computedRows, sendFile } from '../export/send.js'
import { sendJson } from '../http/command.js'
import { AsOf } from '../http/fields.js'
import { formatOf, LIST_FORMATS } from '../http/negotiate.js'
import { responses } from '../http/responses.js'
import { filterOf, ItemFilter } from '../item/filter.js'
import { languageOf } from '../language/language.js'
import { GROUPS } from './groups.js'
import { readHotline } from './hotline.js'
import { HotlineReportView, HotlineRow } from './hotline-schema.js'
import { HOTLINE_SHEET, hotlineSheet } from './hotline-sheet.js'
import { periodFields, scopeOf } from './period.js'

/** A quarter. */
const PERIOD_DAYS = 90

const HotlineQuerystring = z.strictObject({
  ...ItemFilter,
  ...periodFields(PERIOD_DAYS),
  groupBy: z.enum(GROUPS).optional().meta({ description: 'Counts the same once more for each group, in `groups`.' }),
  asOf: AsOf,
})

const DESCRIPTION = `The three rates by which hotlines are judged, each with its numerator and denominator, over the calls that were filed in the period (source \`hotline\`, local days from \`from\` up to, not including, \`to\`), as they stood at \`asOf\`.

- **Response** (响应率): callers who have a first answer ÷ callers who want one, whatever became of the item.
- **Resolution** (解决率): struck off, that is verified on site ÷ calls that were neither dismissed nor merged. What was merged counts where it went.
- **Satisfaction** (满意率): very, plainly or basically satisfied ÷ callers who were asked.

Counted are the items that match the filters and that the caller may see; a unit's report is about what it is responsible for or helps with. \`asOf\` left out: the end of the period if that is over (so that a month's report is always the same), else the present.`

/** The hotline's three rates (热线三率). */
export async function hotlineRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
  app.get(
    '/v1/reports/hotline',
    {
      config: { action: 'report.read' },
      schema: {
        tags: ['Reports'],
        operationId: 'reportHotline',
        summary: 'The hotline’s three rates (热线三率)',
        description: DESCRIPTION,
        querystring: HotlineQuerystring,
        response: {
          200: fileOr('The report; as a file, one row, or its groups with `groupBy`.', HotlineReportView, HotlineRow),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const { actor, query } = request
      const { groupBy } = query
      const format = formatOf(request, reply, LIST_FORMATS)
      const scope = await scopeOf(db, actor, query, PERIOD_DAYS, now())
      const asking = { actor, filter: filterOf(query), scope, groupBy }
      const language = languageOf(request)
      if (format !== 'json') {
        const read = (tx: Tx) => readHotline(tx, asking, language)
        const { past } = scope
        if (groupBy === undefined) {
          const rows = computedRows(async (tx) => [(await read(tx)).whole])
          return sendFile(request, reply, deps, { format, sheet: HOTLINE_SHEET, rows, past })
        }
        const rows = computedRows(async (tx) => (await read(tx)).groups)
        return sendFile(request, reply, deps, { format, sheet: hotlineSheet(groupBy), rows, past })
      }
      const { whole, groups } = await readHotline(db, asking, language)
      const { from, to } = scope
      const grouped = groupBy === undefined ? {} : { groups }
      return sendJson(reply, JSON.stringify({ asOf: scope.at, period: { from, to }, ...whole, ...grouped }))
    },
  )
}
