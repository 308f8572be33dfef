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
import { periodFields, scopeOf } from './period.js'
import { readProgress } from './progress.js'
import { ProgressDay, ProgressGroupView, ProgressReportView } from './progress-schema.js'
import { DAYS_SHEET, progressSheet } from './progress-sheet.js'

/** A quarter. */
const PERIOD_DAYS = 90

const ProgressQuerystring = z.strictObject({
  ...ItemFilter,
  ...periodFields(PERIOD_DAYS),
  groupBy: z.enum(GROUPS).optional().meta({ description: 'Counts the same once more for each group, in `groups`.' }),
  asOf: AsOf,
})

const DESCRIPTION = `How the list stands, and how it came to that.

Counted are the items that match the filters and that the caller may see, as they stood at \`asOf\`; a unit's report is about what it is responsible for or helps with. Items that were dismissed, merged or only reported are in no figure.

- \`listed\`, \`closed\`, \`open\`, \`overdue\`, \`returned\`, \`extended\`, \`rejectedAtClosure\`, \`reopened\`, \`recurrent\`, and the rates say how things stood at \`asOf\`: what is and what ever happened until then, whatever the period. They are what a bulletin with that cut-off says.
- \`inPeriod\` counts the events of the period, \`daysTo\` says how long it took to come to each step in it, \`series\` how each of its days ended. The period is the local days from \`from\` up to, not including, \`to\`; it is at most three years long.
- \`asOf\` left out: the end of the period if that is over (so that a month's report is always the same), else the present.

As a file: without \`groupBy\` one row for each day of the series, with it one row for each group.`

/** The progress report (整改进度). */
export async function progressRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
  app.get(
    '/v1/reports/progress',
    {
      config: { action: 'report.read' },
      schema: {
        tags: ['Reports'],
        operationId: 'reportProgress',
        summary: 'The progress report (整改进度)',
        description: DESCRIPTION,
        querystring: ProgressQuerystring,
        response: {
          200: fileOr(
            'The report; as a file, its days, or its groups with `groupBy`.',
            ProgressReportView,
            z.union([ProgressDay, ProgressGroupView]).meta({
              example: { date: '2026-11-21', listed: 2, closed: 3, reopened: 0, open: 87, overdue: 4 },
            }),
          ),
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
        const read = (tx: Tx) => readProgress(tx, asking, language)
        if (groupBy === undefined) {
          const rows = computedRows(async (tx) => (await read(tx)).series)
          return sendFile(request, reply, deps, { format, sheet: DAYS_SHEET, rows, past: scope.past })
        }
        const rows = computedRows(async (tx) => (await read(tx)).groups)
        return sendFile(request, reply, deps, { format, sheet: progressSheet(groupBy), rows, past: scope.past })
      }
      const { whole, series, groups } = await readProgress(db, asking, language)
      const { from, to } = scope
      const grouped = groupBy === undefined ? {} : { groups }
      return sendJson(reply, JSON.stringify({ asOf: scope.at, period: { from, to }, ...whole, series, ...grouped }))
    },
  )
}
