import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What the benchmark takes of a built service: of this one, or of another commit's in a folder of its own. */
export async function loadSource(root: string) {
  // Where a file lies now, and where it lay in commits that may be compared with.
  const load = (...paths: [string, ...string[]]) => {
    const found = paths.map((path) => join(root, 'build/src', path)).find(existsSync)
    if (found === undefined) throw new Error(`${root} has no ${paths[0]}`)
    return import(pathToFileURL(found).href)
  }
  const people = (await load('access/create.js')) as typeof import('../src/access/create.js')
  const sample = (await load('server/sample.js', 'cli/sample.js')) as typeof import('../src/server/sample.js')
  const client = (await load('db/client.js')) as typeof import('../src/db/client.js')
  const migration = (await load('db/migrate.js')) as typeof import('../src/db/migrate.js')
  const act = (await load('ledger/act.js')) as typeof import('../src/ledger/act.js')
  const store = (await load('ledger/store.js', 'ledger/item-store.js')) as typeof import('../src/ledger/store.js')
  const open = (await load('ledger/open-item.js')) as typeof import('../src/ledger/open-item.js')
  const chain = (await load('ledger/chain.js')) as typeof import('../src/ledger/chain.js')
  const table = (await load('item/table.js', 'db/schema.js')) as typeof import('../src/item/table.js')
  const fold = (await load(
    'domain/item/evolve.js',
    'domain/evolve.js',
  )) as typeof import('../src/domain/item/evolve.js')
  return {
    ...people,
    ...sample,
    ...client,
    ...migration,
    ...act,
    ...store,
    ...open,
    ...fold,
    ...chain,
    item: table.item,
  }
}

export type Source = Awaited<ReturnType<typeof loadSource>>
