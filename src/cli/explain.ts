import { resolve } from 'node:path'
import type { Config } from '../config.js'

/** What an error of the system or of PostgreSQL carries. */
interface Fault {
  message: string
  code: string
  syscall: string | undefined
  path: string | undefined
  address: string | undefined
  port: number | undefined
}

type Settings = Pick<Config, 'databaseUrl' | 'host' | 'port' | 'dataDir'>

/**
 * Why the service did not start, for whoever started it: what is wrong, which variable it is about, what was found, and what to
 * do. An error that is not known here keeps its own words, and those of its causes, in one line.
 */
export function explain(err: unknown, settings: Settings): string {
  const faults = faultsOf(err)
  for (const fault of faults) {
    const words = ofListening(fault, settings) ?? ofFiles(fault, settings) ?? ofDatabase(fault, settings)
    // The code is what others have searched for.
    if (words !== undefined) return fault.code === '' ? words : words.replace('. ', ` (${fault.code}). `)
  }
  const messages = [...new Set(faults.map(({ message }) => message.split('\n')[0] ?? ''))].filter((text) => text !== '')
  return messages.length === 0 ? String(err) : messages.join(': ')
}

/** The error and its causes, the outermost first. */
function faultsOf(err: unknown): Fault[] {
  const found: Fault[] = []
  const visit = (e: unknown, depth: number) => {
    if (!(e instanceof Error) || depth > 6) return
    const { code, syscall, path, address, port } = e as Partial<Fault>
    // A driver's wrapper has the whole query in its message.
    const message = e.message.startsWith('Failed query') ? '' : e.message
    found.push({ message, code: typeof code === 'string' ? code : '', syscall, path, address, port })
    if (e instanceof AggregateError) for (const one of e.errors) visit(one, depth + 1)
    visit(e.cause, depth + 1)
  }
  visit(err, 0)
  return found
}

function ofListening({ code, syscall, address, port }: Fault, settings: Settings): string | undefined {
  const at = `${address ?? settings.host}, port ${port ?? settings.port}`
  if (code === 'EADDRINUSE')
    return `PORT: another program listens at ${at}. End it, or set PORT to a port that is free (0 takes any).`
  if (code === 'EACCES' && syscall === 'listen')
    return `PORT: this account may not listen at ${at}. Set PORT to one above 1023, or give the account the right.`
  const isOfHost = syscall === 'listen' || syscall === 'getaddrinfo'
  const isNoAddress = code === 'EADDRNOTAVAIL' || (code === 'ENOTFOUND' && settings.databaseUrl === undefined)
  if (isOfHost && isNoAddress)
    return `HOST: ${settings.host} is no address of this machine. Set HOST to one that it has, or to 0.0.0.0 for all of them.`
  return undefined
}

const FILES: Record<string, string> = {
  EACCES: 'this account may not write there. Give it the right, or set DATA_DIR to a folder where it has it.',
  EPERM: 'this account may not write there. Give it the right, or set DATA_DIR to a folder where it has it.',
  EROFS: 'the file system can only be read. Set DATA_DIR to a folder that can be written.',
  ENOTDIR: 'a part of that path is a file. Set DATA_DIR to a folder.',
  EEXIST: 'there is a file. Set DATA_DIR to a folder.',
  ENOENT: 'there is no such place, and none can be made. Set DATA_DIR to a folder that can be written.',
  ENOSPC: 'the disk is full. Make room, or set DATA_DIR to a folder on another disk.',
  EDQUOT: 'the account’s share of the disk is used up. Make room, or set DATA_DIR to a folder on another disk.',
  EMFILE: 'too many files are open. Raise the limit of this account (ulimit -n).',
  ELOOP: 'its links lead in a circle. Set DATA_DIR to a folder.',
  ENAMETOOLONG: 'the name is too long. Set DATA_DIR to a shorter one.',
}

/** The SQLSTATE of a server whose disk is full. */
const DISK_FULL = '53100'

function ofFiles({ code, path, message, syscall }: Fault, { dataDir, databaseUrl }: Settings): string | undefined {
  // What a server elsewhere says of its disk.
  if (databaseUrl !== undefined && path === undefined && syscall === undefined) return undefined
  const whole = resolve(dataDir)
  // PostgreSQL says it in other words where a part of a page still had room.
  const isFull = /no space left on device|check free disk space/i.test(message)
  const said = FILES[isFull ? 'ENOSPC' : code]
  if (said === undefined) return undefined
  if (path === undefined) return isFull || code === 'ENOSPC' ? `DATA_DIR: ${whole}: ${said}` : undefined
  const at = resolve(path)
  // What cannot be made may be a folder above it.
  return `${at}/`.startsWith(`${whole}/`) || whole.startsWith(`${at}/`) ? `DATA_DIR: ${at}: ${said}` : undefined
}

function ofDatabase({ code, message }: Fault, { databaseUrl }: Settings): string | undefined {
  if (databaseUrl === undefined || !URL.canParse(databaseUrl)) return undefined
  const { hostname, port, username, pathname } = new URL(databaseUrl)
  const server = `${hostname || 'localhost'}, port ${port || 5432}`
  const name = decodeURIComponent(pathname.slice(1))
  const user = decodeURIComponent(username)
  const words: Record<string, string> = {
    ECONNREFUSED: `no PostgreSQL answers at ${server}. Start it, or correct the host and the port.`,
    ECONNRESET: `the server at ${server} closed the connection. See its log.`,
    ENOTFOUND: `there is no host ${hostname}. Correct its name.`,
    EAI_AGAIN: `the name ${hostname} cannot be looked up now. Correct it, or see to the name server.`,
    ETIMEDOUT: `${server} does not answer. Correct the host and the port, or see to the network.`,
    EHOSTUNREACH: `${server} cannot be reached. Correct the host and the port, or see to the network.`,
    '28P01': `the password of ${user} is wrong for the server at ${server}. Correct it; % and other signs in it are escaped (%25).`,
    '28000': `the server at ${server} does not let ${user} in. See that the account exists, and pg_hba.conf.`,
    '3D000': `the server at ${server} has no database ${name}. Make it (createdb ${name}), or correct the name.`,
    '57P03': `the server at ${server} is starting or stopping. Try again shortly.`,
    '53300': `the server at ${server} has no connection left. Raise max_connections, or lower DATABASE_POOL_SIZE.`,
    [DISK_FULL]: `the disk of the server at ${server} is full. Make room there.`,
    '42501': `${user} lacks a right in the database ${name} (${message}). Let it own the database: alter database ${name} owner to ${user}.`,
    DEPTH_ZERO_SELF_SIGNED_CERT: `the certificate of ${server} is signed by itself. Name its authority with sslrootcert.`,
    SELF_SIGNED_CERT_IN_CHAIN: `the certificate of ${server} is of an authority that is not known. Name it with sslrootcert.`,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: `the certificate of ${server} cannot be verified. Name its authority with sslrootcert.`,
    ERR_TLS_CERT_ALTNAME_INVALID: `the certificate of ${server} is for another name. Use the name that it is for.`,
  }
  const known = Object.hasOwn(words, code) ? words[code] : undefined
  if (known !== undefined) return `DATABASE_URL: ${known}`
  if (/does not support SSL/.test(message))
    return `DATABASE_URL: the server at ${server} does not speak TLS. Leave sslmode out, or turn TLS on there.`
  if (/timeout expired|connection timeout|timeout exceeded/i.test(message)) return `DATABASE_URL: ${words.ETIMEDOUT}`
  if (/needs PostgreSQL/.test(message)) return `DATABASE_URL: ${message} Use a newer server.`
  if (/SASL|password must be a string/.test(message))
    return `DATABASE_URL: the server at ${server} asks ${user} for a password, and the URL has none: postgres://user:password@host/database.`
  return undefined
}
