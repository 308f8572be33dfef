import { z } from 'zod'
import { type Format, xmlOf } from './format.js'

// What is answered, with the names of GeoReport v2; null is an empty element.

const Text = z.string().nullable()
const Time = z.string().meta({ format: 'date-time' })
const ID = '01a20117-5fde-7171-bd82-1b39a1974f7e'

const ServiceView = z.strictObject({
  service_code: z.string(),
  service_name: z.string(),
  description: Text,
  metadata: z.boolean(),
  type: z.literal('realtime'),
  keywords: z.string(),
  group: z.string(),
})
const SERVICE = {
  service_code: 'roadside_protection',
  service_name: '临水临崖路侧防护',
  description: null,
  metadata: true,
  type: 'realtime',
  keywords: '临水临崖路侧防护, Roadside protection at water or cliff, roadside_protection',
  group: '道路交通安全隐患',
}

const AttributeView = z.strictObject({
  variable: z.boolean(),
  code: z.string(),
  datatype: z.enum(['string', 'singlevaluelist']),
  required: z.boolean(),
  datatype_description: z.string(),
  order: z.int().min(1),
  description: z.string(),
  values: z.array(z.strictObject({ key: z.string(), name: z.string() })),
})
const ATTRIBUTE = {
  ...{ variable: true, code: 'area', datatype: 'singlevaluelist', required: false },
  ...{ datatype_description: '不填则由安委办确定。', order: 1, description: '所在县（市、区）' },
  values: [{ key: '341225', name: '阜南县' }],
}

const RequestView = z.strictObject({
  service_request_id: z.string(),
  status: z.enum(['open', 'closed']),
  status_notes: z.string(),
  service_name: Text,
  service_code: z.string(),
  description: Text,
  agency_responsible: Text,
  service_notice: Text,
  requested_datetime: Time,
  updated_datetime: Time,
  expected_datetime: Text,
  address: Text,
  address_id: Text,
  zipcode: Text,
  lat: z.number().nullable(),
  long: z.number().nullable(),
  media_url: Text,
})
export type RequestView = z.infer<typeof RequestView>
const REQUEST = {
  service_request_id: ID,
  status: 'open',
  status_notes: '办理中。',
  service_name: '临水临崖路侧防护',
  service_code: 'roadside_protection',
  description: '弯道外侧临水库，无护栏。',
  agency_responsible: '阜南县交通运输局',
  service_notice: null,
  requested_datetime: '2026-11-22T02:30:38Z',
  updated_datetime: '2026-11-23T01:00:00Z',
  expected_datetime: null,
  address: 'S315 K12+345',
  address_id: null,
  zipcode: null,
  lat: 32.6584,
  long: 115.5953,
  media_url: null,
}

const FiledView = z.strictObject({ service_request_id: z.string(), service_notice: z.string(), account_id: z.null() })
const FILED = {
  service_request_id: ID,
  service_notice: '已收到，安委办核实后立项，可凭编号查询办理情况。',
  account_id: null,
}

const DiscoveryView = z.strictObject({
  changeset: z.string(),
  contact: z.string(),
  key_service: z.string(),
  endpoints: z.array(
    z.strictObject({
      ...{ specification: z.string(), url: z.string(), changeset: z.string() },
      ...{ type: z.literal('production'), formats: z.array(z.string()) },
    }),
  ),
})
const DISCOVERY = {
  changeset: '2026-11-27 00:00',
  contact: '…',
  key_service: '…',
  endpoints: [
    {
      specification: 'http://wiki.open311.org/GeoReport_v2',
      url: 'https://hazards.example.com/open311/v2',
      ...{ changeset: '2026-11-27 00:00', type: 'production', formats: ['text/xml', 'application/json'] },
    },
  ],
}

const ErrorView = z.strictObject({ code: z.int(), description: z.string() })
const ERROR = { code: 404, description: 'service_code: 没有这样的记录，或您无权查看。' }

/** What can be answered: its root in XML, its schema and an example. */
export const ANSWERS = {
  services: answer('Open311Services', 'services', z.array(ServiceView), [SERVICE]),
  definition: answer(
    'Open311ServiceDefinition',
    'service_definition',
    z.strictObject({ service_code: z.string(), attributes: z.array(AttributeView) }),
    { service_code: 'roadside_protection', attributes: [ATTRIBUTE] },
  ),
  requests: answer('Open311Requests', 'service_requests', z.array(RequestView), [REQUEST]),
  filed: answer('Open311Filed', 'service_requests', z.array(FiledView), [FILED]),
  token: answer(
    'Open311Token',
    'service_requests',
    z.array(z.strictObject({ service_request_id: z.string(), token: z.string() })),
    [{ service_request_id: ID, token: ID }],
  ),
  discovery: answer('Open311Discovery', 'discovery', DiscoveryView, DISCOVERY),
  errors: answer('Open311Errors', 'errors', z.array(ErrorView), [ERROR]),
} as const
export type AnswerName = keyof typeof ANSWERS

function answer<R extends string>(id: string, root: R, view: z.ZodType, example: object) {
  const xml = z.string().meta({ id: `${id}Xml`, description: `\`<${root}>\` in UTF-8.`, example: xmlOf(root, example) })
  return { root, json: view.meta({ id, example }), xml }
}

/** The documentation of an answer in a format. */
export function contentOf(name: AnswerName, format: Format) {
  return format === 'json'
    ? { 'application/json': { schema: ANSWERS[name].json } }
    : { 'text/xml': { schema: ANSWERS[name].xml } }
}
