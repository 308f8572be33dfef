import { join } from 'node:path'
import type { z } from 'zod'
import { Environment } from './config/environment.js'
import { mailboxOf } from './config/mailbox.js'
import type {
  BodyRate,
  ClockOptions,
  DocumentSettings,
  EvidenceSettings,
  MailSettings,
  OidcConfig,
} from './config/settings.js'
import { wordsOf } from './language/issue-words.js'

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
