import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { t } from './helpers/tap.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SLICES = [
  'list',
  'assign',
  'track',
  'close',
  'notify',
  'webhooks',
  'bulletins',
  'documents',
  'calendar',
  'reports',
  'scores',
  'ogc',
  'access',
  'operation',
  'import',
  'intake',
  'views',
  'evidence',
]

/** Who may import what, from the outside in: main, server → app → slices → http, ledger → db → domain. */
const LAYERS: Record<string, string[]> = {
  domain: [],
  db: ['domain'],
  ledger: ['db', 'domain'],
  http: ['db', 'domain'],
  // Papers as data, and the files made of them; knows nothing of whose they are.
  paper: ['aside', 'domain'],
  // Work on what others send, in threads.
  aside: ['http', 'domain'],
  // What can be done to an item, for its own route and for a batch.
  commands: ['http', 'ledger', 'db', 'domain', 'deps'],
  // What others run as well, with the typed client alone.
  mirror: ['client'],
  ...Object.fromEntries(
    SLICES.map((slice) => [slice, ['commands', 'http', 'ledger', 'paper', 'aside', 'db', 'domain', 'deps']]),
  ),
}
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

/** The layer of a file: the folder under src/, the file's own name for those that lie in src/ itself, or the client. */
function layerOf(file: string): string {
  if (file.startsWith(CLIENT)) return 'client'
  return /^src\/([^/.]+)/.exec(file)?.[1] ?? ''
}

t.test('imports go one way', async (t) => {
  t.ok(edges.length > 100, 'the imports were found')
  for (const { from, to, typeOnly } of edges.filter((edge) => layerOf(edge.to) !== '')) {
    const allowed = LAYERS[layerOf(from)]
    // Types of the app and its dependencies may be named where routes are registered.
    if (allowed === undefined || layerOf(from) === layerOf(to) || (typeOnly && layerOf(to) === 'deps')) continue
    t.ok(allowed.includes(layerOf(to)), `${from} imports ${to}`)
  }
})

t.test('the domain is pure', async (t) => {
  for (const { from, to, name } of edges.filter((edge) => layerOf(edge.from) === 'domain')) {
    t.ok(layerOf(to) === 'domain' || PURE_LIBRARIES.includes(name), `${from} imports ${name}`)
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
  const from = edges.filter((edge) => layerOf(edge.from) === 'client')
  t.ok(from.length > 0)
  t.ok(edges.some(({ from, to }) => layerOf(from) === 'mirror' && layerOf(to) === 'client'))
  for (const edge of from) {
    t.ok(layerOf(edge.to) === 'client' || edge.name === 'openapi-fetch', `${edge.from} imports ${edge.name}`)
  }
})

t.test('only the ledger writes items and events', async (t) => {
  for (const { source } of modules.filter((module) => module.source.startsWith('src/'))) {
    if (layerOf(source) === 'ledger') continue
    const text = readFileSync(`${ROOT}${source}`, 'utf8')
    t.notMatch(
      text,
      /(insert into|update|delete from)\s+(item|event|item_past|ledger_head|item_counter|score|score_appeal)\b/i,
      source,
    )
  }
})

/** What starts child processes hands them the environment; it reads no setting from it. */
const HANDS_ON = /^src\/(tools\/|db\/embedded)/

t.test('only the configuration reads the environment', async (t) => {
  for (const { source } of modules.filter((module) => module.source.startsWith('src/'))) {
    if (HANDS_ON.test(source)) continue
    const text = readFileSync(`${ROOT}${source}`, 'utf8').replaceAll('readConfig(process.env)', '')
    t.notMatch(text, /process\.env\b/, source)
  }
})

t.test('nothing imports in a circle', async (t) => {
  const circles = modules.flatMap((module) =>
    module.dependencies
      .filter((dependency) => dependency.circular && !dependency.dependencyTypes.includes('type-only'))
      .map((dependency) => `${module.source} → ${dependency.resolved}`),
  )
  t.same(circles, [])
})
