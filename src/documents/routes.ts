import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { z } from 'zod'
import { instant } from '../db/instant.js'
import type { App, Deps } from '../deps.js'
import type { Words } from '../domain/rejection.js'
import { attachment, isHeld } from '../http/attachment.js'
import { sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { IdParams, valuesOf } from '../http/fields.js'
import { addVary } from '../http/negotiate.js'
import { jsonPageOf, sendPage } from '../http/page.js'
import { EdgeError } from '../http/problem.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { itemIs } from '../item/visible.js'
import type { DocumentFormat } from './make.js'
import { DOCUMENT_EXAMPLE, DocumentQuery, DocumentView, FileQuery } from './schemas.js'
import { documentJson, readDocument, readFile, visibleDocuments } from './store.js'

const TAG = 'Papers'
export const MEDIA: Record<DocumentFormat, string> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pdf: 'application/pdf',
}
const FORMATS = Object.keys(MEDIA) as DocumentFormat[]
const Bytes = z.string().meta({ format: 'binary', example: '…' })

/** Papers (文书), read. */
export async function documentRoutes(app: App, { db }: Deps): Promise<void> {
  app.get(
    '/v1/documents',
    {
      config: { action: 'document.read' },
      schema: {
        tags: [TAG],
        operationId: 'listDocuments',
        summary: 'Papers (文书)',
        description: 'The newest first: of the items that the caller may see, and of bulletins.',
        querystring: DocumentQuery,
        response: {
          200: json('A page of papers.', pageSchema(DocumentView, 'DocumentPage', DOCUMENT_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const { limit, cursor, ...filter } = request.query
      const { item, unit, kind, year, received } = filter
      const bound = { documents: filter }
      const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, bound, 2)
      const kinds = valuesOf(kind)
      const ofItem = sql`exists (select from item i where i.jurisdiction_id = d.jurisdiction_id and i.id = d.item_id and`
      const conditions = [
        visibleDocuments(actor),
        ...(item === undefined ? [] : [sql`${ofItem} ${itemIs(item)})`]),
        ...(unit === undefined ? [] : [sql`d.unit_id = ${unit}`]),
        ...(kinds.length === 0 ? [] : [sql`d.kind = any(${sql.param(kinds)}::text[])`]),
        ...(year === undefined ? [] : [sql`d.year = ${year}`]),
        ...(received === undefined
          ? []
          : [sql`d.unit_id is not null and (d.received_at is not null) = ${received === 'true'}`]),
        ...(cursor === undefined ? [] : [sql`(d.issued_at, d.id) < (${at}::timestamptz, ${id}::uuid)`]),
      ]
      const { rows } = await db.execute<{ json: string; at: string; id: string }>(sql`
        select ${documentJson} as json, ${instant('d.issued_at')} as at, d.id from document d
        where ${sql.join(conditions, sql` and `)} order by d.issued_at desc, d.id desc limit ${limit + 1}`)
      const page = jsonPageOf(rows, limit, (last) => encodeCursor(bound, [last.at, last.id]))
      return sendPage(request, reply, page)
    },
  )

  app.get(
    '/v1/documents/:id',
    {
      config: { action: 'document.read' },
      schema: {
        tags: [TAG],
        operationId: 'getDocument',
        summary: 'What is known of a paper',
        description: 'Its number, whom it is addressed to, whether it was signed for, and the hashes of its files.',
        params: IdParams,
        response: { 200: json('The paper.', DocumentView), ...responses('found') },
      },
    },
    async (request, reply) => sendJson(reply, await readDocument(db, request.actor, request.params.id)),
  )

  app.get(
    '/v1/documents/:id/file',
    {
      config: { action: 'document.read' },
      schema: {
        tags: [TAG],
        operationId: 'getDocumentFile',
        summary: 'A paper’s Word file or PDF',
        description:
          'As an attachment; the same bytes for ever. `ETag` is the hash that stands in the ledger. There is no PDF of a paper that was made from an office’s own Word template where no converter was configured: 406.',
        params: IdParams,
        querystring: FileQuery,
        response: {
          200: {
            description: 'The file.',
            content: Object.fromEntries(FORMATS.map((format) => [MEDIA[format], { schema: Bytes }])),
          },
          ...responses('foundList'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      addVary(reply, 'Accept')
      const format = request.query.format ?? wantedFormat(request)
      const file = await readFile(db, request.actor, id, format)
      if (file === undefined) throw new EdgeError('not-acceptable', NO_PDF)
      return sendFile(request, reply, { id, format, ...file })
    },
  )
}

interface SentFile {
  id: string
  format: DocumentFormat
  number: string
  content: Buffer
  sha256: string
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { id, format, number, content, sha256 }: SentFile) {
  const disposition = attachment(`document-${id}.${format}`, `${number}.${format}`)
  if (isHeld(request, reply, { sha256, disposition })) return reply.code(304).send()
  return reply.type(MEDIA[format]).send(content)
}

/** @throws EdgeError `not-acceptable` for who takes neither */
function wantedFormat(request: FastifyRequest): DocumentFormat {
  const wanted = new Negotiator(request.raw).mediaType(Object.values(MEDIA))
  const format = FORMATS.find((one) => MEDIA[one] === wanted)
  if (format !== undefined) return format
  const types = Object.values(MEDIA).join(', ')
  throw new EdgeError('not-acceptable', { zh: `可提供的格式：${types}。`, en: `This can be had as ${types}.` })
}

const NO_PDF: Words = {
  zh: '该文书按本单位自定的 Word 模板制作，制发时未配置转换服务（DOCUMENT_CONVERTER_URL），只有 Word 文件（format=docx）。',
  en: 'The paper was made from the office’s own Word template while no converter (DOCUMENT_CONVERTER_URL) was configured; there is its Word file (format=docx).',
}
