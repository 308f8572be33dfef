import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Db, Tx } from '../db/client.js'
import type { App } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid } from '../domain/rejection.js'
import { ItemFilter, type ItemFilterQuery } from './filter.js'

const { view: _, ...parameters } = ItemFilter

/** What a view holds: the item filters, by the names that they have in a query. */
export const ViewFilter = z.strictObject(parameters).meta({
  id: 'ViewFilter',
  description: 'Parameters of `GET /v1/items` that filter, with the values that they have there.',
  example: { overdue: 'true', area: '341225', status: ['assigned', 'remediating'] },
})

/** The same as a merge patch: null removes a parameter. */
export const ViewFilterPatch = z
  .strictObject(Object.fromEntries(Object.entries(parameters).map(([name, schema]) => [name, schema.nullable()])))
  .meta({ id: 'ViewFilterPatch', description: 'JSON merge patch of the filter.', example: { area: null } })

/** The views that an actor may use, as a condition on alias `v`: their own, and those that are shared. */
export function visibleViews(actor: Actor) {
  return sql`v.jurisdiction_id = ${actor.jurisdiction.id} and (v.shared or v.owner_id = ${actor.id})`
}

/**
 * Every route whose query has the item filters takes `?view=` through this hook, and needs nothing of its own for it: when
 * its handler runs, the view's parameters are in `request.query` as if they had been sent, where the request has none
 * of that name. A view changes what is asked for, never what its user may see.
 */
export function applyViews(app: App, db: Db): void {
  app.addHook('preHandler', async (request) => {
    if (!takesItemFilters(request)) return
    const query = request.query as ItemFilterQuery
    if (query.view === undefined) return
    request.query = { ...(await readFilter(db, request.actor, query.view)), ...query }
  })
}

function takesItemFilters({ routeOptions }: FastifyRequest): boolean {
  const querystring = routeOptions.schema?.querystring
  return querystring instanceof z.ZodObject && querystring.shape.view === ItemFilter.view
}

/** @throws Rejection at `/query/view` for a view that is not there, or not the actor's to use */
async function readFilter(db: Db | Tx, actor: Actor, id: string): Promise<ItemFilterQuery> {
  const { rows } = await db.execute<{ filter: unknown }>(sql`
    select v.filter from saved_view v where ${visibleViews(actor)} and v.id = ${id}`)
  const [found] = rows
  if (found === undefined) throw invalid('/query/view', { zh: '没有这个视图。', en: 'There is no such view.' })
  return ViewFilter.parse(found.filter)
}
