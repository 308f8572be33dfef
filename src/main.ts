#!/usr/bin/env node
import { CommandError } from './cli/command.js'
import { ConfigError } from './config.js'
import { withoutQuery } from './db/errors.js'
import { Rejection } from './domain/rejection.js'

const USAGE = `one-list <command>

  serve [--workers <n>]               start the service (the default)
  worker                              do what the schedule asks, and nothing else
  migrate                             bring the database to the present schema
  init --id --name --area             make the first jurisdiction and its admin key
  keys create|list|revoke             manage API keys
  import <file.csv> --mapping <json>  bring an existing list
  boundaries <file.geojson>           set where areas lie
  verify                              check the ledger, and every item against it
  mirror --from <url> --to <db>       keep a copy of a list and its ledger in another database
  openapi                             print the OpenAPI document

one-list <command> --help says more. The environment configures all of them; see the README.
`

/** The command line. Each command is one file in cli/, loaded when it is asked for. */
const COMMANDS: Record<string, () => Promise<{ run: (args: string[]) => Promise<void> }>> = {
  serve: () => import('./cli/serve.js'),
  worker: () => import('./cli/worker.js'),
  migrate: () => import('./cli/migrate.js'),
  init: () => import('./cli/init.js'),
  keys: () => import('./cli/keys.js'),
  import: () => import('./cli/import.js'),
  boundaries: () => import('./cli/boundaries.js'),
  verify: () => import('./cli/verify.js'),
  mirror: () => import('./cli/mirror.js'),
  openapi: () => import('./cli/openapi.js'),
}

async function main([name = 'serve', ...args]: string[]): Promise<void> {
  const command = COMMANDS[name]
  if (command === undefined) {
    const isHelp = name === 'help' || name === '--help' || name === '-h'
    process[isHelp ? 'stdout' : 'stderr'].write(USAGE)
    process.exitCode = isHelp ? 0 : 2
    return
  }
  await (await command()).run(args)
}

main(process.argv.slice(2)).catch((err: unknown) => {
  if (err instanceof ConfigError) process.stderr.write(`Configuration:\n${err.message}\n`)
  else if (err instanceof CommandError) process.stderr.write(`${err.message}\n`)
  else if (err instanceof Rejection) process.stderr.write(`${err.words.en}\n`)
  else console.error(withoutQuery(err))
  process.exitCode = err instanceof CommandError ? err.exitCode : 1
})
