import { z } from 'zod'
import { DEFAULT_NUMBER_PATTERNS, DOCUMENT_KINDS, ITEM_DOCUMENT_KINDS } from '../domain/item/document.js'
import { PERSON_EXAMPLE } from '../http/examples.js'
import { Cursor, Day, Flag, Instant, Limit, many, text, Uuid, versionField } from '../http/fields.js'
import { ITEM_EXAMPLE } from '../item/fields.js'
import { PersonRef } from '../item/parts.js'
import { MISSING_GLYPHS } from './glyphs.js'
import { DOCUMENT_FORMATS } from './make.js'

const At = z.iso.datetime({ precision: 3 })
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const Reference = z.strictObject({ id: z.uuid(), number: z.string() })

export const Kind = z.enum(DOCUMENT_KINDS).meta({
  description:
    '交办单 assignment_order · 整改通知书 rectification_notice · 挂牌督办通知书 supervision_notice · 督办函 supervision_letter · 约谈通知书 talk_notice · 延期审批表 extension_form · 销号审批表 closure_form · 送达回证 receipt · 一患一档 item_file · 通报 bulletin',
})

/** Units in copy, one line each: what stands in 版记. */
const CopyTo = z.array(text(100)).min(1).max(20).optional().meta({ description: 'Who gets a copy (抄送).' })

const MissingGlyphs = z.enum(MISSING_GLYPHS).optional().meta({
  description:
    'What is done where the PDF would show a letter as 〓, since no font has it: `refuse` (409 `missing-glyphs`, which names them; the default), or `accept`.',
})

export const IssueDocument = z
  .strictObject({
    kind: z.enum(ITEM_DOCUMENT_KINDS),
    requirements: z
      .array(text(2000))
      .min(1)
      .max(10)
      .optional()
      .meta({ description: 'What the office demands beside what the order says; a paragraph each. Of letters.' }),
    replyBy: Day.optional().meta({ description: 'Until when the unit answers in writing. Of a supervision letter.' }),
    meeting: z
      .strictObject({ at: Instant, place: text(100) })
      .optional()
      .meta({ description: 'When and where. Of a talk notice, which needs it.' }),
    contact: z
      .strictObject({ name: text(40), phone: text(40) })
      .optional()
      .meta({ description: 'Whom the unit may ask.' }),
    copyTo: CopyTo,
    document: Uuid.optional().meta({ description: 'The paper that was handed over. Of a receipt, which needs it.' }),
    missingGlyphs: MissingGlyphs,
    remarks: text(1000).optional().meta({ description: 'Into the field 备注 of forms.' }),
  })
  .meta({
    id: 'IssueDocument',
    description: 'The kind of paper, and what the office says beside what the item says.',
    example: { kind: 'item_file' },
  })

export const IssueBulletinDocument = z
  .strictObject({ copyTo: CopyTo, missingGlyphs: MissingGlyphs })
  .meta({ id: 'IssueBulletinDocument', example: { copyTo: ['市政府办公室'] } })

export const ConfirmDocument = z
  .strictObject({})
  .meta({ id: 'ConfirmDocument', description: 'Signing for it needs nothing but the caller.', example: {} })

export const DOCUMENT_EXAMPLE = {
  id: '01a20119-3c10-7a52-8d11-5b6f1e0c7a31',
  kind: 'assignment_order',
  number: DEFAULT_NUMBER_PATTERNS.assignment_order.replace('{year}', '2026').replace('{n}', '12'),
  title: '道路交通安全隐患交办单',
  item: { id: ITEM_EXAMPLE.id, code: ITEM_EXAMPLE.code, title: ITEM_EXAMPLE.title },
  bulletin: null,
  document: null,
  unit: { id: '01a20116-9f7a-7373-b205-b62c6b6c93e1', name: '阜南县交通运输局' },
  templateVersion: 0,
  files: [
    { format: 'docx', bytes: 13_865, sha256: '6b0d1c8f2f0f9f0a4c4a1ad7d3a5c1de0fbb0c2a1f6f5b3a9a6b7c8d9e0f1a2b' },
    { format: 'pdf', bytes: 71_114, sha256: '0f5a1c8f2f0f9f0a4c4a1ad7d3a5c1de0fbb0c2a1f6f5b3a9a6b7c8d9e0f1a2b' },
  ],
  missingGlyphs: null,
  issuedAt: '2026-11-27T01:30:00.000Z',
  issuedBy: { id: PERSON_EXAMPLE.id, name: PERSON_EXAMPLE.name },
  receivedAt: null,
  receivedBy: null,
}

export const DocumentView = z
  .strictObject({
    id: z.uuid(),
    kind: Kind,
    number: z.string().meta({ description: 'The document number (文号).' }),
    title: z.string(),
    item: z.strictObject({ id: z.uuid(), code: z.string(), title: z.string() }).nullable(),
    bulletin: Reference.nullable(),
    document: Reference.nullable().meta({ description: 'Of a receipt: the paper that it is for.' }),
    unit: PersonRef.nullable().meta({ description: 'Whom it is addressed to; null for what is for the files.' }),
    templateVersion: z.int().meta({ description: '0: the service’s own.' }),
    files: z.array(z.strictObject({ format: z.enum(DOCUMENT_FORMATS), bytes: z.int(), sha256: Sha256 })).meta({
      description: 'The hash stands in the ledger too. No `pdf` where an office’s template met no converter.',
    }),
    missingGlyphs: z
      .array(z.strictObject({ field: z.string(), characters: z.array(z.string()) }))
      .nullable()
      .meta({ description: 'What the PDF shows as 〓, by placeholder; null where there is nothing of that.' }),
    issuedAt: At,
    issuedBy: PersonRef,
    receivedAt: At.nullable(),
    receivedBy: PersonRef.nullable(),
  })
  .meta({ id: 'Document', description: 'A numbered paper. It never changes.', example: DOCUMENT_EXAMPLE })

export const DocumentQuery = z.strictObject({
  item: z.string().min(1).max(40).optional().meta({ description: 'UUID or code.', example: '2026-000172' }),
  unit: Uuid.optional().meta({
    description: 'Whom they are addressed to.',
    example: '01a20116-9f7a-7373-b205-b62c6b6c93e1',
  }),
  kind: many(Kind).optional().meta({ description: 'One kind or several.', example: 'assignment_order' }),
  year: z.coerce.number().int().min(2000).max(2999).optional().meta({ description: 'Of the number.', example: 2026 }),
  received: Flag.optional().meta({
    description: 'Of what is addressed to a unit: signed for, or not yet.',
    example: 'false',
  }),
  limit: Limit,
  cursor: Cursor,
})

export const FileQuery = z.strictObject({
  format: z.enum(DOCUMENT_FORMATS).optional().meta({ description: 'Instead of `Accept`.', example: 'pdf' }),
})

export const KindParams = z.object({ kind: Kind.meta({ example: 'assignment_order' }) })

export const TemplateQuery = z.strictObject({ version: versionField('the service’s own') })

const TEMPLATE_EXAMPLE = {
  ...{ kind: 'assignment_order', name: '道路交通安全隐患交办单', version: 0, builtIn: true, sha256: null },
  ...{ setAt: null, setBy: null, placeholders: ['发文机关', '文号', '隐患名称'], lists: { 其他要求: ['要求'] } },
}

export const TemplateView = z
  .strictObject({
    kind: Kind,
    name: z.string(),
    version: z.int().min(0),
    builtIn: z.boolean().meta({ description: 'Whether it is the service’s own.' }),
    sha256: Sha256.nullable(),
    setAt: At.nullable(),
    setBy: PersonRef.nullable(),
    placeholders: z.array(z.string()).meta({ description: 'Written `{文号}` in the Word file.' }),
    lists: z.record(z.string(), z.array(z.string())).meta({
      description:
        'Written `{#照片}…{/照片}`, with these placeholders between the two; `{#照片 [loopOver: "row"]}` repeats a table’s row.',
    }),
  })
  .meta({
    id: 'DocumentTemplate',
    example: TEMPLATE_EXAMPLE,
  })

export const TemplateList = z
  .strictObject({ data: z.array(TemplateView) })
  .meta({ id: 'DocumentTemplates', example: { data: [TEMPLATE_EXAMPLE] } })
