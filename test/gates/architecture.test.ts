import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { t } from '../helpers/tap.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const GROUND = [
  'domain',
  'language',
  'config',
  'db',
  'deps',
  'http',
  'auth',
  'export',
  'threads',
  'item',
  'ledger',
  'render',
]
/** What a room of a subject may look into, beside the rooms of its kind that it names. */
const SUBJECT = [...GROUND, 'commands']
const ofSubjects = (...rooms: string[]) => Object.fromEntries(rooms.map((room) => [room, SUBJECT]))

/** The rooms of src/ from the ground up, and what each may look into: only what stands before it here. */
const ROOMS: Record<string, string[]> = {
  domain: [],
  client: [],
  language: ['domain'],
  config: ['language'],
  clock: ['config'],
  'log-sink': [],
  log: ['log-sink'],
  db: ['domain'],
  // Knows nothing of the service.
  embedded: ['db'],
  deps: ['config', 'db'],
  http: ['deps', 'db', 'config', 'language', 'domain'],
  openapi: ['http', 'deps'],
  auth: ['http', 'db', 'config', 'domain'],
  export: ['http', 'deps', 'db', 'language', 'domain'],
  // Work on what others send.
  threads: ['http', 'domain'],
  // The program of an operator's own, with the typed client alone.
  mirror: ['client'],
  // The item as it is read, and as it is written.
  item: ['export', 'http', 'deps', 'db', 'domain'],
  ledger: ['item', 'deps', 'db', 'domain'],
  // Papers as data, and the files made of them; knows nothing of whose they are.
  render: ['threads', 'domain'],
  // What can be done to an item, for its own route and for a batch.
  commands: ['ledger', 'item', 'http', 'deps', 'db', 'language', 'domain'],
  ...ofSubjects('list', 'assign', 'progress', 'close', 'history', 'rules', 'contacts'),
  notices: [...SUBJECT, 'contacts'],
  ...ofSubjects('webhooks', 'scores'),
  reports: [...SUBJECT, 'scores'],
  bulletins: [...SUBJECT, 'reports', 'scores'],
  ...ofSubjects('documents', 'calendar', 'evidence', 'intake', 'import', 'ogc', 'views', 'access', 'health'),
}
/** These put the rooms together. */
for (const room of ['app', 'server', 'cli', 'main']) ROOMS[room] = Object.keys(ROOMS)

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
  t.same([...rooms].sort(), Object.keys(ROOMS).sort(), 'every file lies in a room that is named')
  const order = Object.keys(ROOMS)
  for (const [room, allowed] of Object.entries(ROOMS)) {
    for (const other of allowed) t.ok(order.indexOf(other) < order.indexOf(room), `${other} stands before ${room}`)
  }
  for (const { from, to } of edges.filter((edge) => roomOf(edge.to) !== '')) {
    const [room, other] = [roomOf(from), roomOf(to)]
    if (room !== other) t.ok(ROOMS[room]?.includes(other), `${from} imports ${to}`)
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
