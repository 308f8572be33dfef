import { setTimeout as delay } from 'node:timers/promises'
import { AggregatorRegistry, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Db } from '../../db/client.js'
import { watchWorker } from '../../health/metrics.js'
import type { Children } from './children.js'

/** A process that does not say for so long is left out. */
const PATIENCE_MS = 2_000

/**
 * The metrics of all processes as one: counts are added up, and what is read from the database is read once, here.
 */
export function createClusterMetrics(db: Db, children: Pick<Children, 'servers' | 'measured'>): () => Promise<string> {
  const own = new Registry()
  collectDefaultMetrics({ register: own })
  watchWorker(own, db)
  new Gauge({
    name: 'one_list_server_processes',
    help: 'Server processes that are at work.',
    registers: [own],
    collect() {
      this.set(children.servers())
    },
  })
  return async () => {
    const told = children.measured().map((one) => Promise.race([one, delay(PATIENCE_MS, [], { ref: false })]))
    const all = await Promise.all([own.getMetricsAsJSON(), ...told])
    return AggregatorRegistry.aggregate(all.filter((one) => one.length > 0)).metrics()
  }
}
