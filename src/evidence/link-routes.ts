import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { actorOf, bearerOf, type PersonRow, personColumns } from '../auth/actor.js'
import { parseApiKey } from '../auth/api-key.js'
import type { Db } from '../db/client.js'
import type { App, Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound } from '../domain/rejection.js'
import { CommandHeaders } from '../http/command.js'
import { IdParams } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { createLinkSigner, type Link } from './links.js'
import { sendEvidence, VARIANTS } from './send.js'
import type { FileStore } from './store.js'
import { findFile } from './view.js'

const TAG = 'Evidence'
const MIN_S = 30
const MAX_S = 3600
const USUAL_S = 600

const CreateLink = z
  .strictObject({
    variant: z.enum(VARIANTS).default('file'),
    seconds: z.int().min(MIN_S).max(MAX_S).default(USUAL_S).meta({ description: 'For how long it opens the file.' }),
  })
  .meta({ id: 'CreateEvidenceLink', example: { variant: 'thumbnail', seconds: 600 } })

const LinkView = z.strictObject({ url: z.url(), expiresAt: z.iso.datetime({ precision: 3 }) }).meta({
  id: 'EvidenceLink',
  example: {
    url: 'https://list.example.com/evidence/01a20118-6a10-7c3e-9f65-2f4b7c1d8e90?jurisdiction=fuyang&variant=thumbnail&by=01a20116-9f8a-7251-b5be-6358cb34814d&expires=1795314011&signature=6bTzXw0O1y2p3q4r5s6t7u8v9w0x1y2z3A4B5C6D7E8',
    expiresAt: '2026-11-22T02:40:11.000Z',
  },
})

const LinkQuery = z.strictObject({
  jurisdiction: z.string().max(40).meta({ description: 'Whose evidence it is.', example: 'fuyang' }),
  variant: z.enum(VARIANTS).meta({ description: 'What it opens.', example: 'thumbnail' }),
  by: z.uuid().meta({ description: 'Who made it.', example: '01a20116-9f8a-7251-b5be-6358cb34814d' }),
  key: z
    .string()
    .regex(/^[0-9A-Za-z]{12}$/)
    .optional()
    .meta({ description: 'The id of the API key with which it was made, if it was one.', example: 'Zx81Kq0aYb3C' }),
  expires: z.coerce
    .number()
    .int()
    .min(0)
    .max(99_999_999_999)
    .meta({ description: 'Until when, in seconds since 1970.', example: 1795314011 }),
  signature: z
    .string()
    .max(100)
    .meta({ description: 'HMAC-SHA-256 of the others.', example: '6bTzXw0O1y2p3q4r5s6t7u8v9w0x1y2z3A4B5C6D7E8' }),
})

/** Links for viewers that cannot send a key, such as an image in a page: short-lived, and signed. */
export async function evidenceLinkRoutes(
  app: App,
  { db, now, config, store }: Deps & { store: FileStore },
): Promise<void> {
  const signer = createLinkSigner(config.evidence.linkSecret)

  app.post(
    '/v1/evidence/:id/links',
    {
      config: { action: 'evidence.read' },
      schema: {
        tags: [TAG],
        operationId: 'createEvidenceLink',
        summary: 'A short-lived link to a file',
        description:
          'For a viewer that cannot send a key. The link opens the file to every holder until it expires. It shows only what its maker may still see, and ends with the key or token that made it. The service keeps nothing of it, so a repetition makes another link.',
        params: IdParams,
        headers: CommandHeaders.omit({ 'if-match': true }),
        body: CreateLink,
        response: {
          201: json('The link.', LinkView),
          404: responses('found')[404],
          ...responses('write'),
        },
      },
    },
    async (request, reply) => {
      const { actor, body, params } = request
      const found = await findFile(db, actor, params.id)
      if (body.variant === 'thumbnail' && found.thumbnailSha256 === null) throw notFound()
      const { key, until } = credentialOf(request)
      const expires = Math.min(Math.floor(Date.parse(now()) / 1000) + body.seconds, until)
      const about = { jurisdiction: actor.jurisdiction.id, id: params.id, variant: body.variant, by: actor.id }
      const link = { ...about, key, expires }
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ url: config.publicUrl + signer.sign(link), expiresAt: new Date(expires * 1000).toISOString() })
    },
  )

  app.get(
    '/evidence/:id',
    {
      config: { rateLimit: { allowList: [] } },
      schema: {
        tags: [TAG],
        operationId: 'followEvidenceLink',
        summary: 'The file behind a link',
        description: 'What `POST /v1/evidence/{id}/links` made. A link that is changed or has expired is 404.',
        params: IdParams,
        querystring: LinkQuery,
        security: [],
        response: {
          200: {
            description: 'The file, as an attachment.',
            content: { 'application/octet-stream': { schema: z.string().meta({ example: '…' }) } },
          },
          400: responses('found')[400],
          404: responses('found')[404],
          429: responses('found')[429],
          503: responses('upload')[503],
        },
      },
    },
    async (request, reply) => {
      const { signature, ...said } = request.query
      const link = { id: request.params.id, ...said }
      const isGood = signer.isSigned(link, signature) && link.expires * 1000 > Date.parse(now())
      const actor = isGood ? await findMaker(db, link, now()) : undefined
      if (actor === undefined) throw notFound()
      const found = await findFile(db, actor, link.id)
      // A page of another origin may show it: that is what links are for.
      reply.header('cross-origin-resource-policy', 'cross-origin')
      return sendEvidence(request, reply, store, { ...link, found })
    },
  )
}

/** What a link is made with, and until when that is good at most: a key is looked at when the link is followed. */
function credentialOf(request: FastifyRequest): { key: string | undefined; until: number } {
  const token = bearerOf(request) ?? ''
  const key = parseApiKey(token)?.id
  return { key, until: key === undefined ? (decodeJwt(token).exp ?? 0) : Number.POSITIVE_INFINITY }
}

/** The person who made a link, as they are now, while the key is good with which they made it. */
async function findMaker(db: Db, { jurisdiction, by, key }: Link, at: string): Promise<Actor | undefined> {
  const isKeyGood =
    key === undefined
      ? sql`true`
      : sql`exists (select from api_key k where k.jurisdiction_id = p.jurisdiction_id and k.id = ${key}
          and k.person_id = p.id and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${at}))`
  const { rows } = await db.execute<PersonRow>(sql`
    select ${personColumns} from person p join jurisdiction j on j.id = p.jurisdiction_id
    where p.jurisdiction_id = ${jurisdiction} and p.id = ${by} and p.active and ${isKeyGood}`)
  return rows[0] === undefined ? undefined : actorOf(rows[0])
}
