import type { Request } from './generator.js'

// What others answer from the same table. A peer is installed by hand, on the database whose URL the benchmark prints,
// with its defaults: PostgREST with the schema `public`, PostGraphile likewise, Directus with the collection `item`.

const COLUMNS =
  'id,code,version,status,title,description,level,category,area,road,address,reported_at,due_at,assignment'

type Adapter = (read: string, id: string) => { path: string; body?: object } | undefined

const ADAPTERS: Record<string, Adapter> = {
  postgrest: (read, id) => {
    if (read === 'read one item') return { path: `/item?id=eq.${id}&select=${COLUMNS}` }
    if (!read.startsWith('first page')) return undefined
    return {
      path: `/item?area=like.3412*&level=eq.general&order=reported_at.desc,id.desc&limit=50&select=${COLUMNS}`,
    }
  },
  postgraphile: (read, id) => {
    const fields =
      'id code version status title description level category area road address reportedAt dueAt assignment'
    const one = `{ allItems(condition: {id: "${id}"}) { nodes { ${fields} } } }`
    const many = `{ allItems(condition: {level: "general"}, first: 50) { nodes { ${fields} } } }`
    if (read === 'read one item') return { path: '/graphql', body: { query: one } }
    return read.startsWith('first page') ? { path: '/graphql', body: { query: many } } : undefined
  },
  directus: (read, id) => {
    if (read === 'read one item') return { path: `/items/item/${id}?fields=${COLUMNS}` }
    if (!read.startsWith('first page')) return undefined
    const filter = 'filter[area][_starts_with]=3412&filter[level][_eq]=general'
    return { path: `/items/item?${filter}&sort=-reported_at&limit=50&fields=${COLUMNS}` }
  },
}

export const PEERS = Object.keys(ADAPTERS)

/** The peer's request for what the service answers at `path`; undefined where it has none. */
export function peerRequest(peer: string, read: string, path: string): Request | undefined {
  const asked = ADAPTERS[peer]?.(read, path.split('/').at(-1) ?? '')
  if (asked === undefined) return undefined
  const { body } = asked
  if (body === undefined) return { method: 'GET', path: asked.path, headers: {} }
  const headers = { 'content-type': 'application/json' }
  return { method: 'POST', path: asked.path, headers, body: JSON.stringify(body) }
}

const POLL_MS = 500
const PATIENCE_MS = 300_000

/** Waits until whoever installs the peer has started it on the printed database. */
export async function awaitPeer({ name, url }: { name: string; url: string }): Promise<void> {
  if (!PEERS.includes(name)) throw new Error(`there is no adapter for ${name}; there are: ${PEERS.join(', ')}`)
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    )
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`${name} did not answer at ${url} within ${PATIENCE_MS / 1000} s`)
}
