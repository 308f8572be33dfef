import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Loading the service takes longer than most test files, so files share processes: this writes what tap runs. A file
// that changes or measures its process begins with “// Alone: ” and the reason, and gets a process of its own.

const SHARED_PROCESSES = 20
const ALONE = /^\/\/ Alone: \S/

const sources = fileURLToPath(new URL('../../test/', import.meta.url))
const runs = fileURLToPath(new URL('../runs/', import.meta.url))

const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => ({
    name: name.replaceAll('\\', '/').replace(/\.ts$/, '.js'),
    text: readFileSync(sources + name, 'utf8'),
  }))
  .sort((a, b) => b.text.length - a.text.length || (a.name < b.name ? -1 : 1))

rmSync(runs, { recursive: true, force: true })
mkdirSync(runs)
for (const { name } of files.filter(({ text }) => ALONE.test(text))) {
  write(name.replaceAll('/', '-').replace(/\.test\.js$/, ''), [name])
}
const shared = Array.from({ length: SHARED_PROCESSES }, () => ({ length: 0, names: [] as string[] }))
for (const { name, text } of files.filter(({ text }) => !ALONE.test(text))) {
  const [least] = shared.toSorted((a, b) => a.length - b.length)
  if (least === undefined) break
  least.length += text.length
  least.names.push(name)
}
for (const [index, { names }] of shared.entries()) write(`shared-${String(index + 1).padStart(2, '0')}`, names)

function write(run: string, names: readonly string[]): void {
  const text = `import { runFiles } from '../test/helpers/tap.js'\n\nawait runFiles(${JSON.stringify(names, null, 2)})\n`
  writeFileSync(`${runs}${run}.test.js`, text)
}
