import multipart from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { CommandHeaders, requestHashOf, sendAnswer } from '../http/command.js'
import { createConcurrencyLimit, type PersonLimit } from '../http/concurrency.js'
import { Flag } from '../http/fields.js'
import { responses } from '../http/responses.js'
import { InvalidRequest, validatorCompiler } from '../http/validation.js'
import { languageOf } from '../language/language.js'
import { MAPPING_EXAMPLE } from './examples.js'
import { Mapping } from './mapping.js'
import { Report } from './report.js'
import { importFile } from './run.js'
import { MAX_FILE_BYTES, receiveUpload, type Upload } from './upload.js'

/** Of 50 MB each, in the temporary directory. */
const MAX_UPLOADS = 8
const IMPORTS = { what: { zh: '导入', en: 'imports' }, retryAfterS: 10 }

/** The form, for the documentation; it is read as a stream. */
const Form = z
  .strictObject({
    mapping: Mapping,
    file: z.string().meta({
      description: 'The CSV, at most 50 MB.',
      contentMediaType: 'text/csv',
      example: '编号,位置,状态\n2025-001,S315 K12+345,未整改\n',
    }),
  })
  .meta({
    description: 'Part `mapping` (JSON, at most 256 kB), then part `file`.',
    example: { mapping: MAPPING_EXAMPLE, file: '编号,隐患类型,位置,…\n2025-001,临水临崖,S315 K12+345,…\n' },
  })

const ImportQuery = z.strictObject({
  dryRun: Flag.default('false').meta({
    description: '`true` reports what would be taken and writes nothing.',
    example: 'true',
  }),
})

const report = (description: string) => ({ description, content: { 'application/json': { schema: Report } } })

/** An office brings its existing list. */
export async function importRoutes(
  app: App,
  { db, now, config, sending }: Deps & { sending: PersonLimit },
): Promise<void> {
  app.removeAllContentTypeParsers()
  // Whether a part has a file name is the sender's matter: both are read the same way.
  await app.register(multipart, {
    isPartAFile: () => true,
    limits: { fileSize: MAX_FILE_BYTES, files: 4, parts: 4, fieldNameSize: 100, headerPairs: 50 },
  })
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  // An import holds one connection and uses another; half of the pool stays everybody else's.
  // Files that are spooled at once, and imports that hold connections at once.
  const uploads = createConcurrencyLimit(MAX_UPLOADS, IMPORTS)
  const turns = createConcurrencyLimit(Math.max(1, Math.floor(config.poolSize / 4)), IMPORTS)

  app.post(
    '/v1/imports',
    {
      config: { action: 'item.import' },
      validatorCompiler: (part) => (part.httpPart === 'body' ? () => true : validatorCompiler(part as never)),
      schema: {
        tags: ['List'],
        operationId: 'importItems',
        summary: 'Bring an existing list (导入)',
        description:
          'Every row of a CSV file becomes one item through one event `item.imported`, which states what was known: status, dates, external id. Rows with errors are reported and do not stop the rest. A row whose external id is on the list already is left out, so the same file twice takes nothing twice; after a broken connection or a crash, send it again. Times without an offset are of the mapping’s zone.',
        consumes: ['multipart/form-data'],
        querystring: ImportQuery,
        headers: CommandHeaders.omit({ 'if-match': true }),
        body: Form,
        response: {
          200: report('What would be taken; nothing was written.'),
          201: report('What was taken, what was on the list already, and what was refused and why.'),
          ...responses('write'),
        },
      },
    },
    (request, reply) => sending(request.actor, () => uploads(() => receive(request, reply))),
  )

  async function receive(request: FastifyRequest<{ Querystring: { dryRun?: 'true' | 'false' } }>, reply: FastifyReply) {
    const upload = await receiveUpload(request)
    try {
      const job = {
        mapping: mappingOf(upload.mapping),
        fileSha256: upload.fileSha256,
        open: upload.open,
        dryRun: request.query.dryRun === 'true',
        language: languageOf(request),
        now,
      }
      return sendAnswer(reply, await turns(() => importFile(db, intentOf(request, upload, now()), job)))
    } finally {
      await upload.close()
    }
  }
}

/** @throws InvalidRequest with pointers under `/mapping`. */
function mappingOf(given: unknown): Mapping {
  const parsed = z.object({ mapping: Mapping }).safeParse({ mapping: given })
  if (parsed.success) return parsed.data.mapping
  throw new InvalidRequest(parsed.error.issues, 'body', { mapping: given })
}

/** The key stands for this mapping with this file: another file under it is another request. */
function intentOf(request: FastifyRequest, { mapping, fileSha256 }: Upload, now: string) {
  const key = request.headers['idempotency-key']
  const { actor, method, url } = request
  if (typeof key !== 'string') return { actor, now, idempotency: undefined }
  return { actor, now, idempotency: { key, requestHash: requestHashOf(method, url, { mapping, fileSha256 }) } }
}
