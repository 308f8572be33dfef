import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { FEWEST_CLOSURES, FEWEST_WEEKS, FORECAST_WEEKS } from '../domain/report/forecast.js'
import { localDate } from '../domain/time/zone.js'
import { fileOr } from '../export/docs.js'
import { computedRows, sendFile } from '../export/send.js'
import { sendJson } from '../http/command.js'
import { AsOf } from '../http/fields.js'
import { formatOf, LIST_FORMATS } from '../http/negotiate.js'
import { responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { filterOf, ItemFilter } from '../item/filter.js'
import { languageOf } from '../language/language.js'
import { readForecast, windowBefore } from './forecast.js'
import { ForecastGroupView, ForecastReportView } from './forecast-schema.js'
import { forecastSheet } from './forecast-sheet.js'
import { GROUPS } from './groups.js'

const ForecastQuerystring = z.strictObject({
  ...ItemFilter,
  groupBy: z.enum(GROUPS).default('area').meta({ description: 'What each row is of.' }),
  weeks: z.coerce
    .number()
    .int()
    .min(FEWEST_WEEKS)
    .max(104)
    .default(FORECAST_WEEKS)
    .meta({ description: 'The window: so many weeks before the day of the report, whose own day is left out.' }),
  asOf: AsOf,
})

const DESCRIPTION = `At the present pace, when is nothing on account any more: for all items that match the filters, and for each group.

**Method.** Listings (with reopenings) and closings of the window are taken as Poisson counts with steady rates. With \`W\` days in the window, \`C\` closed and \`A\` added, the next \`T\` days are foretold a net decrease of \`(C − A) T / W\`, with the variance \`φ (C + A) (T / W) (1 + T / W)\`: the large-sample prediction limits for a future Poisson count (W. Nelson, *Applied Life Data Analysis*, 1982, ch. 6; G. Hahn and W. Meeker, *Statistical Intervals*, 1991, ch. 7). \`φ\`, the dispersion, is at least 1 and grows where weeks differ more than chance would have it (P. McCullagh and J. Nelder, *Generalized Linear Models*, 1989). \`earliest\` and \`latest\` are the days by which zero is reached with a chance of 10 % and 90 %.

It goes on as it was: no holidays, campaigns or budgets are in it. Fewer than ${FEWEST_WEEKS} weeks or ${FEWEST_CLOSURES} closings foretell nothing, and what no more is closed of than comes in is not reached at this pace; \`outlook\` says so.`

/** The forecast (清零预测). */
export async function forecastRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
  app.get(
    '/v1/reports/forecast',
    {
      config: { action: 'report.read' },
      schema: {
        tags: ['Reports'],
        operationId: 'reportForecast',
        summary: 'When the list reaches zero (清零预测)',
        description: DESCRIPTION,
        querystring: ForecastQuerystring,
        response: {
          200: fileOr('The forecast; as a file, its groups.', ForecastReportView, ForecastGroupView),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const present = now()
      const { actor, query } = request
      const { groupBy, weeks } = query
      const format = formatOf(request, reply, LIST_FORMATS)
      const past = await asOfPast(db, actor, query.asOf, present)
      const at = past?.at ?? present
      const scope = { ...windowBefore(localDate(at, actor.jurisdiction.timeZone), weeks), past, at }
      const asking = { actor, filter: filterOf(query), scope, groupBy }
      const language = languageOf(request)
      if (format !== 'json') {
        const rows = computedRows(async (tx) => (await readForecast(tx, asking, language)).groups)
        return sendFile(request, reply, deps, { format, sheet: forecastSheet(groupBy), rows, past })
      }
      const { window, whole, groups } = await readForecast(db, asking, language)
      return sendJson(reply, JSON.stringify({ asOf: at, window, ...whole, groups }))
    },
  )
}
