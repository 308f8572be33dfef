import { join } from 'node:path'
import { z } from 'zod'
import type { ClockOptions } from './clock.js'
import type { DocumentSettings } from './documents/make.js'
import type { EvidenceSettings } from './evidence/file-store.js'
import type { BodyRate } from './http/body-rate.js'
import { wordsOf } from './http/issue-words.js'
import type { OidcConfig } from './http/oidc.js'
import type { MailSettings } from './notify/channels/channel.js'

const port = z.coerce.number().int().min(0).max(65535)
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
// `options` in the URL would override the service's own, among them the role that cannot rewrite the ledger.
const databaseUrl = z
  .url({ protocol: /^postgres(ql)?$/ })
  .refine((url) => !paramsOf(url).has('options'), 'options are not allowed in the URL')
/** RFC 5322, section 3.4: a name-addr whose name needs no quotes, or an addr-spec. */
const MAILBOX = /^(?:([^<>"@,;:\\\p{Cc}]{1,100})\s<([^<>\s]+)>|([^<>\s]+))$/u

/** None of what is no URL, which is said of it elsewhere. */
function paramsOf(url: string): URLSearchParams {
  return URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams()
}

/** An origin as a browser sends it (RFC 6454, section 7): scheme, host in lower case, and a port that is not the scheme's own. */
function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

export const MAX_SERVER_PROCESSES = 64

/** Every variable of the environment that the service reads. The table in docs/reference/configuration.md is checked against this. */
export const Environment = z.object({
  DATABASE_URL: databaseUrl.optional(),
  // The owner of the database: for migrations and grants, and nothing else.
  MIGRATE_DATABASE_URL: databaseUrl.optional(),
  PORT: port.default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('.data'),
  // Of `serve`, on this machine; `--workers` overrides it.
  SERVER_PROCESSES: whole(1, MAX_SERVER_PROCESSES).default(1),
  DATABASE_POOL_SIZE: whole(2, 200).default(10),
  MIGRATE_ON_START: flag.default(true),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  KEY_ENVIRONMENT: z
    .string()
    .regex(/^[a-z]{1,10}$/)
    .default('live'),
  RATE_LIMIT_PER_MINUTE: whole(1, 1_000_000).default(6000),
  // What is open to everybody: the API's document and its pages, and addresses that are not there.
  OPEN_REQUESTS_PER_MINUTE: whole(1, 1_000_000).default(600),
  FAILED_KEYS_PER_MINUTE: whole(1, 1_000_000).default(100),
  // Open311 is everybody's: from one address, and filings with one key.
  OPEN311_REQUESTS_PER_MINUTE: whole(1, 1_000_000).default(300),
  OPEN311_FILINGS_PER_MINUTE: whole(1, 1_000_000).default(60),
  // How slowly a body may come, of an upload or of anything else.
  BODY_SILENCE_S: whole(1, 300).default(15),
  BODY_LEAST_BYTES_PER_S: whole(0, 1_000_000).default(1024),
  // The proxies' addresses: whoever trusts every hop trusts what a client writes.
  TRUST_PROXY: z
    .string()
    .regex(/^(false|[0-9a-z.:/, ]+)$/i, 'addresses or networks, comma-separated')
    .transform((value) => (value === 'false' ? false : value))
    .default(false),
  // Pages of these origins may use the API; the browser compares them letter by letter.
  CORS_ORIGINS: z
    .string()
    .transform((value) => value.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'origins such as https://map.example.cn, comma-separated, without a path',
    )
    .default([]),
  // Whether this process does what the schedule asks; `one-list worker` does nothing else.
  WORKER: flag.default(true),
  // For trials: a clock that begins elsewhere and goes faster.
  CLOCK_START: z.iso.datetime({ offset: true }).optional(),
  CLOCK_RATE: z.coerce.number().min(1).max(1_000_000).default(1),
  METRICS_TOKEN: z.string().min(16).optional(),
  SHUTDOWN_GRACE_S: whole(1, 300).default(15),
  // Between the end of readiness and that of the port; what asks each second needs more than a second.
  SHUTDOWN_DELAY_S: z.coerce.number().min(0).max(120).default(0.2),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
  OIDC_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_ALGORITHMS: z
    .string()
    .regex(/^(RS|PS|ES)(256|384|512)(,(RS|PS|ES)(256|384|512))*$|^EdDSA$/)
    .default('RS256,ES256'),
  // `at+jwt`: a token must say that it is an access token (RFC 9068); `any`: it must not say that it is another.
  OIDC_TOKEN_TYPE: z.enum(['any', 'at+jwt']).default('any'),
  OIDC_MAX_LIFE_HOURS: whole(1, 8_760).default(720),
  OIDC_CLAIM_JURISDICTION: z.string().min(1).default('jurisdiction'),
  OIDC_CLAIM_ROLE: z.string().min(1).default('role'),
  OIDC_CLAIM_UNIT: z.string().min(1).default('unit'),
  OIDC_CLAIM_AREA: z.string().min(1).default('area'),
  OIDC_CLAIM_NAME: z.string().min(1).default('name'),
  WEBHOOK_ALLOW_PRIVATE: flag.default(false),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z
    .string()
    .refine((text) => mailboxOf(text) !== undefined, 'an address, or Name <address>')
    .optional(),
  // With the bucket, addressed by path.
  EVIDENCE_S3_URL: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !URL.canParse(url) || /^\/[^/?#]+/.test(new URL(url).pathname),
      'the bucket is part of the URL: https://s3.example.com/bucket',
    )
    .optional(),
  EVIDENCE_S3_REGION: z.string().min(1).default('us-east-1'),
  EVIDENCE_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  EVIDENCE_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  // Papers: the operator's own fonts, and what makes PDFs of an office's own Word templates.
  DOCUMENT_FONTS_DIR: z.string().min(1).optional(),
  DOCUMENT_CONVERTER_URL: z.url({ protocol: /^https?$/ }).optional(),
  LINK_SECRET: z.string().min(32).optional(),
  // What `one-list mirror` reads another service with; in the environment, where a process list does not show it.
  ONE_LIST_KEY: z.string().min(1).optional(),
})

export interface Config {
  databaseUrl: string | undefined
  /** The owner's, where the service works with another account. */
  migrateDatabaseUrl: string | undefined
  port: number
  host: string
  dataDir: string
  /** How many processes of this machine answer on the port. */
  serverProcesses: number
  /** Of each process. */
  poolSize: number
  migrateOnStart: boolean
  logLevel: string
  keyEnvironment: string
  rateLimitPerMinute: number
  /** Of what is open to everybody, from one address. */
  openRequestsPerMinute: number
  failedKeysPerMinute: number
  bodyRate: BodyRate
  /** Of Open311: all from one address, and filings with one key. */
  open311: { requestsPerMinute: number; filingsPerMinute: number }
  trustProxy: false | string
  /** Whose pages may use the API from a browser. */
  corsOrigins: readonly string[]
  worker: boolean
  clock: ClockOptions
  metricsToken: string | undefined
  shutdownGraceMs: number
  shutdownDelayMs: number
  oidc: OidcConfig | undefined
  /** For development: http, and private addresses, for webhooks and robots. */
  webhookAllowPrivate: boolean
  /** The address at which people reach the service, without a slash at its end. */
  publicUrl: string
  mail: MailSettings
  evidence: EvidenceSettings
  documents: DocumentSettings
  /** The key with which `one-list mirror` reads its source. */
  clientKey: string | undefined
}

/** The environment does not say what it must; the message names the variable. */
export class ConfigError extends Error {}

/**
 * Reads the environment once. Empty variables count as absent.
 * @throws ConfigError that names every variable which is wrong.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = Environment.safeParse(present)
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => faultOf(issue, present)).join('\n'))
  }
  const e = parsed.data
  return {
    databaseUrl: e.DATABASE_URL,
    migrateDatabaseUrl: e.MIGRATE_DATABASE_URL,
    port: e.PORT,
    host: e.HOST,
    dataDir: e.DATA_DIR,
    serverProcesses: e.SERVER_PROCESSES,
    poolSize: e.DATABASE_POOL_SIZE,
    migrateOnStart: e.MIGRATE_ON_START,
    logLevel: e.LOG_LEVEL,
    keyEnvironment: e.KEY_ENVIRONMENT,
    rateLimitPerMinute: e.RATE_LIMIT_PER_MINUTE,
    openRequestsPerMinute: e.OPEN_REQUESTS_PER_MINUTE,
    failedKeysPerMinute: e.FAILED_KEYS_PER_MINUTE,
    bodyRate: { silenceS: e.BODY_SILENCE_S, leastBytesPerS: e.BODY_LEAST_BYTES_PER_S },
    open311: { requestsPerMinute: e.OPEN311_REQUESTS_PER_MINUTE, filingsPerMinute: e.OPEN311_FILINGS_PER_MINUTE },
    trustProxy: e.TRUST_PROXY,
    corsOrigins: e.CORS_ORIGINS,
    worker: e.WORKER,
    clock: { start: e.CLOCK_START, rate: e.CLOCK_RATE },
    metricsToken: e.METRICS_TOKEN,
    shutdownGraceMs: e.SHUTDOWN_GRACE_S * 1000,
    shutdownDelayMs: e.SHUTDOWN_DELAY_S * 1000,
    oidc: oidcOf(e),
    webhookAllowPrivate: e.WEBHOOK_ALLOW_PRIVATE,
    publicUrl: (e.PUBLIC_URL ?? ownUrl(e.HOST, e.PORT)).replace(/\/+$/, ''),
    mail: mailOf(e),
    evidence: evidenceOf(e),
    documents: { fontsDir: e.DOCUMENT_FONTS_DIR, converterUrl: e.DOCUMENT_CONVERTER_URL },
    clientKey: e.ONE_LIST_KEY,
  }
}

/** Which variable, what it must be, and what was found; of what may be a secret, only that it is none. */
function faultOf(issue: z.core.$ZodIssue, present: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0])
  if (issue.code === 'custom' && name.endsWith('URL')) return `${name}: ${issue.message}`
  if (issue.code === 'custom' || (issue.code === 'invalid_format' && issue.format === 'regex'))
    return `${name}: ${issue.message}; found “${shown(name, present[name])}”`
  return `${name}: ${wordsOf(issue, shown(name, present[name])).en}`
}

const SECRET = /SECRET|TOKEN|KEY$/

/** Without the password of a URL. */
function shown(name: string, value = ''): string {
  return SECRET.test(name) ? '…' : value.replace(/(\/\/[^:@/]*):[^@]*@/, '$1:…@')
}

function ownUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function mailOf(e: z.infer<typeof Environment>): MailSettings {
  // Other servers refuse mail from nobody, and bounces would go nowhere.
  if (e.SMTP_URL !== undefined && e.MAIL_FROM === undefined) {
    throw new ConfigError('MAIL_FROM: required when SMTP_URL is set')
  }
  // Whoever tries the service out finds its mail in a folder; one that is configured for real sends it or says that it cannot.
  const folder = e.SMTP_URL === undefined && e.DATABASE_URL === undefined ? join(e.DATA_DIR, 'mail') : undefined
  const from = mailboxOf(e.MAIL_FROM ?? 'One List <one-list@localhost>')
  if (from === undefined) throw new ConfigError('MAIL_FROM: an address, or Name <address>')
  return { smtpUrl: e.SMTP_URL, folder, from }
}

/** `a@b` or `Name <a@b>`; undefined for anything else. */
function mailboxOf(text: string): MailSettings['from'] | undefined {
  const [, name = '', named, alone = ''] = MAILBOX.exec(text.trim()) ?? []
  const address = named ?? alone
  const isAddress = z.email().safeParse(address).success || address.endsWith('@localhost')
  return isAddress ? { name: name.trim(), address } : undefined
}

function evidenceOf(e: z.infer<typeof Environment>): EvidenceSettings {
  const settings = { dataDir: e.DATA_DIR, linkSecret: e.LINK_SECRET }
  const { EVIDENCE_S3_URL: url, EVIDENCE_S3_REGION: region } = e
  if (url === undefined) return { ...settings, s3: undefined }
  const { EVIDENCE_S3_ACCESS_KEY_ID: accessKeyId, EVIDENCE_S3_SECRET_ACCESS_KEY: secretAccessKey } = e
  if (accessKeyId === undefined) throw new ConfigError('EVIDENCE_S3_ACCESS_KEY_ID: required with EVIDENCE_S3_URL')
  if (secretAccessKey === undefined)
    throw new ConfigError('EVIDENCE_S3_SECRET_ACCESS_KEY: required with EVIDENCE_S3_URL')
  return { ...settings, s3: { url, region, accessKeyId, secretAccessKey } }
}

function oidcOf(e: z.infer<typeof Environment>): OidcConfig | undefined {
  if (e.OIDC_ISSUER === undefined) {
    if (e.OIDC_AUDIENCE !== undefined) throw new ConfigError('OIDC_ISSUER: required when OIDC_AUDIENCE is set')
    return undefined
  }
  // Without a pinned audience, any token of the issuer, for any service, would open this one.
  if (e.OIDC_AUDIENCE === undefined) throw new ConfigError('OIDC_AUDIENCE: required when OIDC_ISSUER is set')
  return {
    issuer: e.OIDC_ISSUER,
    audience: e.OIDC_AUDIENCE,
    jwksUrl: e.OIDC_JWKS_URL,
    algorithms: e.OIDC_ALGORITHMS.split(','),
    onlyAccessTokens: e.OIDC_TOKEN_TYPE === 'at+jwt',
    maxLifeMs: e.OIDC_MAX_LIFE_HOURS * 3_600_000,
    claims: {
      jurisdiction: e.OIDC_CLAIM_JURISDICTION,
      role: e.OIDC_CLAIM_ROLE,
      unit: e.OIDC_CLAIM_UNIT,
      area: e.OIDC_CLAIM_AREA,
      name: e.OIDC_CLAIM_NAME,
    },
  }
}
