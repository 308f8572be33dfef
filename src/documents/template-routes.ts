import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { DOCUMENT_KINDS, type DocumentKind } from '../domain/item/document.js'
import type { Words } from '../domain/rejection.js'
import { attachment } from '../http/attachment.js'
import { CommandHeaders, ifMatchOf, requestHashOf, sendAnswer, sendJson } from '../http/command.js'
import type { PersonLimit } from '../http/concurrency.js'
import { EdgeError } from '../http/problem.js'
import { readBody } from '../http/read-body.js'
import { json, responses } from '../http/responses.js'
import { validatorCompiler } from '../http/validation.js'
import { act } from '../ledger/act.js'
import { sha256 } from '../ledger/chain.js'
import { MEDIA } from './routes.js'
import { KindParams, TemplateList, TemplateQuery, TemplateView } from './schemas.js'
import { findTemplate, readTemplateFile, setTemplate, templateView } from './templates.js'
import { VOCABULARIES } from './vocabulary.js'
import { checkedTemplate } from './word.js'

const TAG = 'Papers'
const MAX_BYTES = 2 * 1_048_576
const WordFile = z.string().meta({ format: 'binary', example: '…', description: 'A Word file (.docx), at most 2 MB.' })
const NOT_WORD: Words = {
  zh: `请以 ${MEDIA.docx} 发送 Word 文件（.docx）。`,
  en: `Send the Word file (.docx) as ${MEDIA.docx}.`,
}

/** The Word templates of papers: the service's own, and those that an office puts in their place. */
export async function templateRoutes(app: App, { db, now, sending }: Deps & { sending: PersonLimit }): Promise<void> {
  app.removeAllContentTypeParsers()
  // The handler reads the file when there is a place for it, and refuses what is of another type.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.get(
    '/v1/document-templates',
    {
      config: { action: 'document_template.read' },
      schema: {
        tags: [TAG],
        operationId: 'listDocumentTemplates',
        summary: 'Templates of papers, and their placeholders',
        description:
          'For each kind whose template is in force, since when, and what a Word file may be filled in with.',
        response: { 200: json('One for each kind.', TemplateList), ...responses('read') },
      },
    },
    async (request, reply) => {
      const { id } = request.actor.jurisdiction
      const found = await Promise.all(DOCUMENT_KINDS.map((kind) => findTemplate(db, id, kind)))
      const data = found.flatMap((template) => (template === undefined ? [] : [templateView(template)]))
      return sendJson(reply, JSON.stringify({ data }))
    },
  )

  app.get(
    '/v1/document-templates/:kind',
    {
      config: { action: 'document_template.read' },
      schema: {
        tags: [TAG],
        operationId: 'getDocumentTemplate',
        summary: 'A template as a Word file',
        description: 'The one in force, or an earlier version: what an office begins its own from.',
        params: KindParams,
        querystring: TemplateQuery,
        response: {
          200: {
            description: 'The Word file. `ETag` is its version.',
            content: { [MEDIA.docx]: { schema: WordFile } },
          },
          ...responses('found'),
        },
      },
    },
    async (request, reply) => {
      const { kind } = request.params
      const found = await readTemplateFile(db, request.actor, kind, request.query.version)
      return sendWordFile(reply, kind, found)
    },
  )

  app.put(
    '/v1/document-templates/:kind',
    {
      config: { action: 'document_template.write' },
      validatorCompiler: (part) => (part.httpPart === 'body' ? () => true : validatorCompiler(part as never)),
      schema: {
        tags: [TAG],
        operationId: 'setDocumentTemplate',
        summary: 'Put an office’s own Word file in the place of a template',
        description:
          'Papers of the kind are made from it from now on; every version stays. A placeholder that there is not is refused and named. Macros, embedded objects, references to outside and fields that fetch or run something are refused. Such papers have a PDF only where a converter is configured.',
        consumes: [MEDIA.docx],
        params: KindParams,
        headers: CommandHeaders,
        body: WordFile,
        response: { 200: json('The template in force now.', TemplateView), ...responses('replacement') },
      },
    },
    (request, reply) => sending(request.actor, () => take(request, reply)),
  )

  async function take(request: FastifyRequest<{ Params: { kind: DocumentKind } }>, reply: FastifyReply) {
    const { actor } = request
    const { kind } = request.params
    const file = await checkedTemplate(await sentFile(request), VOCABULARIES[kind])
    const key = request.headers['idempotency-key']
    const requestHash = requestHashOf(request.method, request.url, sha256(file).toString('hex'))
    const intent = { actor, now: now(), idempotency: typeof key === 'string' ? { key, requestHash } : undefined }
    const ifMatch = ifMatchOf(request)
    return sendAnswer(reply, await act(db, intent, (tx) => setTemplate(tx, actor, { kind, file }, ifMatch, intent.now)))
  }

  app.delete(
    '/v1/document-templates/:kind',
    {
      config: { action: 'document_template.write' },
      schema: {
        tags: [TAG],
        operationId: 'resetDocumentTemplate',
        summary: 'Go back to the service’s own template',
        description: 'As a new version; the office’s own stays readable by its version.',
        params: KindParams,
        response: { 200: json('The template in force now.', TemplateView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const { kind } = request.params
      const intent = { actor, now: now(), idempotency: undefined }
      const answer = await act(db, intent, (tx) => setTemplate(tx, actor, { kind, file: null }, undefined, intent.now))
      return sendAnswer(reply, answer)
    },
  )
}

function sendWordFile(reply: FastifyReply, kind: string, { version, file }: { version: number; file: Buffer }) {
  reply.headers({ etag: `"${version}"`, 'content-disposition': attachment(`${kind}-${version}.docx`) })
  return reply.type(MEDIA.docx).send(file)
}

async function sentFile(request: FastifyRequest): Promise<Buffer> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() === MEDIA.docx) return readBody(request, MAX_BYTES)
  throw new EdgeError('unsupported-media-type', NOT_WORD)
}
