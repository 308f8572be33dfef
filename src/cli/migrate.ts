import { readConfig } from '../config.js'
import { migrate } from '../db/migrate.js'
import { CommandError, readArguments } from './command.js'

const USAGE = `one-list migrate

  Brings the database to the present schema, with the account of MIGRATE_DATABASE_URL, which owns it, or else with that of
  DATABASE_URL. With both, the account of DATABASE_URL is made, with which the service works.`

/** Migrates the server's database; the embedded one migrates itself at start. */
export async function run(args: string[]): Promise<void> {
  readArguments(args, {}, USAGE)
  const { databaseUrl, migrateDatabaseUrl = databaseUrl } = readConfig(process.env)
  if (migrateDatabaseUrl === undefined)
    throw new CommandError('Set DATABASE_URL; the embedded database migrates itself at start.')
  await migrate(migrateDatabaseUrl, databaseUrl)
  process.stdout.write('The database is up to date.\n')
}
