import { z } from 'zod'
import { text } from '../http/fields.js'
import { PersonRef } from '../item/parts.js'
import { ViewFilter, ViewFilterPatch } from '../item/saved-view.js'

const At = z.iso.datetime({ precision: 3 })
const name = text(100, 'What people call it.')
const shared = z.boolean().meta({
  description:
    'For all of the jurisdiction; the office and administrators share views, and care for those that are shared.',
})

export const AddView = z.strictObject({ name, filter: ViewFilter, shared: shared.default(false) }).meta({
  id: 'AddView',
  example: { name: '阜南逾期', filter: { overdue: 'true', area: '341225' }, shared: true },
})

export const ChangeView = z
  .strictObject({ name: name.optional(), filter: ViewFilterPatch.optional(), shared: shared.optional() })
  .meta({
    id: 'ChangeView',
    description: 'JSON merge patch (RFC 7396), also of the filter’s parameters: null removes one.',
    example: { filter: { level: 'major', area: null } },
  })

export const VIEW_EXAMPLE = {
  id: '01a20116-9f7a-7373-b205-b62c6b6c93a7',
  version: 1,
  name: '阜南逾期',
  filter: { overdue: 'true', area: '341225' },
  shared: true,
  owner: { id: '01a20116-9f85-7d4e-8f0a-2a3f6d1c7b90', name: '安委办 周敏' },
  createdAt: '2026-11-22T01:30:00.000Z',
  updatedAt: '2026-11-22T01:30:00.000Z',
}

export const ViewView = z
  .strictObject({
    id: z.uuid(),
    version: z.int(),
    name: z.string(),
    filter: ViewFilter,
    shared: z.boolean(),
    owner: PersonRef,
    createdAt: At,
    updatedAt: At,
  })
  .meta({ id: 'View', description: 'A filter of the list under a name.', example: VIEW_EXAMPLE })
