import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { App, Deps } from '../deps.js'
import { type Actor, KEY_ROLES } from '../domain/access/permissions.js'
import { notFound } from '../domain/rejection.js'
import { CommandHeaders, intentOf, sendAnswer } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { KEY_EXAMPLE } from '../http/examples.js'
import { PageQuery } from '../http/fields.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { seal, unseal } from '../http/seal.js'
import { type Answer, act } from '../ledger/act.js'
import { revokeKey } from './create.js'
import { AddKey, issueKey } from './issue-key.js'
import { keepingAnAdministrator } from './last-administrator.js'

const TAG = 'Reference data and access'
const At = z.iso.datetime({ precision: 3 })

const key = {
  id: z.string().meta({ example: '7Qm2XbT0aRk9' }),
  person: z.uuid(),
  name: z.string(),
  role: z.enum(KEY_ROLES),
  unit: z.uuid().nullable(),
  area: z.string().nullable(),
  createdAt: At,
  expiresAt: At.nullable(),
  revokedAt: At.nullable(),
  lastUsedAt: At.nullable().meta({ description: 'To the minute.' }),
}
const KeyView = z.strictObject(key).meta({ id: 'ApiKey', example: KEY_EXAMPLE })
const NewKeyView = z
  .strictObject({
    ...key,
    secret: z
      .string()
      .meta({ description: 'The whole key, `ol_<env>_<id>_<secret><checksum>`. Shown once; only its hash is kept.' }),
  })
  .meta({
    id: 'NewApiKey',
    example: { ...KEY_EXAMPLE, secret: 'ol_live_7Qm2XbT0aRk9_DztKk3TbFq8sXv1mWc5nRj7hLp0gYe2aU4i9ob' },
  })

/** API keys; each stands for a person. */
export async function keyRoutes(app: App, { db, now, config }: Deps): Promise<void> {
  app.get(
    '/v1/api-keys',
    {
      config: { action: 'key.manage' },
      schema: {
        tags: [TAG],
        operationId: 'listApiKeys',
        summary: 'API keys',
        description: 'All keys of the jurisdiction, the oldest first, without their secrets.',
        querystring: PageQuery,
        response: {
          200: json('A page of keys.', pageSchema(KeyView, 'ApiKeyPage', KEY_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const [createdAt = '', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, 'keys', 2)
      const after = cursor === undefined ? sql`` : sql`and (k.created_at, k.id) > (${createdAt}::timestamptz, ${id})`
      const { rows } = await db.execute<z.infer<typeof KeyView>>(sql`
        select ${keyFields} ${keySource} where k.jurisdiction_id = ${request.actor.jurisdiction.id} ${after}
        order by k.created_at, k.id limit ${limit + 1}`)
      return sendPage(
        request,
        reply,
        pageOf(rows, limit, (row) => encodeCursor('keys', [row.createdAt, row.id])),
      )
    },
  )

  app.post(
    '/v1/api-keys',
    {
      config: { action: 'key.manage' },
      schema: {
        tags: [TAG],
        operationId: 'addApiKey',
        summary: 'Make an API key',
        description: 'For an existing person, or for a new one. The secret is in this answer and nowhere else.',
        headers: CommandHeaders,
        body: AddKey,
        response: { 201: json('The key with its secret.', NewKeyView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const intent = intentOf(request, now())
      const token = request.headers.authorization ?? ''
      const sealWith = intent.idempotency?.key ?? ''
      const answer = await act(db, intent, async (tx) => {
        const { key: made, events } = await issueKey(tx, actor, request.body, config.keyEnvironment, intent.now)
        const { rows } = await tx.execute(sql`
          select ${keyFields} ${keySource} where k.jurisdiction_id = ${actor.jurisdiction.id} and k.id = ${made.id}`)
        const text = JSON.stringify({ ...rows[0], secret: made.text })
        const headers = { 'cache-control': 'no-store' }
        return {
          status: 201,
          headers,
          body: text,
          recorded: seal(text, token, sealWith),
          events,
        }
      })
      return sendAnswer(reply, answer.replayed ? unsealed(answer, token, sealWith) : answer)
    },
  )

  app.delete(
    '/v1/api-keys/:id',
    {
      config: { action: 'key.manage' },
      schema: {
        tags: [TAG],
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key',
        description:
          'Holds from the next request on, also for repetitions of earlier requests. Revoking twice is no error; the last key by which an administrator gets in stays (409).',
        params: z.object({
          id: z
            .string()
            .regex(/^[0-9A-Za-z]{12}$/)
            .meta({ description: 'The key’s id, the third part of its text.', example: KEY_EXAMPLE.id }),
        }),
        response: {
          204: z.null().meta({ description: 'Revoked.' }),
          ...responses('found'),
          409: responses('write')[409],
        },
      },
    },
    async (request, reply) => {
      const { actor } = request
      // Deleting twice is the same as once: it needs no Idempotency-Key.
      const intent = { actor, now: now(), idempotency: undefined }
      await act(db, intent, async (tx) => {
        const event = await keepingAnAdministrator(
          tx,
          { jurisdiction: actor.jurisdiction.id, issuer: config.oidc?.issuer, now: intent.now },
          () => revokeKey(tx, actor, request.params.id, intent.now),
        )
        if (event === null && !(await keyExists(tx, actor, request.params.id))) throw notFound()
        return { status: 204, headers: {}, body: '', events: event === null ? [] : [event] }
      })
      return reply.code(204).send(null)
    },
  )
}

const keyFields = sql`k.id, p.id as person, p.name, p.role, p.unit_id as unit, p.area, ${instant('k.created_at')} as "createdAt",
  ${instant('k.expires_at')} as "expiresAt", ${instant('k.revoked_at')} as "revokedAt", ${instant('k.last_used_at')} as "lastUsedAt"`
const keySource = sql`from api_key k join person p on p.jurisdiction_id = k.jurisdiction_id and p.id = k.person_id`

async function keyExists(tx: Tx, actor: Actor, id: string): Promise<boolean> {
  const { rows } = await tx.execute(
    sql`select from api_key where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id}`,
  )
  return rows.length > 0
}

function unsealed(answer: Answer, token: string, idempotencyKey: string): Answer {
  return { ...answer, body: unseal(answer.body, token, idempotencyKey) }
}
