// Runs before every start, build and test: installs what package-lock.json asks for if it is not there, and removes
// compiled files whose source is gone. Plain Node, because it runs when nothing is installed; quick, because it always
// runs. What only tests and checks need (the workspaces) is installed for `--tests` and `--all`, and left out else.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { deleteUnusedFonts } from './unused-fonts.mjs'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const LOCK = path.join(ROOT, 'package-lock.json')
const INSTALLED = path.join(ROOT, 'node_modules', '.package-lock.json')
/** Says for which lock file, and with which result, node_modules was last found complete, and whether with everything. */
const STAMP = path.join(ROOT, 'node_modules', '.one-list-setup')
const BUILD = path.join(ROOT, 'build')
const BUILD_INFO = path.join(BUILD, '.tsbuildinfo')
const SERVICE_BUILD_INFO = path.join(BUILD, '.tsbuildinfo-service')
/** What the service is built of; tests and the like are compiled with all the rest alone. */
const SERVICE_TREES = ['src', 'packages/client/src']
const LEAST_NODE = [20, 19]
/** Says for which .taprc tap was built: with other plugins its first run loads all of them, the compiler too, for every file. */
const TAP_SETTINGS = path.join(ROOT, '.taprc')
const TAP_STAMP = path.join(ROOT, 'node_modules', '.one-list-tap')

const isForTests = process.argv.includes('--tests')
const isAll = isForTests || process.argv.includes('--all')

requireNode()
if (!isInstalled()) install()
removeStaleBuildFiles()
if (isForTests && !isTapBuilt()) buildTap()

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return
  fail(`Node.js ${LEAST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`)
}

function isInstalled() {
  if (!existsSync(INSTALLED)) return false
  const stamp = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : ''
  if (stamp === fingerprint('all') || (!isAll && stamp === fingerprint('service'))) return true
  if (!hasAllPackages()) return false
  setUp('all')
  return true
}

function setUp(extent) {
  deleteUnusedFonts()
  writeFileSync(STAMP, fingerprint(extent))
}

function fingerprint(extent) {
  const hash = createHash('sha256')
  for (const file of [LOCK, INSTALLED]) hash.update(readFileSync(file)).update('\0')
  return `${extent} ${hash.digest('hex')}`
}

/** Compares what is asked for with npm's own record of what it has installed. */
function hasAllPackages() {
  const wanted = JSON.parse(readFileSync(LOCK, 'utf8')).packages
  const installed = JSON.parse(readFileSync(INSTALLED, 'utf8')).packages
  return Object.entries(wanted).every(([name, want]) => {
    if (name === '') return true
    const have = installed[name]
    if (want.link) return have?.link === true
    if (have === undefined) return !isForThisPlatform(want)
    return have.version === want.version && have.integrity === want.integrity
  })
}

/** npm leaves out optional packages that are for other platforms; which C library counts is left to it. */
function isForThisPlatform(want) {
  if (!want.optional && !want.devOptional) return true
  return (
    (want.os ?? []).includes(process.platform) && (want.cpu ?? []).includes(process.arch) && want.libc === undefined
  )
}

function install() {
  console.log('Installing the dependencies (npm ci) …')
  // Of the npm that may have started us, only its configuration of the registry and the network is to be kept: options
  // for its own command, such as --omit, --prefix or --dry-run, are not meant for this one.
  const notOurs = /^npm_(package_|lifecycle_|command$|config_(omit|include|only|also|dev|production|global|location)$)/i
  const alsoNot = /^npm_config_(prefix|local_prefix|dry_run|package_lock|package_lock_only|workspaces?)$/i
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !notOurs.test(name) && !alsoNot.test(name)),
  )
  // Compiling needs the development dependencies, whatever NODE_ENV says.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  if (!isAll) args.push('--workspaces=false')
  const npm = process.env.npm_execpath
  const isNpm = npm !== undefined && path.basename(npm) === 'npm-cli.js'
  const [command, ...before] = isNpm ? [process.execPath, npm] : ['npm']
  const { status, error } = spawnSync(command, [...before, ...args], {
    cwd: ROOT,
    env,
    shell: !isNpm && process.platform === 'win32',
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) fail(`npm ci failed${error === undefined ? '' : `: ${error.message}`}.`)
  setUp(isAll ? 'all' : 'service')
}

function isTapBuilt() {
  return existsSync(TAP_STAMP) && readFileSync(TAP_STAMP).equals(readFileSync(TAP_SETTINGS))
}

function buildTap() {
  const tap = path.join(ROOT, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs')
  const { status } = spawnSync(process.execPath, [tap, 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) fail('tap build failed.')
  writeFileSync(TAP_STAMP, readFileSync(TAP_SETTINGS))
}

/**
 * A test whose source is gone would still run, and a module would still be found. The other way round, the compiler
 * believes its own notes rather than look whether its output is still there.
 */
function removeStaleBuildFiles() {
  if (!existsSync(BUILD)) return
  let stale = false
  for (const tree of [...SERVICE_TREES, 'test', 'bench', 'templates']) {
    const sources = new Set(filesIn(path.join(ROOT, tree), '.ts').map((file) => file.slice(0, -3)))
    for (const extension of ['.js', '.js.map']) {
      const built = new Set(filesIn(path.join(BUILD, tree), extension).map((file) => file.slice(0, -extension.length)))
      for (const name of built) {
        if (sources.has(name)) continue
        rmSync(path.join(BUILD, tree, name + extension))
        stale = true
      }
      for (const name of sources) {
        if (!built.has(name) && wasCompiled(tree, path.join(ROOT, tree, `${name}.ts`))) stale = true
      }
    }
  }
  if (stale) for (const info of [BUILD_INFO, SERVICE_BUILD_INFO]) rmSync(info, { force: true })
}

function wasCompiled(tree, source) {
  const infos = SERVICE_TREES.includes(tree) ? [BUILD_INFO, SERVICE_BUILD_INFO] : [BUILD_INFO]
  return infos.some((info) => existsSync(info) && statSync(source).mtimeMs < statSync(info).mtimeMs)
}

function filesIn(directory, extension) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true }).filter(
    (name) => name.endsWith(extension) && !name.endsWith('.d.ts'),
  )
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
