import fastify, { type FastifyBaseLogger, type FastifyRequest, LogController } from 'fastify'
import { z } from 'zod'
import { areaRoutes } from './access/area-routes.js'
import { boundaryRoutes } from './access/boundary-routes.js'
import { keepClaimedPerson } from './access/claimed-person.js'
import { keyRoutes } from './access/key-routes.js'
import { peopleRoutes } from './access/people-routes.js'
import { referenceRoutes } from './access/reference-routes.js'
import { unitRoutes } from './access/unit-routes.js'
import { ASSIGN_COMMANDS } from './assign/commands.js'
import { officialRoutes } from './assign/official-routes.js'
import { type Authenticators, createAuthentication } from './auth/actor.js'
import { limitFailedCredentials } from './auth/failed-credentials.js'
import { createFeedAuthenticator } from './auth/feed-token.js'
import { createKeyAuthenticator, type KeyAuthenticator } from './auth/key-authenticator.js'
import { createTokenAuthenticator } from './auth/oidc.js'
import { bulletinIssueRoutes } from './bulletins/issue-routes.js'
import { readBulletinPaper } from './bulletins/paper.js'
import { bulletinRoutes } from './bulletins/routes.js'
import { allFeedsRoutes } from './calendar/all-feeds-routes.js'
import { calendarRoutes } from './calendar/calendar-routes.js'
import { deadlineRoute } from './calendar/deadline-route.js'
import { feedRoutes } from './calendar/feed-routes.js'
import { icsRoute } from './calendar/ics-route.js'
import { recomputationRoutes } from './calendar/recomputation-routes.js'
import { CLOSE_COMMANDS } from './close/commands.js'
import { recheckRoutes } from './close/recheck-routes.js'
import { createBatchRoutes } from './commands/batch-routes.js'
import { commandRoutes } from './commands/routes.js'
import { contactMessageRoutes } from './contacts/message-routes.js'
import { contactRoutes } from './contacts/routes.js'
import { unsubscribeRoutes } from './contacts/unsubscribe-routes.js'
import type { App, Deps } from './deps.js'
import { documentIssueRoutes } from './documents/issue-routes.js'
import { createMaker } from './documents/make.js'
import { documentRoutes } from './documents/routes.js'
import { templateRoutes } from './documents/template-routes.js'
import { createPictureReader } from './evidence/picture.js'
import { evidenceRoutes } from './evidence/routes.js'
import { countLostLines, countShed, measure } from './health/metrics.js'
import { operationRoutes } from './health/routes.js'
import { diffRoutes } from './history/diff-routes.js'
import { ledgerRoutes } from './history/ledger-routes.js'
import { streamRoutes } from './history/stream-routes.js'
import { acceptJson } from './http/body.js'
import { watchBodies } from './http/body-rate.js'
import { compressAnswers } from './http/compression.js'
import { createPersonLimit } from './http/concurrency.js'
import { allowOrigins } from './http/cors.js'
import { collectMethods, type Methods } from './http/methods.js'
import { shedOverload } from './http/overload.js'
import { answerError } from './http/problem.js'
import { protectAnswers } from './http/protection.js'
import { putPlusBack } from './http/query-repair.js'
import { limitOpenRoutes, limitRate } from './http/rate-limit.js'
import { rawProblem } from './http/raw-problem.js'
import { readRequestLine, refuseFaultyOverrides } from './http/request-line.js'
import { logRequest, requestIdOf } from './http/request-log.js'
import { refuseUnstorableText, validatorCompiler } from './http/validation.js'
import { importRoutes } from './import/routes.js'
import { HOTLINE_COMMANDS } from './intake/hotline-commands.js'
import { open311Routes } from './intake/routes.js'
import { applyViews } from './item/saved-view.js'
import { LIST_COMMANDS } from './list/commands.js'
import { duplicatesRoute } from './list/duplicates-route.js'
import { listRoutes } from './list/routes.js'
import { lostLogLines } from './log.js'
import { noticeRoutes } from './notices/routes.js'
import { ogcRoutes } from './ogc/routes.js'
import { describeApi } from './openapi/describe.js'
import { docsRoutes } from './openapi/page.js'
import { accidentRoutes } from './progress/accident-routes.js'
import { TRACK_COMMANDS } from './progress/commands.js'
import { forecastRoutes } from './reports/forecast-routes.js'
import { hotlineRoutes } from './reports/hotline-routes.js'
import { outcomeRoutes } from './reports/outcome-routes.js'
import { performanceRoutes } from './reports/performance-routes.js'
import { progressRoutes } from './reports/progress-routes.js'
import { reportRoutes } from './reports/routes.js'
import { rulesRoutes } from './rules/routes.js'
import { scoreAppealRoutes } from './scores/appeal-routes.js'
import { scorePeriodRoutes } from './scores/period-routes.js'
import { scoreRoutes } from './scores/routes.js'
import { viewRoutes } from './views/routes.js'
import { deliveryRoutes } from './webhooks/delivery-routes.js'
import { rotationRoute } from './webhooks/rotation-route.js'
import { subscriptionRoutes } from './webhooks/subscription-routes.js'

/** One megabyte of JSON is a hundred times the largest filing. Imports have their own limit. */
const BODY_LIMIT_BYTES = 1_048_576
/** All that can be done to an item, each by its own route and in a batch. */
const ITEM_COMMANDS = [...LIST_COMMANDS, ...ASSIGN_COMMANDS, ...TRACK_COMMANDS, ...CLOSE_COMMANDS, ...HOTLINE_COMMANDS]
const batchRoutes = createBatchRoutes(ITEM_COMMANDS)
/** That one person sends at once, of whatever kind: evidence, imports, templates. */
const MAX_FILES_OF_PERSON = 4
const MAX_PARAM_LENGTH = 100
const NO_PARAMETERS = z.strictObject({})

/** The service without a port: what it answers, from what it is given. */
export async function buildApp(deps: Deps, logger: FastifyBaseLogger): Promise<App> {
  const app: App = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: deps.config.trustProxy,
    requestIdHeader: false,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    rewriteUrl: readRequestLine,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Five minutes for an import of 50 MB over a slow line; every other body is small.
    requestTimeout: 300_000,
    // What comes before a body is small whatever the line; it is looked at as often as bodies should end.
    http: { headersTimeout: 20_000, connectionsCheckingInterval: 5_000 },
    return503OnClosing: false,
    frameworkErrors: (err, request, reply) => answerError(err, request as unknown as FastifyRequest, reply as never),
    clientErrorHandler: (err, socket) => {
      if (!socket.writable) return
      const status = err.code === 'HPE_HEADER_OVERFLOW' ? 431 : err.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
      socket.end(rawProblem(status))
    },
  })
  app.setValidatorCompiler(validatorCompiler)
  // Answers are JSON text that PostgreSQL made, or small objects; their schemas are documentation, which a test holds to.
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler(answerError)
  const methods = collectMethods(app, MAX_PARAM_LENGTH)
  app.setNotFoundHandler((request, reply) => methods.answer(request, reply, answerError))
  acceptJson(app)

  watchBodies(app, deps.config.bodyRate)
  protectAnswers(app)
  refuseFaultyOverrides(app)
  await allowOrigins(app, methods, deps.config.corsOrigins)
  const shed = shedOverload(app)
  await compressAnswers(app)
  await describeApi(app)
  const notWritten = (err: unknown) => app.log.warn({ err }, 'time of last use was not written')
  const keys = createKeyAuthenticator(deps, notWritten)
  const failed = limitFailedCredentials(deps.config.failedKeysPerMinute)
  const knownKeys = failed.limit(keys)
  guard(app, deps, methods, {
    keys: knownKeys,
    feeds: failed.limit(createFeedAuthenticator(deps.db, deps.now, notWritten)),
  })
  forgetChangedKeys(app, keys)
  // A connection that is kept alive after its last answer would hold up the end of the process for as long as its client likes.
  app.addHook('onResponse', async (request) => {
    if (deps.isStopping()) request.raw.socket.end()
  })
  const metrics = measure(app, deps.db, deps.siblings)
  countLostLines(metrics, lostLogLines)
  countShed(metrics, shed)
  await limitRate(app, deps.config.rateLimitPerMinute, deps.siblings)
  limitOpenRoutes(app, deps.config.openRequestsPerMinute)

  await app.register(docsRoutes)
  const sending = createPersonLimit(MAX_FILES_OF_PERSON)

  await app.register(commandRoutes, { ...deps, commands: ITEM_COMMANDS })
  await app.register(batchRoutes, deps)
  await app.register(listRoutes, deps)
  await app.register(officialRoutes, deps)
  await app.register(duplicatesRoute, deps)
  await app.register(importRoutes, { ...deps, sending })
  await app.register(accidentRoutes, deps)
  await app.register(ledgerRoutes, deps)
  await app.register(diffRoutes, deps)
  await app.register(streamRoutes, { ...deps, metrics })
  await app.register(viewRoutes, deps)
  await app.register(evidenceRoutes, { ...deps, sending })
  await app.register(recheckRoutes, deps)
  await app.register(noticeRoutes, deps)
  await app.register(contactRoutes, deps)
  await app.register(contactMessageRoutes, deps)
  await app.register(unsubscribeRoutes, deps)
  await app.register(subscriptionRoutes, deps)
  await app.register(rotationRoute, deps)
  await app.register(deliveryRoutes, deps)
  await app.register(rulesRoutes, deps)
  await app.register(reportRoutes, deps)
  await app.register(scoreRoutes, deps)
  await app.register(scoreAppealRoutes, deps)
  await app.register(scorePeriodRoutes, deps)
  await app.register(outcomeRoutes, deps)
  await app.register(ogcRoutes, deps)
  await app.register(open311Routes, { ...deps, keys: knownKeys, methods, prefix: '/open311/v2' })
  await app.register(progressRoutes, deps)
  await app.register(performanceRoutes, deps)
  await app.register(forecastRoutes, deps)
  await app.register(hotlineRoutes, deps)
  await app.register(bulletinRoutes, deps)
  await app.register(bulletinIssueRoutes, deps)
  await app.register(documentIssueRoutes, { ...deps, ...(await createPress(deps)) })
  await app.register(documentRoutes, deps)
  await app.register(templateRoutes, { ...deps, sending })
  await app.register(calendarRoutes, deps)
  await app.register(recomputationRoutes, deps)
  await app.register(deadlineRoute, deps)
  await app.register(feedRoutes, deps)
  await app.register(allFeedsRoutes, deps)
  await app.register(icsRoute, deps)
  await app.register(referenceRoutes, deps)
  await app.register(areaRoutes, deps)
  await app.register(boundaryRoutes, deps)
  await app.register(unitRoutes, deps)
  await app.register(peopleRoutes, deps)
  await app.register(keyRoutes, deps)
  await app.register(operationRoutes, { ...deps, metrics })
  await app.ready()
  return app
}

/** What papers are made with: what rooms that know nothing of each other give. */
async function createPress({ config }: Deps) {
  const pictures = createPictureReader(config.evidence)
  return { maker: await createMaker(config.documents), pictures, bulletins: readBulletinPaper }
}

/** Identity before anything else is looked at; permission after the rate limit has counted the request. */
function guard(app: App, { db, now, config }: Deps, methods: Methods, known: Omit<Authenticators, 'tokens'>): void {
  const { oidc } = config
  const keepPerson = keepClaimedPerson
  const tokens = oidc === undefined ? undefined : createTokenAuthenticator(oidc, { db, now, keepPerson })
  const authentication = createAuthentication({ ...known, tokens })
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/')) return
    if (route.config?.action === undefined) throw new Error(`${route.method} ${route.url} has no action`)
    // A route that declares no query parameters has none, and refuses them as others refuse those they do not know.
    route.schema = { querystring: NO_PARAMETERS, ...route.schema }
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onRequest', authentication.identify)
  app.addHook('preParsing', authentication.require)
  app.addHook('preValidation', putPlusBack)
  app.addHook('preValidation', refuseUnstorableText)
  applyViews(app, db)
  app.addHook('onResponse', (request, reply) => logRequest(request, reply, methods))
}

/** A change that is answered holds from the next request on; other processes hear of it from the database. */
function forgetChangedKeys(app: App, keys: KeyAuthenticator): void {
  app.addHook('onRoute', (route) => {
    const action = route.config?.action
    if (route.method === 'GET' || (action !== 'key.manage' && action !== 'person.write')) return
    route.onSend = async () => keys.forget()
  })
}
