import type { FastifyReply, FastifyRequest } from 'fastify'
import { openSnapshot, portionsOf, type Snapshot } from '../db/snapshot.js'
import type { App, Deps } from '../deps.js'
import { NO_SITES } from '../domain/report/outcome.js'
import { fileOr } from '../export/docs.js'
import { sendFile } from '../export/send.js'
import { sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PAGE } from '../http/fields.js'
import { type FileFormat, formatOf, LIST_FORMATS } from '../http/negotiate.js'
import { nextLink } from '../http/page.js'
import { responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { inLanguage, languageOf } from '../language/language.js'
import { OutcomeRow, OutcomesQuerystring, OutcomesReport } from './outcome-schemas.js'
import { OUTCOME_SHEET, outcomeGroupSheet } from './outcome-sheets.js'
import { type Outcome, outcomeOf, type SiteRow, sumOfGroup } from './outcome-view.js'
import { METHOD } from './outcome-words.js'
import {
  baseOf,
  type OutcomeGroup,
  type OutcomeQuery,
  outcomeGroups,
  type Reader,
  siteRows,
  sitesAfter,
} from './outcomes.js'

interface PageQuery {
  reader: Reader
  groupBy: OutcomeGroup | undefined
  limit: number | undefined
  cursor: string | undefined
}

/** What remediation brought: accidents before and after, money, metres of road. */
export async function outcomeRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
  app.get(
    '/v1/reports/outcomes',
    {
      config: { action: 'report.read' },
      schema: {
        tags: ['Reports'],
        operationId: 'reportOutcomes',
        summary: 'What remediation brought (治理成效)',
        description:
          'Remedied (closed) items, or groups of them: accidents, deaths and injuries in windows of equal length before and after the closing day, each change with its exact 95 % interval; by empirical Bayes where the base of similar sites is known; money planned and spent; metres of road. The answer names its methods. A site without two whole windows is not compared. Each role sees its own.',
        querystring: OutcomesQuerystring,
        response: {
          200: fileOr('The report; as a file, all items, or all groups with `groupBy`.', OutcomesReport, OutcomeRow),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const at = now()
      const past = await asOfPast(db, request.actor, request.query.asOf, at)
      const { groupBy, limit, cursor, ...query } = { ...request.query, past }
      const reader = { actor: request.actor, query, now: at, language: languageOf(request) }
      const asked = { reader, groupBy, limit, cursor }
      const format = formatOf(request, reply, LIST_FORMATS)
      if (format !== 'json') return sendOutcomeFile(request, reply, deps, format, asked)
      const snapshot = await openSnapshot(db)
      let failure: unknown
      try {
        return await sendReport(request, reply, snapshot, asked)
      } catch (err) {
        failure = err
        throw err
      } finally {
        await snapshot.close(failure)
      }
    },
  )
}

async function sendReport(
  request: FastifyRequest,
  reply: FastifyReply,
  snapshot: Snapshot,
  { reader, groupBy, limit = PAGE, cursor }: PageQuery,
): Promise<FastifyReply> {
  const { query, now, language } = reader
  const [whole] = await outcomeGroups(snapshot, reader)
  const { key: _1, label: _2, ...total } = whole === undefined ? NOTHING : sumOfGroup(whole)
  const method = Object.fromEntries(Object.entries(METHOD).map(([name, words]) => [name, inLanguage(words, language)]))
  const report = { asOf: query.past?.at ?? now, windowMonths: query.windowMonths, method, total }
  if (groupBy !== undefined) {
    const groups = (await outcomeGroups(snapshot, reader, groupBy)).map(sumOfGroup)
    return sendJson(reply, JSON.stringify({ ...report, groups }))
  }
  const [closedAt = '', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, boundOf(query), 2)
  const after = cursor === undefined ? undefined : sitesAfter(closedAt, id)
  const { rows } = await snapshot.tx.execute<{ json: string; closed_at: string; id: string }>(
    siteRows(reader, after, limit + 1),
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const nextCursor =
    rows.length > limit && last !== undefined ? encodeCursor(boundOf(query), [last.closed_at, last.id]) : null
  if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
  const items = page.map(({ json }) => outcomeFrom(json, reader))
  return sendJson(reply, JSON.stringify({ ...report, items, nextCursor }))
}

/** A cursor goes with the question as it was asked, not with what `asOf` was found to name. */
function boundOf({ past: _, ...query }: OutcomeQuery): unknown {
  return query
}

const NOTHING = sumOfGroup({
  ...{ key: null, label: '', treated: 0, plannedFen: 0, spentFen: 0, treatedM: 0 },
  tally: NO_SITES,
})

function sendOutcomeFile(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: Deps,
  format: FileFormat,
  { reader, groupBy, limit }: PageQuery,
): Promise<FastifyReply> {
  const { past } = reader.query
  if (groupBy !== undefined) {
    async function* groups(snapshot: Snapshot): AsyncGenerator<string[]> {
      const rows = await outcomeGroups(snapshot, reader, groupBy)
      yield rows.map((row) => JSON.stringify(sumOfGroup(row)))
    }
    return sendFile(request, reply, deps, { format, sheet: outcomeGroupSheet(groupBy), rows: groups, past })
  }
  async function* items(snapshot: Snapshot): AsyncGenerator<string[]> {
    for await (const portion of portionsOf(snapshot, siteRows(reader, undefined, limit))) {
      yield portion.map((json) => JSON.stringify(outcomeFrom(json, reader)))
    }
  }
  return sendFile(request, reply, deps, { format, sheet: OUTCOME_SHEET, rows: items, past })
}

function outcomeFrom(json: string, { query }: Reader): Outcome {
  return outcomeOf(JSON.parse(json) as SiteRow, query.windowMonths, baseOf(query))
}
