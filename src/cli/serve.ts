import { MAX_SERVER_PROCESSES } from '../config/environment.js'
import { readConfig } from '../config.js'
import { CommandError, createLogger, readArguments } from './command.js'

const USAGE = `one-list serve [--workers <n>]

  Starts the service. With --workers, or SERVER_PROCESSES, so many processes answer on its one port, and what the
  schedule asks is done by one more. At most ${MAX_SERVER_PROCESSES}; 1 unless told.`

export async function run(args: string[]): Promise<void> {
  const { values } = readArguments(args, { workers: { type: 'string' } }, USAGE)
  const config = readConfig(process.env)
  const serverProcesses = values.workers === undefined ? config.serverProcesses : countOf(values.workers)
  const log = createLogger(config.logLevel)
  if (serverProcesses === 1) {
    const { serve } = await import('../server/process.js')
    return serve(config, log)
  }
  const { serveTogether } = await import('../server/cluster/serve.js')
  return serveTogether({ ...config, serverProcesses }, log)
}

function countOf(given: string): number {
  const count = Number(given)
  if (/^\d+$/.test(given) && count >= 1 && count <= MAX_SERVER_PROCESSES) return count
  throw new CommandError(`--workers is a number from 1 to ${MAX_SERVER_PROCESSES}.\n\n${USAGE}`, 2)
}
