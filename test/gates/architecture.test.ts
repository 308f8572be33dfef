import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { t } from '../helpers/tap.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/**
 * The rooms of src/ from the ground up, and beside each those rooms next to it that it may look into. A room knows the rooms of
 * the floors below its own, and no other of its floor but those named.
 */
const FLOORS: Record<string, string[]>[] = [
  // Pure rules; the program of those who call the API.
  { domain: [], client: [] },
  // Words for people; settings; PostgreSQL; then what every room is given.
  {
    language: [],
    config: ['language', 'clock'],
    clock: ['config'],
    db: [],
    embedded: ['db'],
    log: ['log-sink'],
    'log-sink': [],
  },
  { deps: [] },
  // Plumbing of requests, of files, and of work in threads.
  { http: [], openapi: ['http'], auth: ['http'], export: ['http'], threads: ['http'], mirror: [] },
  // The item as it is read; the item as it is written; the papers as data, and the files made of them.
  { item: [], ledger: ['item'], render: [] },
  { commands: [] },
  {
    ...{ list: [], assign: [], progress: [], close: [], history: [] },
    ...{ rules: [], contacts: [], notices: ['rules', 'contacts'], webhooks: [], scores: [] },
    ...{ reports: ['scores'], bulletins: ['reports', 'rules', 'scores'], documents: [], calendar: [], evidence: [] },
    ...{ intake: [], import: [], ogc: [], views: [], access: [], health: [] },
  },
  { app: [] },
  { server: [] },
  { cli: [] },
  { main: [] },
]
const floorOf = (room: string) => FLOORS.findIndex((floor) => Object.hasOwn(floor, room))

/** Pure libraries; nothing that reads a clock, a file or a socket. */
const PURE_LIBRARIES = ['luxon', 'gcoord', 'jstat', 'tyme4ts', 'point-in-polygon-hao']

const CLIENT = 'packages/client/src/'

const result = await cruise(['src', CLIENT], {
  baseDir: ROOT,
  doNotFollow: { path: 'node_modules' },
  tsPreCompilationDeps: true,
  moduleSystems: ['es6'],
  enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
})
const { modules } = (typeof result.output === 'string' ? JSON.parse(result.output) : result.output) as ICruiseResult

const edges = modules
  .filter(({ source }) => source.startsWith('src/') || source.startsWith(CLIENT))
  .flatMap((module) =>
    module.dependencies.map((dependency) => ({
      from: module.source,
      to: dependency.resolved,
      name: dependency.module,
      typeOnly: dependency.dependencyTypes.includes('type-only'),
    })),
  )

/** The room of a file: the folder under src/, the file's own name for those that lie in src/ itself, or the client. */
function roomOf(file: string): string {
  if (file.startsWith(CLIENT)) return 'client'
  return /^src\/([^/.]+)/.exec(file)?.[1] ?? ''
}

t.test('imports go one way', async (t) => {
  t.ok(edges.length > 100, 'the imports were found')
  const rooms = new Set(
    modules
      .map(({ source }) => source)
      .filter((file) => file.endsWith('.ts'))
      .map(roomOf)
      .filter((room) => room !== ''),
  )
  t.same(
    [...rooms].sort(),
    FLOORS.flatMap((floor) => Object.keys(floor)).sort(),
    'every file lies in a room that is named',
  )
  for (const { from, to } of edges.filter((edge) => roomOf(edge.to) !== '')) {
    const [room, other] = [roomOf(from), roomOf(to)]
    const floor = floorOf(room)
    const isAllowed = room === other || floorOf(other) < floor || FLOORS[floor]?.[room]?.includes(other)
    if (!isAllowed) t.fail(`${from} imports ${to}`)
  }
})

t.test('the domain is pure', async (t) => {
  for (const { from, to, name } of edges.filter((edge) => roomOf(edge.from) === 'domain')) {
    t.ok(roomOf(to) === 'domain' || PURE_LIBRARIES.includes(name), `${from} imports ${name}`)
  }
  for (const file of readdirSync(`${ROOT}src/domain`, { recursive: true }).map(String)) {
    if (!file.endsWith('.ts')) continue
    const source = readFileSync(`${ROOT}src/domain/${file}`, 'utf8')
    t.notMatch(
      source,
      /Date\.now\(|new Date\(\)|\bawait\b|\bprocess\.|Math\.random/,
      `${file} takes its time as an argument and never awaits`,
    )
  }
})

t.test('the client runs in a browser', async (t) => {
  const from = edges.filter((edge) => roomOf(edge.from) === 'client')
  t.ok(from.length > 0)
  t.ok(edges.some(({ from, to }) => roomOf(from) === 'mirror' && roomOf(to) === 'client'))
  for (const edge of from) {
    t.ok(roomOf(edge.to) === 'client' || edge.name === 'openapi-fetch', `${edge.from} imports ${edge.name}`)
  }
})

t.test('only the ledger writes items and events', async (t) => {
  for (const { source } of modules.filter((module) => module.source.startsWith('src/'))) {
    if (roomOf(source) === 'ledger') continue
    const text = readFileSync(`${ROOT}${source}`, 'utf8')
    t.notMatch(
      text,
      /(insert into|update|delete from)\s+(item|event|item_past|ledger_head|item_counter|score|score_appeal)\b/i,
      source,
    )
  }
})

/** What starts child processes hands them the environment; it reads no setting from it. */
const HANDS_ON = /^src\/(tools|embedded)\//

t.test('only the configuration reads the environment', async (t) => {
  for (const { source } of modules.filter((module) => module.source.startsWith('src/'))) {
    if (HANDS_ON.test(source)) continue
    const text = readFileSync(`${ROOT}${source}`, 'utf8').replaceAll('readConfig(process.env)', '')
    t.notMatch(text, /process\.env\b/, source)
  }
})

t.test('nothing imports in a circle, types included', async (t) => {
  const circles = modules.flatMap((module) =>
    module.dependencies
      .filter((dependency) => dependency.circular)
      .map((dependency) => `${module.source} → ${dependency.resolved}`),
  )
  t.same(circles, [])
})
