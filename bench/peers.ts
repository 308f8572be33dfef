import { getTableColumns } from 'drizzle-orm'
import { item } from '../src/item/table.js'
import type { Request } from './generator.js'

// What others answer from the same table: all columns of an item, and of the 50 of the filtered list's first page. A peer is
// installed by hand, on the database whose URL the benchmark prints; bench/README.md says how.

interface Adapter {
  headers?: Record<string, string>
  one(id: string): Asked
  page: Asked
  /** The ids in an answer, in its order. */
  ids(answer: never): string[]
}

interface Asked {
  path: string
  body?: object
}

/** Said in every request, as the service does: all indexes begin with it. */
const JURISDICTION = 'fuyang'
const [AREA, LEVEL, PAGE] = ['3412', 'general', 50]

/** As PostGraphile calls the columns; `id` is its own. */
const FIELDS = Object.values(getTableColumns(item))
  .map(({ name }) => (name === 'id' ? 'rowId' : name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())))
  .join(' ')

const ADAPTERS: Record<string, Adapter> = {
  postgrest: {
    one: (id) => ({ path: `/item?jurisdiction_id=eq.${JURISDICTION}&id=eq.${id}` }),
    page: {
      path: `/item?jurisdiction_id=eq.${JURISDICTION}&area=like.${AREA}*&level=eq.${LEVEL}&order=reported_at.desc,id.desc&limit=${PAGE}`,
    },
    ids: (answer: { id: string }[]) => answer.map(({ id }) => id),
  },
  // With postgraphile-plugin-connection-filter, without which it compares for equality alone.
  postgraphile: {
    one: (id) =>
      graphql(`{ one: itemByJurisdictionIdAndRowId(jurisdictionId: "${JURISDICTION}", rowId: "${id}") { ${FIELDS} } }`),
    page: graphql(
      `{ page: allItems(condition: {jurisdictionId: "${JURISDICTION}"}, filter: {area: {startsWith: "${AREA}"}, level: {equalTo: "${LEVEL}"}},
        orderBy: [REPORTED_AT_DESC, ROW_ID_DESC], first: ${PAGE}) { nodes { ${FIELDS} } } }`,
    ),
    ids: ({ data: { one, page } }: { data: { one?: Row; page?: { nodes: Row[] } } }) =>
      (page?.nodes ?? (one === undefined ? [] : [one])).map(({ rowId }) => rowId),
  },
  // It takes no table whose key has two columns, so it has a copy with one.
  directus: {
    headers: { authorization: 'Bearer the-token-of-the-benchmark' },
    one: (id) => ({ path: `/items/item_by_id/${id}` }),
    page: {
      path: `/items/item_by_id?filter[jurisdiction_id][_eq]=${JURISDICTION}&filter[area][_starts_with]=${AREA}&filter[level][_eq]=${LEVEL}&sort=-reported_at,-id&limit=${PAGE}`,
    },
    ids: ({ data }: { data: { id: string } | { id: string }[] }) => [data].flat().map(({ id }) => id),
  },
}

interface Row {
  rowId: string
}

function graphql(query: string): Asked {
  return { path: '/graphql', body: { query } }
}

export const PEERS = Object.keys(ADAPTERS)

/** The peer's request for what the service answers at `path`; undefined where it has none. */
export function peerRequest(peer: string, read: string, path: string): Request | undefined {
  const adapter = ADAPTERS[peer]
  const asked =
    read === 'read one item'
      ? adapter?.one(path.split('/').at(-1) ?? '')
      : read.startsWith('first page')
        ? adapter?.page
        : undefined
  if (asked === undefined) return undefined
  const { headers } = adapter ?? {}
  if (asked.body === undefined) return { method: 'GET', path: asked.path, headers: { ...headers } }
  const body = JSON.stringify(asked.body)
  return { method: 'POST', path: asked.path, headers: { ...headers, 'content-type': 'application/json' }, body }
}

/** @throws Error when the peer answers other items than the service, or in another order. */
export async function requireSameRows(
  peer: { name: string; url: string },
  { path, method, headers, body }: Request,
  own: string,
): Promise<void> {
  const response = await fetch(peer.url + path, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${peer.name} answered ${response.status}: ${text.slice(0, 500)}`)
  const wanted = [(JSON.parse(own) as { data?: { id: string }[] }).data ?? JSON.parse(own)].flat().map(({ id }) => id)
  const got = idsOf(peer.name, text)
  if (wanted.join() !== got.join()) throw new Error(`${peer.name} answered other rows: ${got.join()}`)
}

/** The ids of the items in a peer's answer. */
export function idsOf(peer: string, answer: string): string[] {
  return ADAPTERS[peer]?.ids(JSON.parse(answer) as never) ?? []
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
