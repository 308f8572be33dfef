import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import { findYear, readCalendar, readYear, type YearVersion } from '../db/calendar.js'
import type { Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { lockSettings } from '../db/lock.js'
import type { App, Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound, Rejection, requireVersion } from '../domain/rejection.js'
import { CommandHeaders, ifMatchOf, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PageQuery } from '../http/fields.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { act, type Outcome } from '../ledger/act.js'
import { adminEvent, canonicalJson } from '../ledger/chain.js'
import { countMoves, findMoves, readMoves } from './moves.js'
import {
  Calendar,
  CalendarQuery,
  SetYear,
  YEAR_VERSION_EXAMPLE,
  YearParams,
  YearQuery,
  YearSet,
  YearVersionView,
  YearView,
} from './schemas.js'

const TAG = 'Reference data and access'
/** Items that are named in the answer to a change of calendar; the rest is a list of its own. */
const NAMED_MOVES = 100

/** The working calendar (工作日历): what is shipped, and what a jurisdiction sets for itself. */
export async function calendarRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/calendar',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'getCalendar',
        summary: 'The working calendar (工作日历)',
        description:
          'What makes a day a working day: Monday to Friday, less the holidays, plus the make-up days listed here.',
        querystring: CalendarQuery,
        response: { 200: json('The calendar.', Calendar), ...responses('read') },
      },
    },
    async (request, reply) => {
      const { year } = request.query
      const { id, timeZone } = request.actor.jurisdiction
      const { days, years } = await readCalendar(db, id)
      const published = [...years].map(([year, calendarVersion]) => ({ year, calendarVersion }))
      const [firstYear, lastYear] = [Math.min(...years.keys()), Math.max(...years.keys())]
      const listed = [...days.values()].filter((day) => year === undefined || day.date.startsWith(`${year}-`))
      return sendJson(reply, JSON.stringify({ timeZone, firstYear, lastYear, years: published, days: listed }))
    },
  )

  app.get(
    '/v1/calendar/:year',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'getCalendarYear',
        summary: 'A year of the calendar',
        description: 'As it is in force, or an earlier version of it. A year that is not published has no days.',
        params: YearParams,
        querystring: YearQuery,
        response: { 200: json('The year. `ETag` is its version.', YearView), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { year } = request.params
      const { version } = request.query
      const { id } = request.actor.jurisdiction
      const found = version === undefined ? await readYear(db, id, year) : await findYear(db, id, year, version)
      if (found === undefined) throw notFound()
      return sendJson(reply.header('etag', `"${found.version}"`), JSON.stringify(found))
    },
  )

  app.get(
    '/v1/calendar/:year/versions',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'listCalendarYearVersions',
        summary: 'The versions of a year',
        description:
          'Every version that the jurisdiction set, the latest first: when, by whom, and why. `GET /v1/calendar/{year}?version=` shows one.',
        params: YearParams,
        querystring: PageQuery,
        response: {
          200: json(
            'A page of versions.',
            pageSchema(YearVersionView, 'CalendarYearVersionPage', YEAR_VERSION_EXAMPLE),
          ),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { year } = request.params
      const { limit, cursor } = request.query
      const bound = `calendar ${year}`
      const [before] = cursor === undefined ? [] : decodeCursor(cursor, bound, 1)
      const earlier = before === undefined ? sql`` : sql`and c.version < ${Number(before)}`
      const { rows } = await db.execute<z.infer<typeof YearVersionView>>(sql`
        select c.version, c.days is null as "isShipped", c.note, ${instant('c.set_at')} as "setAt",
          json_build_object('id', p.id, 'name', p.name) as "setBy"
        from calendar_year c join person p on p.jurisdiction_id = c.jurisdiction_id and p.id = c.set_by
        where c.jurisdiction_id = ${request.actor.jurisdiction.id} and c.year = ${year} ${earlier}
        order by c.version desc limit ${limit + 1}`)
      return sendPage(
        request,
        reply,
        pageOf(rows, limit, (row) => encodeCursor(bound, [row.version])),
      )
    },
  )

  app.put(
    '/v1/calendar/:year',
    {
      config: { action: 'calendar.write' },
      schema: {
        tags: [TAG],
        operationId: 'setCalendarYear',
        summary: 'Set a year of the calendar',
        description:
          'Replaces the year whole, as a new version; every version stays. The same days again make no new one. It moves no deadline: the answer says which would move, and `POST /v1/calendar/{year}/recomputation` moves them.',
        params: YearParams,
        headers: CommandHeaders,
        body: SetYear,
        response: {
          200: json('The year in force now, and what it would change.', YearSet),
          ...responses('replacement'),
        },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const intent = intentOf(request, now())
      const { year } = request.params
      requireDatesOf(year, body.days)
      const days = body.days?.toSorted((a, b) => (a.date < b.date ? -1 : 1)) ?? null
      const wish = { year, days, note: body.note ?? null }
      const ifMatch = ifMatchOf(request)
      return sendAnswer(reply, await act(db, intent, (tx) => setYear(tx, actor, wish, ifMatch, intent.now)))
    },
  )
}

interface Wish {
  year: number
  days: z.infer<typeof SetYear>['days']
  note: string | null
}

async function setYear(
  tx: Tx,
  actor: Actor,
  { year, days, note }: Wish,
  ifMatch: readonly string[] | undefined,
  at: string,
): Promise<Outcome> {
  const { id } = actor.jurisdiction
  await lockSettings(tx, id)
  const before = await readYear(tx, id, year)
  requireVersion(ifMatch, before.version)
  if (isSame(before, days, note)) return { ...(await answerOf(tx, actor, before)), events: [] }
  const version = before.version + 1
  await tx.execute(sql`
    insert into calendar_year (jurisdiction_id, year, version, days, note, set_at, set_by)
    values (${id}, ${year}, ${version}, ${days === null ? null : JSON.stringify(days)}::jsonb, ${note}, ${at}, ${actor.id})`)
  const event = adminEvent(actor, at, { type: 'calendar.changed', data: { year, version, days, note } })
  return { ...(await answerOf(tx, actor, await readYear(tx, id, year))), events: [event] }
}

/** What a jurisdiction has never set is not the same as the same days set by it: those stay when others are shipped. */
function isSame(before: YearVersion, days: Wish['days'], note: string | null): boolean {
  if (days === null) return before.isShipped && (before.version === 0 || before.note === note)
  return !before.isShipped && before.note === note && canonicalJson(before.days) === canonicalJson(days)
}

async function answerOf(tx: Tx, actor: Actor, year: YearVersion) {
  const calendar = await readCalendar(tx, actor.jurisdiction.id)
  const moves = await readMoves(tx, actor, calendar, year.year)
  const affected = { ...(await countMoves(tx, moves)), items: await findMoves(tx, moves, NAMED_MOVES) }
  return { status: 200, headers: { etag: `"${year.version}"` }, body: JSON.stringify({ ...year, affected }) }
}

/** @throws Rejection at every date that does not lie in the year */
function requireDatesOf(year: number, days: Wish['days']): void {
  const detail = { zh: `不是 ${year} 年的日期。`, en: `Not a date of ${year}.` }
  const errors = (days ?? []).flatMap(({ date }, k) =>
    date.startsWith(`${year}-`) ? [] : [{ pointer: `/days/${k}/date`, detail }],
  )
  if (errors.length > 0) throw new Rejection('invalid-request', detail, { errors })
}
