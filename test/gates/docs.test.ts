import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Environment } from '../../src/config/environment.js'
import { CHANNELS, PERMISSIONS, ROLES } from '../../src/domain/access/permissions.js'
import { TRANSITIONS } from '../../src/domain/item/events.js'
import { NOTICES } from '../../src/domain/item/notice.js'
import { PROBLEMS } from '../../src/http/problem-codes.js'
import { MAIN, runNode } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Folders of the repository; installed and built files are left out. */
const FOLDERS = ['docs', 'bench', 'migrations', 'openapi', 'src', 'test']

const files = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  ),
]
const documents = files.map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }))

t.test('every relative link of every document leads somewhere', async (t) => {
  t.ok(files.length > 40, 'the documents were found')
  for (const { file, text } of documents) {
    for (const [, target = ''] of proseOf(text).matchAll(/\]\(([^()\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [place = '', anchor] = target.split('#')
      const to = place === '' ? file : path.posix.join(path.posix.dirname(file), place)
      const isThere = existsSync(path.join(ROOT, to))
      t.ok(isThere, `${file} leads to ${target}`)
      if (anchor === undefined || !isThere) continue
      t.ok(
        anchorsOf(readFileSync(path.join(ROOT, to), 'utf8')).includes(anchor),
        `${file} leads to #${anchor} of ${to}`,
      )
    }
  }
})

t.test('every document is reached from the README', async (t) => {
  const reached = new Set<string>()
  const visit = (file: string) => {
    if (reached.has(file) || !file.endsWith('.md') || !existsSync(path.join(ROOT, file))) return
    reached.add(file)
    for (const [, target = ''] of proseOf(readFileSync(path.join(ROOT, file), 'utf8')).matchAll(/\]\(([^()\s#]+)/g)) {
      if (!/^[a-z]+:/.test(target)) visit(path.posix.join(path.posix.dirname(file), target))
    }
  }
  visit('README.md')
  t.same(
    files.filter((file) => file.startsWith('docs/') && !reached.has(file)),
    [],
  )
})

t.test('every file of the repository that a document names is there', async (t) => {
  const named = /`((?:src|test|migrations|bench|openapi)\/[A-Za-z0-9_./*{}-]*)`/g
  let count = 0
  for (const { file, text } of documents.filter(({ file }) => file !== 'CHANGELOG.md')) {
    for (const [, name = ''] of text.matchAll(named)) {
      // What is made by a run, and what stands for several.
      if (name.startsWith('bench/results/') || /[*{]/.test(name)) continue
      count++
      t.ok(existsSync(path.join(ROOT, name)), `${file} names ${name}`)
    }
  }
  t.ok(count > 30, 'names were found')
})

t.test('the reference has every variable of the environment, and no other', async (t) => {
  t.same(firstCells('docs/reference/configuration.md', /^[A-Z][A-Z0-9_]+$/), Object.keys(Environment.shape))
})

t.test('the reference has every problem code with its status and titles, and no other', async (t) => {
  const rows = rowsOf('docs/reference/errors.md').filter(([, status = '']) => /^\d{3}$/.test(status))
  t.same(
    rows.map((cells) => cells.slice(0, 4)),
    Object.entries(PROBLEMS).map(([code, { status, title }]) => [`\`${code}\``, `${status}`, title.en, title.zh]),
  )
  for (const [code, , , , meaning = ''] of rows) t.not(meaning, '', `${code} has a meaning`)
})

t.test('the reference has every role and who may do what', async (t) => {
  const columns = [...ROLES, ...CHANNELS]
  const rows = rowsOf('docs/reference/roles.md')
  const known = new Set<string>(Object.keys(PERMISSIONS).map((action) => `\`${action}\``))
  t.same(
    rows.filter(([action = '']) => known.has(action) || /^`[a-z_]+\.[a-z_]+`$/.test(action)),
    Object.entries(PERMISSIONS).map(([action, roles]) => [
      `\`${action}\``,
      ...columns.map((role) => ((roles as readonly string[]).includes(role) ? '✓' : '')),
    ]),
  )
  t.same(firstCells('docs/reference/roles.md', /^[a-z]+$/), columns)
})

t.test('the reference has every event with its statuses, and every kind of notice', async (t) => {
  const file = 'docs/reference/statuses-and-events.md'
  const any = [...new Set(Object.values(TRANSITIONS).flatMap(({ from }) => [...from]))]
  const events = rowsOf(file).filter(([event = '']) => event.startsWith('`item.'))
  t.same(
    events.map((cells) => cells.slice(0, 3)),
    Object.entries(TRANSITIONS).map(([event, { from, to }]) => [
      `\`${event}\``,
      from.length === 0 ? 'new' : from.length === any.length ? 'any' : from.join(', '),
      to === 'same' ? 'same' : to.join(', '),
    ]),
  )
  const kinds = rowsOf(file).filter(([, receipt = '']) => receipt === 'yes' || receipt === 'no')
  t.same(
    kinds.filter(([kind = '']) => Object.hasOwn(NOTICES, kind.replaceAll('`', ''))),
    Object.entries(NOTICES).map(([kind, { receipt, timings }]) => [
      `\`${kind}\``,
      receipt ? 'yes' : 'no',
      timings.map((timing) => `\`${timing}\``).join(', '),
    ]),
  )
})

t.test('the reference has every command with its options, and no other', async (t) => {
  const text = readFileSync(path.join(ROOT, 'docs/reference/command-line.md'), 'utf8')
  const { out } = await runNode(MAIN, ['--help'])
  const commands = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name)
  t.ok(commands.length >= 10, 'the commands were found')
  t.same(firstCells('docs/reference/command-line.md', /^[a-z]+$/), commands)
  for (const command of commands) {
    const [, section = ''] = new RegExp(`^## \`${command}\`\\n(.*?)(?=^## )`, 'ms').exec(text) ?? []
    const usage = await runNode(MAIN, [command, '--help'])
    const optionsIn = (some: string) => [...new Set(some.match(/--[a-z][a-z-]*/g))].sort()
    t.same(optionsIn(section), optionsIn(usage.out), `the options of ${command}`)
  }
})

/** Without code, in which brackets are no links. */
function proseOf(text: string): string {
  return text.replace(/^ *```.*?^ *```/gms, '').replace(/`[^`\n]*`/g, '')
}

/** The headings as the places that links name: lower case, blanks as hyphens, without other signs. */
function anchorsOf(text: string): string[] {
  const headings = text.replace(/^```.*?^```/gms, '').matchAll(/^#{1,6} +(.+)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** The cells of every row of every table. */
function rowsOf(file: string): string[][] {
  const lines = readFileSync(path.join(ROOT, file), 'utf8').split('\n')
  return lines
    .filter((line) => line.startsWith('|') && !/^\|[-:|]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
}

/** The names in code that rows begin with. */
function firstCells(file: string, name: RegExp): string[] {
  return rowsOf(file)
    .map(([first = '']) => /^`(.+)`$/.exec(first)?.[1] ?? '')
    .filter((first) => name.test(first))
}
