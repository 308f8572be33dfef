import multipart from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { CommandHeaders, requestHashOf, sendAnswer } from '../http/command.js'
import { createConcurrencyLimit, createQueue } from '../http/concurrency.js'
import { IdParams } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { validatorCompiler } from '../http/validation.js'
import { EvidenceForm } from './fields.js'
import { createFileStore, uploadsFolder } from './file-store.js'
import { FORM_LIMITS, receiveForm } from './form.js'
import { addEvidence, type Keeper, keepFile, type Receiving } from './keep.js'
import { MAX_PROCESSING, MAX_RECEIVING } from './limits.js'
import { evidenceLinkRoutes } from './link-routes.js'
import { sendEvidence, type Variant } from './send.js'
import { tusRoutes } from './tus-routes.js'
import { EvidenceView, findFile, readEvidence } from './view.js'
import { withWorkspace } from './workspace.js'

const TAG = 'Evidence'
const UPLOADS = { what: { zh: '佐证上传', en: 'uploads of evidence' }, retryAfterS: 5 }

/** Evidence (佐证): photos and papers that filings, reports, closure requests and decisions refer to. */
export async function evidenceRoutes(app: App, deps: Deps & Pick<Receiving, 'sending'>): Promise<void> {
  const { db, config } = deps
  const store = createFileStore(config.evidence)
  const keeper = { db, store, inTurn: createQueue(MAX_PROCESSING) }
  const receiving = createConcurrencyLimit(MAX_RECEIVING, UPLOADS)
  await app.register(readRoutes, { ...deps, store })
  await app.register(evidenceLinkRoutes, { ...deps, store })
  await app.register(uploadRoute, { ...deps, keeper, receiving })
  await app.register(tusRoutes, { ...deps, keeper, receiving })
}

async function uploadRoute(app: App, { db, now, config, keeper, receiving, sending }: Receiving): Promise<void> {
  const uploads = uploadsFolder(config.evidence)
  app.removeAllContentTypeParsers()
  // Whether a part has a file name is the sender's matter: all are read the same way, and the name is nobody's.
  await app.register(multipart, { isPartAFile: () => true, limits: FORM_LIMITS })
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.post(
    '/v1/evidence',
    {
      config: { action: 'evidence.upload' },
      validatorCompiler: (part) => (part.httpPart === 'body' ? () => true : validatorCompiler(part as never)),
      schema: {
        tags: [TAG],
        operationId: 'uploadEvidence',
        summary: 'Send a photo or a paper (佐证)',
        description:
          'The file is looked at by its content. An image is decoded, made anew upright and without its metadata, and gets a thumbnail; time and position are read from it first. The same file twice is kept once. Refer to it by `id` in a filing, progress report, closure request, decision or recheck; what nothing refers to is swept after three days, and until then it is its sender’s and their unit’s. On a bad network use `POST /v1/evidence-uploads` (tus).',
        consumes: ['multipart/form-data'],
        headers: CommandHeaders.omit({ 'if-match': true }),
        body: EvidenceForm,
        response: { 201: json('The evidence. `Location` names it.', EvidenceView), ...responses('upload') },
      },
    },
    (request, reply) =>
      sending(request.actor, () => receiving(() => withWorkspace(uploads, (folder) => take(request, reply, folder)))),
  )

  async function take(request: FastifyRequest, reply: FastifyReply, folder: string) {
    const { actor } = request
    const { said, file } = await receiveForm(request, folder)
    const sha256 = await keepFile(keeper, actor, file, folder, now())
    const key = request.headers['idempotency-key']
    // The key stands for this file with what is said of it.
    const requestHash = requestHashOf(request.method, request.url, { said, sha256: file.sha256 })
    const idempotency = typeof key === 'string' ? { key, requestHash } : undefined
    const added = { id: uuidv7(), said, receivedSha256: file.sha256, sha256 }
    return sendAnswer(reply, await addEvidence(db, { actor, now: now(), idempotency }, added))
  }
}

const attachment = (description: string) => ({
  description,
  content: { 'application/octet-stream': { schema: z.string().meta({ example: '…' }) } },
})

async function readRoutes(app: App, { db, store }: Deps & Pick<Keeper, 'store'>): Promise<void> {
  app.get(
    '/v1/evidence/:id',
    {
      config: { action: 'evidence.read' },
      schema: {
        tags: [TAG],
        operationId: 'getEvidence',
        summary: 'What is known of a piece of evidence',
        description:
          'Every reader of an item that refers to it may see it. Before an item refers to it, its sender and their unit may.',
        params: IdParams,
        response: { 200: json('The evidence.', EvidenceView), ...responses('found') },
      },
    },
    async (request) => readEvidence(db, request.actor, request.params.id),
  )

  const variants: [Variant, string, string][] = [
    ['file', 'getEvidenceFile', 'The file'],
    ['thumbnail', 'getEvidenceThumbnail', 'The thumbnail of an image'],
  ]
  for (const [variant, operationId, summary] of variants) {
    app.get(
      `/v1/evidence/:id/${variant}` as '/v1/evidence/:id/file',
      {
        config: { action: 'evidence.read' },
        schema: {
          tags: [TAG],
          operationId,
          summary,
          description: 'As an attachment, never in place. `ETag` is the hash; `If-None-Match` answers 304.',
          params: IdParams,
          response: {
            200: attachment('The bytes, of type image/jpeg, image/png, image/webp or application/pdf.'),
            ...responses('found'),
          },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const found = await findFile(db, request.actor, id)
        return sendEvidence(request, reply, store, { jurisdiction: request.actor.jurisdiction.id, id, variant, found })
      },
    )
  }
}
