import type { Bench, Subject } from './context.js'
import { loadList } from './load.js'
import { log } from './log.js'
import { startService } from './service.js'
import { loadSource } from './source.js'

const POOL_SIZE = 10

/** Loads a list through the build in `root`, keeps a copy of it, and starts the service of that build on it. */
export async function prepareSubject(bench: Bench, name: string, root: string, database: string): Promise<Subject> {
  const { cluster, options, folder } = bench
  const loaded = `${database}_loaded`
  await cluster.create(loaded)
  log(`loading ${options.items} items through ${name}`)
  const list = await loadList(await loadSource(root), cluster.urlOf(loaded), {
    due: 0,
    items: options.items,
    open: options.open,
  })
  await cluster.copy(loaded, database)
  const url = cluster.urlOf(database)
  const service = await startService({ root, databaseUrl: url, folder, poolSize: POOL_SIZE })
  log(`${name} answers at ${service.origin}`)
  return { name, root, service, list, url, loaded }
}
