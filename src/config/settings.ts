// What the rooms are configured with.

export interface ClockOptions {
  /** When the clock starts, RFC 3339; undefined: now. */
  start: string | undefined
  /** How many times as fast as real time it goes. */
  rate: number
  /** When it started, where another process has started it: milliseconds since 1970, of the real time. */
  since?: number
}

/** How slowly a request’s body may come. */
export interface BodyRate {
  /** Without a byte for so long, it is ended. */
  silenceS: number
  /** On average, once it has been coming for twice as long. */
  leastBytesPerS: number
}

/** How bearer tokens of an OpenID Connect issuer are checked and read. */
export interface OidcConfig {
  issuer: string
  audience: string
  jwksUrl: string | undefined
  algorithms: string[]
  claims: { jurisdiction: string; role: string; unit: string; area: string; name: string }
  /** Whether a token must say of itself that it is an access token (RFC 9068). */
  onlyAccessTokens: boolean
  /** A token that is good for longer than this from now on is none to be trusted with. */
  maxLifeMs: number
}

/** How e-mail leaves: over SMTP, or into a folder; neither, and the channel is off. */
export interface MailSettings {
  smtpUrl: string | undefined
  folder: string | undefined
  from: { name: string; address: string }
}

/** How papers are made here. */
export interface DocumentSettings {
  /** A folder with the operator's own fonts. */
  fontsDir: string | undefined
  converterUrl: string | undefined
}

/** A bucket of any store that speaks S3's protocol, addressed by path. */
export interface S3Settings {
  /** With the bucket: `https://s3.example.com/evidence`. */
  url: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

/** Where evidence is kept, and where it is received. */
export interface EvidenceSettings {
  dataDir: string
  /** Undefined: a folder of `dataDir`. */
  s3: S3Settings | undefined
  /** What links are signed with; undefined: made anew by each process. */
  linkSecret: string | undefined
}
