import type { Bench, Listed, Subject } from './context.js'
import type { DataSet } from './items.js'
import { loadList } from './load.js'
import { log } from './log.js'
import { type Service, startService } from './service.js'
import { loadSource } from './source.js'

const POOL_SIZE = 10

/** Loads a list through the build in `root`, keeps a copy of it, and starts the service of that build on it. */
export async function prepareSubject(bench: Bench, name: string, root: string, database: string): Promise<Subject> {
  const { items, open } = bench.options
  const listed = await loadFor(bench, { name, root }, `${database}_loaded`, { due: 0, items, open })
  const subject = await serveCopy(bench, listed, database)
  log(`${name} answers at ${subject.service.origin}`)
  return subject
}

/** The second list of a build, for what takes long; what is not closed is due. Nobody is connected to it. */
export function loadLarge(bench: Bench, { name, root, database }: Subject): Promise<Listed> {
  const { largeItems, dueItems } = bench.options
  return loadFor(bench, { name, root }, `${database}_large`, { due: dueItems, items: largeItems, open: 0 })
}

async function loadFor(
  { cluster }: Bench,
  { name, root }: { name: string; root: string },
  database: string,
  set: DataSet,
): Promise<Listed> {
  await cluster.create(database)
  log(`loading ${set.items + set.due} items through ${name}`)
  const list = await loadList(await loadSource(root), cluster.urlOf(database), set)
  return { name, root, database, url: cluster.urlOf(database), list }
}

/** The service of the list's build on a copy of it. */
export async function serveCopy(bench: Bench, listed: Listed, database: string): Promise<Subject> {
  await bench.cluster.copy(listed.database, database)
  const url = bench.cluster.urlOf(database)
  return serve(bench, { ...listed, database, url, loaded: listed.database })
}

/** The service on a list that is only read from now on, until the benchmark ends. */
export async function serve(bench: Bench, listed: Listed & { loaded: string }): Promise<Subject> {
  const service = await startOn(bench, listed)
  bench.closing.push(service.stop)
  return { ...listed, service }
}

/** A service that whoever starts it stops. */
export function startOn({ folder }: Bench, { root, url }: Listed, processes?: number): Promise<Service> {
  const where = { root, databaseUrl: url, folder, poolSize: POOL_SIZE }
  return startService(processes === undefined ? where : { ...where, processes })
}
