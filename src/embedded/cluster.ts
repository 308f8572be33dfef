import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { commonDirectory, isReachable, NOBODY } from './binaries.js'
import { type Account, reasonOf, run } from './process.js'

export const SUPERUSER = 'postgres'
/** The account that the service works with. */
export const LOGIN = 'one_list_app'

/** Where a cluster lies and how to get in. */
export interface Cluster {
  /** PostgreSQL's own data directory; it may not exist yet. */
  data: string
  /** What the server writes about itself. */
  logFile: string
  account: Account
  /** The superuser's. */
  password: string
  loginPassword: string
}

const PASSWORD_FILE = 'password'
const LOGIN_PASSWORD_FILE = 'login-password'
const LOCATION_FILE = 'location'
const DATA = 'cluster'
const HOME_PREFIX = 'database-'
const DRAFT_PREFIX = 'draft-'
/** Drafts older than this were left by a process that was killed. */
const DRAFT_MAX_AGE_MS = 3_600_000
/** With LC_CTYPE C, pg_trgm finds no trigrams in Chinese text. */
const CTYPE = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8'

/**
 * The cluster that belongs to `dataDir`, a folder that is there. It lies in `dataDir`, or, where the account that
 * must run the server cannot enter that (a root whose home is closed), at the place that a file in `dataDir` names.
 * @throws Error when the cluster belongs to another user, or its password is lost.
 */
export function openCluster(dataDir: string, log: (message: string) => void): Cluster {
  const directory = realpathSync(dataDir)
  const home = homeOf(directory, log)
  const data = path.join(home, DATA)
  const passwordFile = path.join(directory, PASSWORD_FILE)
  if (existsSync(data) && !existsSync(passwordFile)) {
    throw new Error(
      `The database in ${data} has lost its password (${passwordFile}): restore that file, or remove both.`,
    )
  }
  return {
    data,
    logFile: path.join(home, 'postgresql.log'),
    account: accountFor(data),
    password: createOnce(passwordFile, randomBytes(24).toString('base64url')),
    // In a folder of an earlier version it is made now; the account is given it by whoever migrates the database.
    loginPassword: createOnce(path.join(directory, LOGIN_PASSWORD_FILE), randomBytes(24).toString('base64url')),
  }
}

/** Whether a cluster was ever made in `dataDir`. */
export function hasCluster(dataDir: string): boolean {
  return existsSync(path.join(dataDir, PASSWORD_FILE))
}

/** Removes `dataDir` and the cluster that belongs to it, which must not be running. */
export function removeCluster(dataDir: string): void {
  const location = path.join(dataDir, LOCATION_FILE)
  if (existsSync(location)) {
    const home = readFileSync(location, 'utf8')
    // Never anything but a directory of the kind that we make.
    if (home.startsWith(path.join(commonDirectory(), HOME_PREFIX))) rmSync(home, { recursive: true, force: true })
  }
  rmSync(dataDir, { recursive: true, force: true })
}

/**
 * Makes the files of an empty cluster unless they are there. Several processes may do so at once: each prepares its
 * own draft, the first to rename it wins, and the password is the same in all.
 */
export async function initCluster(cluster: Cluster, initdb: string, durable: boolean): Promise<void> {
  const home = path.dirname(cluster.data)
  removeOldDrafts(home)
  if (existsSync(cluster.data)) return
  const draft = path.join(home, `${DRAFT_PREFIX}${randomBytes(6).toString('hex')}`)
  const passwordFile = path.join(draft, PASSWORD_FILE)
  try {
    mkdirSync(draft, { mode: 0o700 })
    writeFileSync(passwordFile, cluster.password, { mode: 0o600 })
    if (cluster.account !== undefined) {
      for (const file of [draft, passwordFile]) chownSync(file, cluster.account.uid, cluster.account.gid)
    }
    const data = path.join(draft, 'data')
    await run(initdb, initdbArgs(data, passwordFile, durable), cluster.account)
    renameSync(data, cluster.data)
  } catch (err) {
    if (!existsSync(cluster.data)) throw new Error(`The embedded database could not be made: ${reasonOf(err)}`)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function initdbArgs(data: string, passwordFile: string, durable: boolean): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    // The environment's locale must not decide: without LANG it would make an ASCII database.
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--lc-collate=C',
    `--lc-ctype=${CTYPE}`,
    ...(durable ? [] : ['--no-sync']),
  ]
}

function homeOf(directory: string, log: (message: string) => void): string {
  const location = path.join(directory, LOCATION_FILE)
  if (!existsSync(location)) {
    const data = path.join(directory, DATA)
    if (isReachable(directory, accountFor(data))) return directory
    if (existsSync(data))
      throw new Error(`The account that owns ${data} cannot enter ${directory}: let it, or move it.`)
  }
  const home = createOnce(location, path.join(commonDirectory(), `${HOME_PREFIX}${randomBytes(6).toString('hex')}`))
  mkdirSync(home, { recursive: true })
  chmodSync(home, 0o711)
  log(`the database lies in ${home}, because its own account cannot enter ${directory}`)
  return home
}

/** PostgreSQL refuses to run as root, and insists on owning its files. */
function accountFor(data: string): Account {
  const me = process.getuid?.()
  if (me === undefined) return undefined
  const owner = existsSync(data) ? statSync(data) : undefined
  if (me === 0) return owner === undefined || owner.uid === 0 ? NOBODY : { uid: owner.uid, gid: owner.gid }
  if (owner !== undefined && owner.uid !== me) {
    throw new Error(
      `${data} belongs to another user (uid ${owner.uid}): run as that user, or choose another directory.`,
    )
  }
  return undefined
}

/** Of several processes that write the same new file at once, the first decides what is in it. */
function createOnce(file: string, content: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EEXIST') throw err
  } finally {
    unlinkSync(draft)
  }
  return readFileSync(file, 'utf8')
}

function removeOldDrafts(home: string): void {
  for (const name of readdirSync(home)) {
    if (!name.startsWith(DRAFT_PREFIX)) continue
    const draft = path.join(home, name)
    const age = Date.now() - (statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > DRAFT_MAX_AGE_MS) rmSync(draft, { recursive: true, force: true })
  }
}
