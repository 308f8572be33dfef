import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { WEIGHTS } from '../domain/report/performance.js'
import { MINIMUM_LISTED } from '../domain/report/rank.js'
import { fileOr } from '../export/docs.js'
import { computedRows, sendFile } from '../export/send.js'
import { sendJson } from '../http/command.js'
import { AsOf } from '../http/fields.js'
import { formatOf, LIST_FORMATS } from '../http/negotiate.js'
import { responses } from '../http/responses.js'
import { filterOf, ItemFilter } from '../item/filter.js'
import { languageOf } from '../language/language.js'
import type { Whose } from './conduct.js'
import { readRanking } from './performance.js'
import { RankingView, StandingView } from './performance-schema.js'
import { rankingSheet } from './performance-sheet.js'
import { periodFields, scopeOf } from './period.js'

/** A year, for which units are appraised. */
const PERIOD_DAYS = 365

const RankingQuerystring = z.strictObject({ ...ItemFilter, ...periodFields(PERIOD_DAYS), asOf: AsOf })

const DESCRIPTION = `Events are counted in the period, local days from \`from\` up to, not including, \`to\`; what is open and overdue, at \`asOf\` (left out: the end of the period if that is over, else the present). Counted are the items that match the filters and that the caller may see. An event is counted for the unit and the official who had the order when it happened, whoever has it now, and for the county in which the item lies; one that has lain without an order is nobody's (\`key\` null). A unit sees its own row only.

**The score**, 0 to 100, is the mean of four rates, by weight:

| part | weight | rate |
|---|---|---|
| \`onTime\` | ${WEIGHTS.onTime} | closed on time ÷ (closed on time + closed late + overdue now) |
| \`firstTime\` | ${WEIGHTS.firstTime} | closings ÷ (closings + rejected closures) |
| \`signing\` | ${WEIGHTS.signing} | orders answered in time ÷ orders answered, or whose time to sign has passed |
| \`progress\` | ${WEIGHTS.progress} | in remediation and heard of within the rules' days ÷ in remediation with the clock running |

A rate of fewer than ${MINIMUM_LISTED} has no value and does not count; the others then weigh the more. Without \`onTime\` there is no score and no rank. To give an order back or to have it extended is nobody's fault and costs nothing. \`parts\` has each rate and what it adds.`

const PATHS: { whose: Whose; path: string; operationId: string; summary: string }[] = [
  {
    whose: 'unit',
    path: 'units',
    operationId: 'reportUnits',
    summary: 'Units: numbers, score and rank (责任单位排名)',
  },
  { whose: 'area', path: 'areas', operationId: 'reportAreas', summary: 'Counties: numbers, score and rank (县区排名)' },
  {
    whose: 'leadOfficial',
    path: 'lead-officials',
    operationId: 'reportLeadOfficials',
    summary: 'Lead officials: numbers, score and rank (牵头领导排名)',
  },
]

/** The rankings that decide rewards and penalties. */
export async function performanceRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
  for (const { whose, path, operationId, summary } of PATHS) {
    app.get(
      `/v1/reports/${path}`,
      {
        config: { action: 'report.read' },
        schema: {
          tags: ['Reports'],
          operationId,
          summary,
          description: DESCRIPTION,
          querystring: RankingQuerystring,
          response: {
            200: fileOr('The ranking, best first; as a file, its rows.', RankingView, StandingView),
            ...responses('list'),
          },
        },
      },
      async (request, reply) => {
        const { actor, query } = request
        const format = formatOf(request, reply, LIST_FORMATS)
        const scope = await scopeOf(db, actor, query, PERIOD_DAYS, now())
        const asking = { actor, filter: filterOf(query), scope, groupBy: whose }
        const language = languageOf(request)
        if (format !== 'json') {
          const rows = computedRows(async (tx) => (await readRanking(tx, asking, language)).groups)
          return sendFile(request, reply, deps, { format, sheet: rankingSheet(whose), rows, past: scope.past })
        }
        const { from, to } = scope
        const ranking = await readRanking(db, asking, language)
        return sendJson(reply, JSON.stringify({ asOf: scope.at, period: { from, to }, ...ranking }))
      },
    )
  }
}
