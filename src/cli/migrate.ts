import { readConfig } from '../config.js'
import { migrate } from '../db/migrate.js'
import { CommandError, readArguments } from './command.js'

const USAGE = 'one-list migrate    bring the database of DATABASE_URL to the present schema'

/** Migrates the database of `DATABASE_URL`; the embedded one migrates itself at start. */
export async function run(args: string[]): Promise<void> {
  readArguments(args, {}, USAGE)
  const { databaseUrl } = readConfig(process.env)
  if (databaseUrl === undefined)
    throw new CommandError('Set DATABASE_URL; the embedded database migrates itself at start.')
  await migrate(databaseUrl)
  process.stdout.write('The database is up to date.\n')
}
