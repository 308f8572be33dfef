import { z } from 'zod'
import { mailboxOf } from './mailbox.js'

const port = z.coerce.number().int().min(0).max(65535)
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
// `options` in the URL would override the service's own, among them the role that cannot rewrite the ledger.
const databaseUrl = z
  .url({ protocol: /^postgres(ql)?$/ })
  .refine((url) => !paramsOf(url).has('options'), 'options are not allowed in the URL')
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
  // The proxies' addresses. To trust every hop would be to trust what a client writes.
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
