import { execFile } from 'node:child_process'
import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { log } from './log.js'

const run = promisify(execFile)

export interface Revision {
  name: string
  root: string
  remove(): Promise<unknown>
}

/** Builds another commit in a working tree of its own, with this one's packages where its lockfile is the same. */
export async function buildRevision(repository: string, revision: string, folder: string): Promise<Revision> {
  const git = (...args: string[]) => run('git', ['-C', repository, ...args])
  const { stdout } = await git('rev-parse', '--short', '--verify', `${revision}^{commit}`)
  const name = stdout.trim()
  const root = join(folder, 'base')
  log(`building ${name}`)
  await git('worktree', 'add', '--detach', root, name)
  const remove = () => git('worktree', 'remove', '--force', root)
  try {
    if (await haveSameLockfile(repository, root))
      await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
    else await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root })
    await run('npm', ['run', '-s', 'build'], { cwd: root })
    return { name, root, remove }
  } catch (err) {
    await remove()
    throw err
  }
}

async function haveSameLockfile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((root) => readFile(join(root, 'package-lock.json'), 'utf8')))
  return one === other
}
