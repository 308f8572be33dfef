#!/usr/bin/env node
import { CommandError } from './cli/command.js'
import { explain } from './cli/explain.js'
import { didYouMean } from './cli/suggest.js'
import { ConfigError, readConfig } from './config.js'
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

one-list <command> --help says more. The environment configures all of them; see docs/reference/.
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
/** What goes on when nobody reads its output any more. */
const LASTING = ['serve', 'worker', 'mirror']

async function main([name = 'serve', ...args]: string[]): Promise<void> {
  if (name === 'help' && args[0] !== undefined) return main([args[0], '--help'])
  if (name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(USAGE)
    return
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    const what = name.startsWith('-') ? 'option' : 'command'
    throw new CommandError(`There is no ${what} ${name}.${didYouMean(name, Object.keys(COMMANDS))}\n\n${USAGE}`, 2)
  }
  // Whoever reads the beginning only (`| head`) has what they want.
  if (!LASTING.includes(name)) process.stdout.on('error', (err: NodeJS.ErrnoException) => endAt(err))
  await (await command()).run(args)
}

function endAt(err: NodeJS.ErrnoException): void {
  if (err.code === 'EPIPE') process.exit(0)
  process.stderr.write(`The output could not be written: ${err.message}\n`)
  process.exit(1)
}

/** For people: one sentence. What a developer wants to see beside it comes with LOG_LEVEL=debug. */
function say(err: unknown): void {
  if (err instanceof ConfigError) process.stderr.write(`Configuration:\n${err.message}\n`)
  else if (err instanceof CommandError) {
    const text = err.message.endsWith('\n') ? err.message : `${err.message}\n`
    process[err.exitCode === 0 ? 'stdout' : 'stderr'].write(text)
  } else if (err instanceof Rejection) process.stderr.write(`${err.words.en}\n`)
  else {
    const settings = readConfig(process.env)
    process.stderr.write(`${explain(err, settings)}\n`)
    if (settings.logLevel === 'debug' || settings.logLevel === 'trace') console.error(withoutQuery(err))
    else process.stderr.write('LOG_LEVEL=debug shows where.\n')
  }
}

main(process.argv.slice(2)).catch((err: unknown) => {
  process.exitCode = err instanceof CommandError ? err.exitCode : 1
  say(err)
})
