import { z } from 'zod'
import { readCalendar, readYear } from '../db/calendar.js'
import type { Tx } from '../db/client.js'
import { holdSettings } from '../db/lock.js'
import type { App, Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { requireVersion } from '../domain/rejection.js'
import { CommandHeaders, ifMatchOf, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { Cursor, Flag, Limit } from '../http/fields.js'
import { nextLink } from '../http/page.js'
import { json, responses } from '../http/responses.js'
import { act, type Outcome } from '../ledger/act.js'
import { countMoves, findMoves, type Move, readMoves } from './moves.js'
import { type Moved, recomputeItems } from './recompute-items.js'
import { movedBy } from './recount.js'
import { MovePage, Recompute, Recomputed, YearParams } from './schemas.js'

const TAG = 'Reference data and access'

const MovesQuery = z.strictObject({
  limit: Limit,
  cursor: Cursor,
  count: Flag.optional().meta({ description: '`true` adds `total`.' }),
})

/** After a change of calendar: which deadlines would move, and moving them. */
export async function recomputationRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/calendar/:year/recomputation',
    {
      config: { action: 'item.recompute_deadline' },
      schema: {
        tags: [TAG],
        operationId: 'previewRecomputation',
        summary: 'What a change of calendar would move',
        description:
          'The items on account whose deadline was counted in working days through the year by another version of it, and would lie elsewhere, or no longer be provisional, by the calendar in force. By deadline, the earliest first.',
        params: YearParams,
        querystring: MovesQuery,
        response: { 200: json('A page of items.', MovePage), ...responses('read') },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const { year } = request.params
      const { limit, cursor, count } = request.query
      const bound = `recomputation ${year}`
      const after = cursor === undefined ? undefined : decodeCursor(cursor, bound, 2)
      const moves = await readMoves(db, actor, await readCalendar(db, actor.jurisdiction.id), year)
      const rows = await findMoves(db, moves, limit + 1, after)
      const { total, suspended } = await countMoves(db, moves)
      const data = rows.slice(0, limit)
      const last = data.at(-1)
      const isMore = rows.length > limit && last !== undefined
      const nextCursor = isMore ? encodeCursor(bound, [last.dueAt, last.id]) : null
      if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
      return sendJson(reply, JSON.stringify({ data, nextCursor, ...(count === 'true' ? { total } : {}), suspended }))
    },
  )

  app.post(
    '/v1/calendar/:year/recomputation',
    {
      config: { action: 'item.recompute_deadline' },
      schema: {
        tags: [TAG],
        operationId: 'recomputeDeadlines',
        summary: 'Move the deadlines after a change of calendar',
        description:
          'Moves what `GET` lists to where the calendar in force puts it, up to `limit` items in one request, each by an `item.deadline_recomputed` event; a moved deadline has a ladder of its own. Ask again until `remaining` is 0: what has been moved is not moved twice. `If-Match` with the year’s `ETag` refuses to move by a version that the caller has not seen. Suspended items stay.',
        params: YearParams,
        headers: CommandHeaders,
        body: Recompute,
        response: { 200: json('What was moved, and what is left.', Recomputed), ...responses('replacement') },
      },
    },
    async (request, reply) => {
      const { actor, body, params } = request
      const intent = intentOf(request, now())
      const wish = { year: params.year, limit: body.limit, ifMatch: ifMatchOf(request), now: intent.now }
      return sendAnswer(reply, await act(db, intent, (tx) => recompute(tx, actor, wish)))
    },
  )
}

interface Wish {
  year: number
  limit: number
  ifMatch: readonly string[] | undefined
  now: string
}

async function recompute(tx: Tx, actor: Actor, { year, limit, ifMatch, now }: Wish): Promise<Outcome> {
  const { id } = actor.jurisdiction
  await holdSettings(tx, id)
  const { version } = await readYear(tx, id, year)
  requireVersion(ifMatch, version)
  const calendar = await readCalendar(tx, id)
  const moves = await readMoves(tx, actor, calendar, year)
  const moved = await recomputeItems(tx, actor, calendar, movedBy(moves.recounts, calendar, year), { now, limit })
  const { total: remaining, suspended } = await countMoves(tx, moves)
  const answer = { year, version, moved: moved.length, remaining, suspended, items: moved.map(moveOf) }
  const headers = { etag: `"${version}"` }
  return { status: 200, headers, body: JSON.stringify(answer), events: moved.map(({ event }) => event) }
}

function moveOf({ before, after }: Moved): Move {
  const { id, code, title, dueAt, dueProvisional, dueBasis } = before
  if (dueBasis === null || dueAt === null || after.dueAt === null) throw new Error(`item ${id} moved from nowhere`)
  const { from, workingDays } = dueBasis
  const moved = { newDueAt: after.dueAt, newDueProvisional: after.dueProvisional }
  return { id, code, title, from, workingDays, dueAt, dueProvisional, ...moved }
}
