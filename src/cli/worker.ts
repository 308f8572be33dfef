import { createClock } from '../clock.js'
import { readConfig } from '../config.js'
import { openDatabase } from '../server/database.js'
import { endInGoodOrder, endWith } from '../server/shutdown.js'
import { startWorker } from '../server/worker.js'
import { workplaceOf } from '../server/workplace.js'
import { createLogger, readArguments } from './command.js'

const USAGE = `one-list worker

  Does what the schedule asks: the ladder, notices, webhooks, e-mail, bulletins. Any number of workers may run beside
  any number of servers on one database; servers with WORKER=false leave all of it to them.`

export async function run(args: string[]): Promise<void> {
  readArguments(args, {}, USAGE)
  const config = readConfig(process.env)
  const log = createLogger(config.logLevel)
  const database = await openDatabase(config, log, endWith)
  const worker = await startWorker(workplaceOf(database, { now: createClock(config.clock), config, log }))
  log.info('the worker is at work')
  endInGoodOrder(config.shutdownGraceMs, log, async () => {
    await worker.stop()
    await database.close()
  })
}
