import processOnSpawn from 'process-on-spawn'
import tap, { type Test } from 'tap'

export type { Test } from 'tap'

let current: Test = tap

/** What the tests of a file hang on: tap's root, or the file's own subtest where files share a process. */
export { current as t }

// Tap loads its hooks into every process that a test starts, which makes a start four times as long. They serve coverage alone.
if (process.env._TAPJS_PROCESSINFO_COVERAGE_ === '0') processOnSpawn.removeAllListeners()

const FILE_TIMEOUT_MS = 300_000

/**
 * Runs test files, given as modules beside this folder, one after another in this process: what `_runs.ts` writes calls it.
 * @public
 */
export async function runFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    await tap.test(file, { timeout: FILE_TIMEOUT_MS }, async (t) => {
      current = t
      await import(new URL(`../${file}`, import.meta.url).href)
    })
  }
}
