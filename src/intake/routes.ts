import type { z } from 'zod'
import type { AddressedAuthenticator } from '../auth/actor.js'
import type { Db } from '../db/client.js'
import type { App, Deps } from '../deps.js'
import { invalid, type Words } from '../domain/rejection.js'
import { localDate } from '../domain/time/zone.js'
import type { Methods } from '../http/methods.js'
import { type Language, languageOf } from '../language/language.js'
import { acceptForms } from './body.js'
import { createCallers, type Reader } from './caller.js'
import { type About, describe } from './describe.js'
import { DISCOVERY_ABOUT, discoveryOf } from './discovery.js'
import { answerOpen311Error } from './errors.js'
import { filingRoutes } from './filing-routes.js'
import { FORMATS, sendAs } from './format.js'
import { limitAddresses } from './limits.js'
import { findRequests, type Wanted } from './requests.js'
import {
  Credentials,
  idsIn,
  partsOf,
  RequestParams,
  RequestsQuery,
  ROWS,
  ServiceParams,
  TokenParams,
} from './schemas.js'
import { definitionOf, findServices, getService, serviceView } from './services.js'
import { changeOf, SPAN_DAYS, spanOf } from './time.js'
import { unknown } from './unknown.js'
import { ANSWERS } from './views.js'

/** Open311 GeoReport v2 (http://wiki.open311.org/GeoReport_v2): what citizens' apps and hotlines speak. Mounted at its own path. */
export async function open311Routes(
  app: App,
  deps: Deps & { keys: AddressedAuthenticator; methods: Methods },
): Promise<void> {
  const { db, now, config, keys } = deps
  app.setErrorHandler(answerOpen311Error)
  app.setNotFoundHandler((request, reply) => deps.methods.answer(request, reply, answerOpen311Error))
  // It has a limit of its own.
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, isCounted: false }
  })
  limitAddresses(app, config)
  await acceptForms(app)
  const callers = createCallers(db, keys)
  filingRoutes(app, { ...deps, callers })

  for (const format of FORMATS) {
    /** A route that anybody who may read can ask. */
    const read = <Q extends z.ZodType<Credentials>, P extends z.ZodType>(
      path: string,
      about: About,
      asked: { querystring: Q; params?: P },
      find: (reader: Reader, query: z.output<Q>, params: z.output<P>, language: Language) => Promise<object>,
    ) => {
      const schema = { ...describe(about, format), ...asked }
      app.get(`${path}.${format}`, { schema }, async (request, reply) => {
        const query = request.query as z.output<Q>
        const reader = await callers.reader(request, query)
        const found = await find(reader, query, request.params as z.output<P>, languageOf(request))
        return sendAs(reply, format, ANSWERS[about.answer].root, found)
      })
    }

    app.get(`/discovery.${format}`, { schema: describe(DISCOVERY_ABOUT, format) }, (request, reply) =>
      sendAs(reply, format, ANSWERS.discovery.root, discoveryOf(config, languageOf(request))),
    )
    read('/services', SERVICES, { querystring: Credentials }, async ({ jurisdiction }, _query, _params, language) => {
      const services = await findServices(db, jurisdiction.id)
      return services.map((service) => serviceView(service, language))
    })
    read(
      '/services/:service_code',
      DEFINITION,
      { querystring: Credentials, params: ServiceParams },
      async (reader, _, params, language) => {
        const service = await getService(db, reader.jurisdiction.id, params.service_code)
        const today = localDate(now(), reader.jurisdiction.timeZone)
        return definitionOf(db, reader, service, language, today)
      },
    )
    read('/requests', REQUESTS, { querystring: RequestsQuery }, (reader, query, _, language) =>
      findRequests(db, reader, wantedOf(query, reader, now()), language),
    )
    read(
      '/requests/:service_request_id',
      REQUEST,
      { querystring: Credentials, params: RequestParams },
      (reader, _, params, language) => getRequests(db, reader, params.service_request_id, language),
    )
    read(
      '/tokens/:token',
      TOKEN,
      { querystring: Credentials, params: TokenParams },
      async (reader, _, { token }, language) => {
        const found = await getRequests(db, reader, token, language)
        return found.map(({ service_request_id }) => ({ service_request_id, token }))
      },
    )
  }
}

/** The one request of an id. @throws Rejection `not-found`, also for what is not public */
async function getRequests(db: Db, reader: Reader, id: string, language: Language) {
  const found = await findRequests(db, reader, { ids: idsIn([id]) }, language)
  if (found.length === 0) throw unknown('service_request_id')
  return found
}

function wantedOf(query: RequestsQuery, { jurisdiction }: Reader, now: string): Wanted {
  if (query.service_request_id !== undefined) return { ids: idsIn(partsOf(query.service_request_id)) }
  const { start_date: start, end_date: end, updated_after: after, updated_before: before } = query
  const updated = changeOf({ after, before }, jurisdiction.timeZone)
  if (updated.from !== undefined && updated.to !== undefined && updated.from > updated.to)
    throw invalid('/query/updated_after', ORDER)
  // Whoever asks what has changed does not mean what was filed lately.
  const asksForChange = (after ?? before) !== undefined && (start ?? end) === undefined
  const filed = asksForChange ? undefined : spanOf({ start, end }, jurisdiction.timeZone, now)
  if (!asksForChange && filed === undefined) throw invalid('/query/start_date', SPAN)
  const statuses = [...new Set(partsOf(query.status))]
  const { page_size: limit = ROWS, page = 1 } = query
  return {
    ...{ filed, updated },
    services: partsOf(query.service_code),
    status: statuses.length === 1 ? (statuses[0] as 'open' | 'closed') : undefined,
    ...{ limit, offset: (page - 1) * limit },
  }
}

const ORDER: Words = {
  zh: 'updated_after 不得晚于 updated_before。',
  en: 'updated_after comes before updated_before.',
}
const SPAN: Words = {
  zh: `start_date 至 end_date 须为正序，且不超过 ${SPAN_DAYS} 天。`,
  en: `start_date comes before end_date, and no more than ${SPAN_DAYS} days before it.`,
}

const SERVICES: About = {
  id: 'Services',
  summary: 'GET Service List',
  description:
    'The categories of the jurisdiction, each as a service. All are `realtime`: a request has its id at once.',
  answer: 'services',
}
const DEFINITION: About = {
  id: 'ServiceDefinition',
  summary: 'GET Service Definition',
  description:
    'What may be said beside the specification’s own fields. None is required; a hotline’s key has two more.',
  answer: 'definition',
}
const REQUESTS: About = {
  id: 'Requests',
  summary: 'GET Service Requests',
  description:
    'What came in through channels, the latest first. It has no names of people. Text and address are told once the office has put the item on the list, without telephone and identity numbers and mail addresses; before, and where it was dismissed or merged, only the channel that filed it reads what it said. A merged request is open as long as what it was merged into is.',
  answer: 'requests',
}
const REQUEST: About = {
  id: 'Request',
  summary: 'GET Service Request',
  description:
    'One request. What is not there, is another jurisdiction’s or did not come through a channel is 404 alike.',
  answer: 'requests',
}
const TOKEN: About = {
  id: 'Token',
  summary: 'GET service_request_id from a token',
  description: 'No request here has a token, since each has its id at once; an id is taken for its own token.',
  answer: 'token',
}
