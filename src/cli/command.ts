import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type Logger, pino } from 'pino'
import { createClock } from '../clock.js'
import { readConfig } from '../config.js'
import { createDb, type Db } from '../db/client.js'
import { withoutQuery } from '../db/errors.js'
import { jurisdiction as jurisdictionTable } from '../db/schema.js'
import type { Actor } from '../domain/access/permissions.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { prettyLines, stdoutLog } from '../log.js'
import { openDatabase } from '../server/database.js'
import { didYouMean } from './suggest.js'

/** The command cannot do what it was asked, and says why; exit code 1, or 2 for a wrong call. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** JSON lines, or readable ones on a terminal. Secrets, and what a database error quotes, never reach the log. */
export function createLogger(level: string): Logger {
  const options = {
    level,
    redact: {
      paths: ['authorization', 'headers.authorization', '*.headers.authorization', 'secret', '*.secret'],
      remove: true,
    },
    serializers: { err: withoutQuery },
  }
  if (process.stdout.isTTY) return pino(options, prettyLines())
  const log: Logger = pino(
    options,
    stdoutLog((lost) => log.warn({ lost }, 'lines of the log could not be written')),
  )
  return log
}

/** The arguments of a command; unknown ones, too many, and `--help`, end it with its usage. */
export function readArguments<O extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: O,
  usage: string,
  mostPositionals = 0,
) {
  if (args.includes('--help') || args.includes('-h')) throw new CommandError(usage, 0)
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true })
    const surplus = parsed.positionals[mostPositionals]
    if (surplus !== undefined) throw new Error(`There is no place for ${surplus} here.`)
    return parsed
  } catch (err) {
    throw new CommandError(`${reasonOf(err, Object.keys(options))}\n\n${usage}`, 2)
  }
}

function reasonOf(err: unknown, options: readonly string[]): string {
  const { code, message } = err as { code?: string; message: string }
  const [, option] = /'(--?[^' =]+)/.exec(message) ?? []
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || option === undefined) return message
  return `There is no option ${option}.${didYouMean(
    option,
    options.map((name) => `--${name}`),
  )}`
}

export interface CommandContext {
  db: Db
  log: Logger
  config: ReturnType<typeof readConfig>
  /** The service's clock, and what it showed when the command began. */
  clock: () => string
  now: string
}

/** Runs a command on the configured database, which is closed afterwards whatever happens. */
export async function withDatabase(work: (context: CommandContext) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  const log = createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel)
  const database = await openDatabase(config, log)
  const clock = createClock(config.clock)
  try {
    await work({ db: createDb(database.work), log, config, clock, now: clock() })
  } finally {
    await database.close()
  }
}

/** The service's own person in a jurisdiction; without a name, in the only one there is. */
export async function systemActor(db: Db, id: string | undefined): Promise<Actor> {
  const all = await db.select().from(jurisdictionTable)
  const chosen = id === undefined && all.length === 1 ? all[0] : all.find((j) => j.id === id)
  if (chosen === undefined) {
    const known = all.map((j) => j.id).join(', ') || 'none'
    throw new CommandError(
      id === undefined
        ? `Name a jurisdiction with --jurisdiction (there are: ${known}).`
        : `There is no jurisdiction ${id} (there are: ${known}).`,
    )
  }
  const system = await findSystemActor(db, chosen.id)
  if (system === undefined) throw new CommandError(`Jurisdiction ${chosen.id} has no system person.`)
  return system
}
