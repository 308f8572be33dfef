import { z } from 'zod'
import { isUuid } from '../item/visible.js'
import { isTime, SPAN_DAYS } from './time.js'

// The parameters of GeoReport v2. What the specification does not know is let be: clients send a lot of their own. A
// parameter that is empty has been taken for one that was not sent before these look at it.

const KEY = z.string().max(200)
const Jurisdiction = z.string().max(100)

const credentials = {
  jurisdiction_id: Jurisdiction.optional().meta({
    description:
      'The jurisdiction. Not needed with an `api_key`, which is one jurisdiction’s, nor where the service has only one.',
    example: 'fuyang',
  }),
  api_key: KEY.optional().meta({
    description:
      'A channel’s API key; `Authorization: Bearer` does as well, and keeps it out of URLs. Reading needs none where the jurisdiction lets everybody read (`publicIntake` of the rules).',
    example: 'ol_live_7Qm2XbT0aRk9_DztKk3TbFq8sXv1mWc5nRj7hLp0gYe2aU4i9ob',
  }),
}
/** What every request may say of whom it is for, and by whom. */
export const Credentials = z.object(credentials)
export type Credentials = z.infer<typeof Credentials>

const MAX_LISTED = 200
const MAX_ROWS = 1000

const list = (isOne: (text: string) => boolean, message: string) =>
  z
    .union([z.string().max(10_000), z.array(z.string().max(10_000)).max(MAX_LISTED)])
    .refine((value) => partsOf(value).length <= MAX_LISTED && partsOf(value).every(isOne), message)

/** The values of a parameter that is parted by commas, and may be repeated too. */
export function partsOf(value: string | string[] | undefined): string[] {
  const parts = [value ?? []].flat().flatMap((text) => text.split(','))
  return parts.map((text) => text.trim()).filter((text) => text !== '')
}

const Time = z
  .string()
  .max(60)
  .refine(isTime, '须为带时区的时间，如 2026-03-01T00:00:00Z。 | A time with its zone, such as 2026-03-01T00:00:00Z.')

export const RequestsQuery = z.object({
  ...credentials,
  service_request_id: list(
    (text) => text.length <= 100,
    `最多 ${MAX_LISTED} 个编号，以逗号分隔。 | At most ${MAX_LISTED} ids, parted by commas.`,
  )
    .optional()
    .meta({
      description:
        'Ids, parted by commas. Other parameters are ignored beside it. An id that does not exist, or is not public, is left out.',
      example: '01a20117-5fde-7171-bd82-1b39a1974f7e',
    }),
  service_code: list(
    (text) => text.length <= 40,
    `最多 ${MAX_LISTED} 个类别代码。 | At most ${MAX_LISTED} service codes.`,
  )
    .optional()
    .meta({ description: 'Services, parted by commas.', example: 'roadside_protection,lighting' }),
  start_date: Time.optional().meta({
    description: `The earliest \`requested_datetime\`. With \`end_date\`, at most ${SPAN_DAYS} days before it; alone, the ${SPAN_DAYS} days from it.`,
    example: '2026-03-01T00:00:00Z',
  }),
  end_date: Time.optional().meta({
    description: `The latest \`requested_datetime\`. Alone, the ${SPAN_DAYS} days up to it; with neither, the latest ${SPAN_DAYS} days.`,
    example: '2026-04-01T00:00:00Z',
  }),
  updated_after: Time.optional().meta({
    description:
      'The earliest `updated_datetime`. Without `start_date` and `end_date`, however long ago the request was filed. A common extension.',
    example: '2026-03-01T00:00:00Z',
  }),
  updated_before: Time.optional().meta({
    description: 'The latest `updated_datetime`. A common extension.',
    example: '2026-04-01T00:00:00Z',
  }),
  status: list((text) => text === 'open' || text === 'closed', '须为 open 或 closed。 | open or closed.')
    .optional()
    .meta({ description: '`open`, `closed`, or both, parted by commas.', example: 'open' }),
  page_size: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_ROWS)
    .optional()
    .meta({
      description: `How many, ${MAX_ROWS} unless told. A common extension.`,
      example: 50,
    }),
  page: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: 'Which page, from 1. A common extension.', example: 1 }),
})
export type RequestsQuery = z.infer<typeof RequestsQuery>
export const ROWS = MAX_ROWS

export const RequestParams = z.object({
  service_request_id: z
    .string()
    .max(100)
    .meta({ description: 'Its id.', example: '01a20117-5fde-7171-bd82-1b39a1974f7e' }),
})
export const ServiceParams = z.object({
  service_code: z.string().max(100).meta({ description: 'A code of the service list.', example: 'lighting' }),
})
export const TokenParams = z.object({
  token: z.string().max(100).meta({
    description: 'A token. Every request has its id at once here, and so its token is its id.',
    example: '01a20117-5fde-7171-bd82-1b39a1974f7e',
  }),
})

/** Ids that could be one; what cannot be is like what is not there. */
export function idsIn(texts: readonly string[]): string[] {
  return texts.filter(isUuid).map((text) => text.toLowerCase())
}
