// Alone: it starts a service with a database of its own.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeEmbedded } from '../../src/embedded/database.js'
import { MAIN, type ServerProcess, startServer } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const TOUR = readFileSync(path.join(ROOT, 'docs/tutorial/five-minute-tour.md'), 'utf8')
/** Printed between two steps. */
const END = '-- the next step --'
const CURL = fileURLToPath(new URL('../helpers/curl.js', import.meta.url))

t.test('the Chinese lesson has the same steps and answers', async (t) => {
  t.same(stepsOf(readFileSync(path.join(ROOT, 'docs/zh-CN/tutorial.md'), 'utf8')), stepsOf(TOUR))
})

t.test('the lessons run as they are written', runLessons)

/** A folder as a reader has it: the service's data, `npm` and the package lie where the lessons look for them. */
async function runLessons(t: Test): Promise<void> {
  const folder = t.testdirName
  const dataDir = path.join(folder, '.data')
  // Before the folder is made, so that it runs before the folder is removed.
  t.teardown(() => removeEmbedded(path.join(dataDir, 'postgres')))
  t.testdir({ '.data': {}, bin: {}, node_modules: {} })
  symlinkSync(ROOT, path.join(folder, 'node_modules', 'one-list'), 'dir')
  // `npm run -s one-list -- …` without the build, which has been made.
  const provide = (tool: string, script: string) =>
    writeFileSync(path.join(folder, 'bin', tool), `#!/bin/sh\n${script} "$@"\n`, { mode: 0o755 })
  provide('npm', `shift 4\nexec "${process.execPath}" "${MAIN}"`)
  // A machine with nothing but Node has no curl. What is there is what a reader uses.
  if (spawnSync('curl', ['--version']).status !== 0) provide('curl', `exec "${process.execPath}" "${CURL}"`)
  const server = await startServer(t, { DATA_DIR: dataDir })

  t.test('what the tour shows is what a service answers', async (t) => {
    const steps = stepsOf(TOUR)
    t.ok(steps.filter(({ answer }) => answer !== undefined).length >= 10, 'the steps were found')
    const outputs = await runSteps(steps, folder, server)
    for (const [index, { command, answer }] of steps.entries()) {
      t.equal(masked(outputs[index] ?? ''), masked(answer ?? ''), command.split('\n').at(-1) ?? '')
    }
  })

  t.test('the minute of each README runs, and leaves two events', async (t) => {
    for (const file of ['README.md', 'README.zh-CN.md']) {
      const steps = stepsOf(readFileSync(path.join(ROOT, file), 'utf8')).filter(({ command }) =>
        command.startsWith('B='),
      )
      t.equal(steps.length, 1, file)
      const [said = ''] = await runSteps(steps, folder, server)
      t.match(said, /"type":"item\.reported".*"type":"item\.listed"/s, file)
    }
  })

  t.test('the program of the client’s lesson prints what the lesson shows', async (t) => {
    const text = readFileSync(path.join(ROOT, 'docs/tutorial/client.md'), 'utf8')
    const [, program = '', answer = ''] = /```js\n(.*?)```\n\n```text\n(.*?)```/s.exec(text) ?? []
    writeFileSync(path.join(folder, 'tour.mjs'), program.replace('http://127.0.0.1:3000', server.url))
    const run = await finished(process.execPath, ['tour.mjs'], folder)
    t.match(run, { code: 0, err: '' })
    t.equal(masked(run.out), masked(answer))
  })
}

interface Step {
  command: string
  /** What the lesson says that the command prints; undefined: nothing. */
  answer: string | undefined
}

function stepsOf(text: string): Step[] {
  return [...text.matchAll(/```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)].map(([, command = '', answer]) => ({
    command: command.trimEnd(),
    answer,
  }))
}

/** All steps in one shell, as a reader types them; answers what each printed. */
async function runSteps(steps: readonly Step[], folder: string, server: ServerProcess): Promise<string[]> {
  const script = steps.map(({ command }) => command).join(`\necho '${END}'\n`)
  const file = path.join(folder, 'tour.sh')
  writeFileSync(file, `set -euo pipefail\n${script.replaceAll('http://127.0.0.1:3000', server.url)}\n`)
  const { code, out, err } = await finished('bash', [file], folder)
  if (code !== 0) throw new Error(`the tour ended with ${code}: ${err}\n${out}`)
  return out.split(`${END}\n`)
}

async function finished(command: string, args: string[], cwd: string) {
  const { PATH, HOME, TMPDIR } = process.env
  const tools = [path.join(cwd, 'bin'), path.dirname(process.execPath), PATH].join(path.delimiter)
  const env = { HOME, TMPDIR, PATH: tools }
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const run = { code: null as number | null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    run.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    run.err += text
  })
  const [code] = await once(child, 'close')
  return { ...run, code: code as number | null }
}

/** Without what is another at each start: ids, codes, times, what the day of the year makes of a deadline, speed. */
function masked(text: string): string {
  return text
    .trim()
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<time>')
    .replace(/\b\d{4}-\d{6}\b/g, '<code>')
    .replace(/(dueProvisional: )(true|false)/g, '$1<flag>')
    .replace(/(maxOverdueDays: )\d+/g, '$1<days>')
    .replace(/in [\d.]+ s \(\d+ rows\/s\)/g, 'in <time>')
}
