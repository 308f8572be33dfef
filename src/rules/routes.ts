import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { lockSettings } from '../db/lock.js'
import { findRules, type RulesVersion, readRules } from '../db/rules.js'
import type { App, Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound, requireVersion } from '../domain/rejection.js'
import { CommandHeaders, ifMatchOf, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PageQuery, versionField } from '../http/fields.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { act, type Outcome } from '../ledger/act.js'
import { canonicalJson } from '../ledger/chain.js'
import { requireKnownUnits, withLater } from './later.js'
import { RULES_VERSION_EXAMPLE, type RulesToSet, RulesVersionView, RulesView, SetRules } from './schema.js'
import { writeRules } from './write.js'

const TAG = 'Notify'

const RulesQuery = z.strictObject({ version: versionField('what the service comes with') })

/** The rules that a jurisdiction sets for itself: deadlines, warnings, the ladder, when notices go out. */
export async function rulesRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/rules',
    {
      config: { action: 'rules.read' },
      schema: {
        tags: [TAG],
        operationId: 'getRules',
        summary: 'The rules',
        description: 'Those in force, or an earlier version of them.',
        querystring: RulesQuery,
        response: { 200: json('The rules. `ETag` is their version.', RulesView), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { version } = request.query
      const { id } = request.actor.jurisdiction
      const found = version === undefined ? await readRules(db, id) : await findRules(db, id, version)
      if (found === undefined) throw notFound()
      return sendJson(reply.header('etag', `"${found.version}"`), viewOf(found))
    },
  )

  app.get(
    '/v1/rules/versions',
    {
      config: { action: 'rules.read' },
      schema: {
        tags: [TAG],
        operationId: 'listRulesVersions',
        summary: 'The versions of the rules',
        description:
          'Every version that was set, the latest first: when, and by whom. `GET /v1/rules?version=` shows one.',
        querystring: PageQuery,
        response: {
          200: json('A page of versions.', pageSchema(RulesVersionView, 'RulesVersionPage', RULES_VERSION_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const [before] = cursor === undefined ? [] : decodeCursor(cursor, 'rules', 1)
      const earlier = before === undefined ? sql`` : sql`and r.version < ${Number(before)}`
      const { rows } = await db.execute<z.infer<typeof RulesVersionView>>(sql`
        select r.version, ${instant('r.set_at')} as "setAt", json_build_object('id', p.id, 'name', p.name) as "setBy"
        from rules r join person p on p.jurisdiction_id = r.jurisdiction_id and p.id = r.set_by
        where r.jurisdiction_id = ${request.actor.jurisdiction.id} ${earlier} order by r.version desc limit ${limit + 1}`)
      const page = pageOf(rows, limit, (row) => encodeCursor('rules', [row.version]))
      return sendPage(request, reply, page)
    },
  )

  app.put(
    '/v1/rules',
    {
      config: { action: 'rules.write' },
      schema: {
        tags: [TAG],
        operationId: 'setRules',
        summary: 'Set the rules',
        description:
          'Replaces the rules whole, as a new version; every version stays. The same rules again make no new one. They hold from now on: deadlines that were given stay, and a ladder that an item is climbing goes on by the new rungs. A score goes by the rules that were in force when its cause happened.',
        headers: CommandHeaders,
        body: SetRules,
        response: { 200: json('The rules in force now.', RulesView), ...responses('replacement') },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const intent = intentOf(request, now())
      const ifMatch = ifMatchOf(request)
      return sendAnswer(reply, await act(db, intent, (tx) => setRules(tx, actor, body, ifMatch, intent.now)))
    },
  )
}

async function setRules(
  tx: Tx,
  actor: Actor,
  sent: RulesToSet,
  ifMatch: readonly string[] | undefined,
  at: string,
): Promise<Outcome> {
  const { id } = actor.jurisdiction
  await lockSettings(tx, id)
  const before = await readRules(tx, id)
  requireVersion(ifMatch, before.version)
  const rules = withLater(sent, before.rules)
  await requireKnownUnits(tx, id, rules)
  if (canonicalJson(before.rules) === canonicalJson(rules)) return { ...answerOf(before), events: [] }
  const version = before.version + 1
  const { event } = await writeRules(tx, actor, version, rules, at)
  return { ...answerOf({ version, rules, setAt: at, setBy: { id: actor.id, name: actor.name } }), events: [event] }
}

function answerOf(rules: RulesVersion) {
  return { status: 200, headers: { etag: `"${rules.version}"` }, body: viewOf(rules) }
}

function viewOf({ version, rules, setAt, setBy }: RulesVersion): string {
  return JSON.stringify({ version, setAt, setBy, ...rules })
}
