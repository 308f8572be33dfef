import { fileURLToPath } from 'node:url'
import { runNode } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'

const PROCESS = fileURLToPath(new URL('../helpers/shutdown-process.js', import.meta.url))

/** How a process is asked to end, the code that it ends with, and what it says, in whatever order a pipe takes it. */
const ENDS: [how: string, code: number | null, ...said: string[]][] = [
  ['signal', 0, '"signal":"SIGTERM"', '"stopping"', '"stopped"'],
  ['close', 0, '"stopping"', '"stopped"'],
  ['nothing-left', 0, '"stopping"', '"stopped"'],
  ['error', 1, '"nobody catches it"', '"stopping after an error"', '"stopped"'],
  ['rejection', 1, '"nobody catches it"', '"stopping after an error"', '"stopped"'],
  ['error-twice', 1, '"again"', '"a second error, exiting"'],
  ['signal-twice', 1, '"second SIGTERM, exiting"'],
  ['too-long', 1, '"not ended within 100 ms, exiting"'],
  ['fails', 1, '"the end is broken"', '"the end failed"'],
  ['uninstalled', null],
]

t.test('a process ends in good order, and its exit code says whether it did', async (t) => {
  const runs = await Promise.all(ENDS.map(([how]) => runNode(PROCESS, [how])))
  for (const [n, [how, code, ...said]] of ENDS.entries()) {
    t.equal(runs[n]?.code, code, how)
    for (const words of said) t.ok(runs[n]?.out.includes(words), `${how}: ${words}`)
  }
})
