import { setMaxListeners } from 'node:events'
import { createClient, ProblemError, type Retry } from '../../packages/client/src/index.js'
import { readConfig } from '../config.js'
import { MirrorStopped, mirror } from '../mirror/mirror.js'
import { openPostgres } from '../mirror/postgres.js'
import { openSqlite } from '../mirror/sqlite.js'
import { createTarget } from '../mirror/target.js'
import { CommandError, readArguments } from './command.js'

const USAGE = `one-list mirror --from <url> --to <postgres url | sqlite file> [--once]

  Mirrors a list and its ledger into another database, and follows. ONE_LIST_KEY holds the key: of an office, an auditor,
  or a supervisor of the whole jurisdiction. It may be ended at any time; the next run goes on where it ended.
  --from  where the service is
  --to    tables mirror_event, mirror_item and mirror_place are made there
  --once  stop when the head is reached`

/** Attempts of a run that somebody waits for; one that follows waits for the source as long as it takes. */
const ATTEMPTS_ONCE = 5

export async function run(args: string[]): Promise<void> {
  const string = { type: 'string' } as const
  const { values } = readArguments(args, { from: string, to: string, once: { type: 'boolean' } }, USAGE)
  const { from, to, once = false } = values
  if (from === undefined || to === undefined || !URL.canParse(from)) throw new CommandError(USAGE, 2)
  const { clientKey } = readConfig(process.env)
  if (clientKey === undefined) throw new CommandError('ONE_LIST_KEY: set it to the key of an office or auditor.', 2)
  const attempts = once ? ATTEMPTS_ONCE : Infinity
  const source = createClient({ baseUrl: from, key: clientKey, language: 'en', attempts, onRetry: sayRetry })
  const target = createTarget(/^postgres(ql)?:/.test(to) ? await openPostgres(to) : openSqlite(to))
  const ending = new AbortController()
  // Every request listens to it until it is collected, which a small heap leaves for long; the warning would be wrong.
  setMaxListeners(0, ending.signal)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  try {
    const say = (line: string) => process.stdout.write(`${line}\n`)
    await mirror(source, target, { once, signal: ending.signal, say })
  } catch (err) {
    if (ending.signal.aborted) return
    if (err instanceof MirrorStopped) throw new CommandError(err.message)
    if (err instanceof ProblemError) throw new CommandError(`The source refuses: ${err.status} ${err.message}`)
    throw err
  } finally {
    await target.close()
  }
}

function sayRetry({ attempt, waitMs, reason }: Retry): void {
  const why = reason instanceof Error ? reason.message : `status ${reason}`
  process.stderr.write(`${why}; attempt ${attempt + 1} in ${Math.round(waitMs)} ms\n`)
}
