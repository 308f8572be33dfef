import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What the benchmark takes of a built service: of this one, or of another commit's in a folder of its own. */
export async function loadSource(root: string) {
  const load = (path: string) => import(pathToFileURL(join(root, 'build/src', path)).href)
  const people = (await load('access/create.js')) as typeof import('../src/access/create.js')
  const sample = (await load('cli/sample.js')) as typeof import('../src/cli/sample.js')
  const client = (await load('db/client.js')) as typeof import('../src/db/client.js')
  const migration = (await load('db/migrate.js')) as typeof import('../src/db/migrate.js')
  const act = (await load('ledger/act.js')) as typeof import('../src/ledger/act.js')
  const store = (await load('ledger/item-store.js')) as typeof import('../src/ledger/item-store.js')
  const open = (await load('ledger/open-item.js')) as typeof import('../src/ledger/open-item.js')
  const chain = (await load('ledger/chain.js')) as typeof import('../src/ledger/chain.js')
  const schema = (await load('db/schema.js')) as typeof import('../src/db/schema.js')
  const fold = (await load('domain/evolve.js')) as typeof import('../src/domain/evolve.js')
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
    item: schema.item,
  }
}

export type Source = Awaited<ReturnType<typeof loadSource>>
