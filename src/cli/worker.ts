import { CHORES } from '../chores.js'
import { createClock } from '../clock.js'
import { readConfig } from '../config.js'
import { createDb } from '../db/client.js'
import { endInGoodOrder } from '../ending.js'
import { startWorker } from '../worker.js'
import { createLogger, readArguments } from './command.js'
import { openDatabase } from './database.js'

const USAGE = `one-list worker

  Does what the schedule asks: the ladder, notices, webhooks, e-mail, bulletins. Any number of workers may run beside
  any number of servers on one database; servers with WORKER=false leave all of it to them.`

export async function run(args: string[]): Promise<void> {
  readArguments(args, {}, USAGE)
  const config = readConfig(process.env)
  const log = createLogger(config.logLevel)
  const database = await openDatabase(config, log)
  const deps = { db: createDb(database.pool), now: createClock(config.clock), config, log }
  const worker = await startWorker(database.queue, CHORES, deps)
  log.info('the worker is at work')
  endInGoodOrder(config.shutdownGraceMs, log, async () => {
    await worker.stop()
    await database.close()
  })
}
