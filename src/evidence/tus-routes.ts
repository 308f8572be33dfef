import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App } from '../deps.js'
import { createPersonLimit } from '../http/concurrency.js'
import { IdParams } from '../http/fields.js'
import { EdgeError } from '../http/problem.js'
import { json, responses } from '../http/responses.js'
import type { Receiving } from './keep.js'
import { createResumableUploads, PATH, type UploadProgress } from './resumable.js'

const TAG = 'Evidence'
const MAX_LOOKING = 8
const TUS = { 'Tus-Resumable': '1.0.0', 'Cache-Control': 'no-store' }

const TusHeaders = z.looseObject({
  'tus-resumable': z.string().max(20).optional().meta({ description: 'The version of tus.', example: '1.0.0' }),
})
const CreateHeaders = TusHeaders.extend({
  'upload-length': z.string().max(20).optional().meta({ description: 'Bytes of the file.', example: '1843211' }),
  'upload-metadata': z.string().max(4000).optional().meta({
    description:
      '`kind`, and `takenAt`, `lon`, `lat`, `datum` as in `POST /v1/evidence`, in Base64; others are let be.',
    example: 'kind YWZ0ZXI=',
  }),
})
const PatchHeaders = TusHeaders.extend({
  'upload-offset': z.string().max(20).optional().meta({ description: 'Where these bytes go.', example: '0' }),
})

const UploadView = z
  .strictObject({ offset: z.int(), length: z.int().nullable(), complete: z.boolean() })
  .meta({ id: 'EvidenceUpload', example: { offset: 524288, length: 1843211, complete: false } })

const nothing = (description: string) => z.null().meta({ description })

/**
 * Resumable uploads by the tus protocol 1.0.0, through its own server library. The upload’s id is the id of the evidence
 * that it becomes, so whoever has lost the last answer asks how the upload stands, and knows.
 */
export async function tusRoutes(app: App, { db, now, config, keeper, receiving, sending }: Receiving): Promise<void> {
  // Who asks how an upload stands sends nothing, and may have to do it for each that broke off.
  const looking = createPersonLimit(MAX_LOOKING)
  const uploads = createResumableUploads({ db, now, config, keeper })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onReady', async () =>
    uploads.startTidying((err) => app.log.warn({ err }, 'old uploads were not cleared away')),
  )
  app.addHook('onClose', async () => uploads.stopTidying())

  const answer = (reply: FastifyReply, standing: UploadProgress, status: number) =>
    reply.code(status).headers({ ...TUS, ...standing.headers })

  app.options(
    PATH,
    {
      config: { action: 'evidence.upload' },
      schema: {
        tags: [TAG],
        operationId: 'describeEvidenceUploads',
        summary: 'What of tus is supported',
        description: 'Version, extensions and the greatest length, as headers (tus 1.0.0, OPTIONS).',
        response: { 204: nothing('`Tus-Version`, `Tus-Extension`, `Tus-Max-Size`.'), ...responses('read') },
      },
    },
    async (request, reply) => answer(reply, await uploads.describe(request), 204).send(null),
  )

  app.post(
    PATH,
    {
      config: { action: 'evidence.upload' },
      schema: {
        tags: [TAG],
        operationId: 'createEvidenceUpload',
        summary: 'Begin a resumable upload (tus)',
        description:
          'Begins a file by the tus protocol 1.0.0 with its extensions creation, creation-with-upload, termination and expiration; every tus client works. The id in `Location` becomes the id of the evidence. A repetition under the same `Idempotency-Key` answers the same upload. An abandoned upload is cleared away after two days. An upload goes on at the server that has it: several servers share `DATA_DIR`, or a client stays with one.',
        headers: CreateHeaders,
        response: { 201: nothing('`Location` is where the bytes go.'), ...responses('resumption') },
      },
    },
    async (request, reply) => {
      requireVersion(request)
      const begun = await sending(request.actor, () => receiving(() => uploads.begin(request)))
      if (begun.isReplayed) reply.header('idempotency-replayed', 'true')
      return answer(reply, begun, 201).send(null)
    },
  )

  app.get(
    `${PATH}/:id`,
    {
      config: { action: 'evidence.upload' },
      schema: {
        tags: [TAG],
        operationId: 'getEvidenceUpload',
        summary: 'How an upload stands (tus: HEAD)',
        description:
          'Also as HEAD, with `Upload-Offset` and `Upload-Length`, as tus has it. An upload that is complete but was not looked at yet, because the storage was away, is looked at now.',
        params: IdParams,
        headers: TusHeaders,
        response: { 200: json('How far it is.', UploadView), ...responses('resumption') },
      },
    },
    async (request, reply) => {
      const standing = await looking(request.actor, () => receiving(() => uploads.find(request, request.params.id)))
      return answer(reply, standing, 200).send(standing.view)
    },
  )

  app.patch(
    `${PATH}/:id`,
    {
      config: { action: 'evidence.upload' },
      schema: {
        tags: [TAG],
        operationId: 'continueEvidenceUpload',
        summary: 'Send bytes of an upload (tus)',
        description:
          'As `application/offset+octet-stream`, from `Upload-Offset` on; whatever arrives before the connection breaks is kept. With the last byte the file is looked at, and is evidence under the same id, or is refused and gone.',
        params: IdParams,
        headers: PatchHeaders,
        response: { 204: nothing('`Upload-Offset` is where the next bytes go.'), ...responses('resumption') },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const write = () => uploads.write(request, id, () => requirePatch(request))
      const standing = await sending(request.actor, () => receiving(write), id)
      return answer(reply, standing, 204).send(null)
    },
  )

  app.delete(
    `${PATH}/:id`,
    {
      config: { action: 'evidence.upload' },
      schema: {
        tags: [TAG],
        operationId: 'endEvidenceUpload',
        summary: 'Give an upload up (tus)',
        description: 'While it is not complete; what was received is deleted.',
        params: IdParams,
        headers: TusHeaders,
        response: { 204: nothing('Gone.'), ...responses('resumption') },
      },
    },
    async (request, reply) => {
      await uploads.end(request, request.params.id)
      return reply.code(204).headers(TUS).send(null)
    },
  )
}

function requireVersion(request: FastifyRequest): void {
  if (request.headers['tus-resumable'] === TUS['Tus-Resumable']) return
  throw new EdgeError('tus-version', {
    zh: '请使用 tus 协议 1.0.0（Tus-Resumable: 1.0.0）。',
    en: 'Send tus 1.0.0: Tus-Resumable: 1.0.0.',
  })
}

function requirePatch(request: FastifyRequest): void {
  requireVersion(request)
  if (request.headers['content-type'] === 'application/offset+octet-stream') return
  throw new EdgeError('unsupported-media-type', {
    zh: '请使用 application/offset+octet-stream。',
    en: 'Send application/offset+octet-stream.',
  })
}
