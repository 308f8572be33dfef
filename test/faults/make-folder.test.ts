import { statSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../src/db/make-folder.js'
import { t } from '../helpers/tap.js'

t.test('folders that many make at once, below folders that are missing, are made for all of them', async (t) => {
  const root = t.testdir()
  for (let round = 0; round < 200; round++) {
    const above = join(root, `${round}`, 'evidence', 'uploads')
    const folders = Array.from({ length: 6 }, (_, k) => join(above, `work-${k % 4}`))
    const made = await Promise.allSettled(folders.map((folder) => makeFolder(folder, 0o700)))
    t.same(
      made.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : [])),
      [],
      `round ${round}`,
    )
    for (const folder of folders) t.ok(statSync(folder).isDirectory())
  }
})

t.test('where no folder can be made, that is said at once', async (t) => {
  const root = t.testdir({ file: 'no folder' })
  await t.rejects(makeFolder(join(root, 'file', 'a', 'b')), { code: 'ENOTDIR' })
  await t.rejects(makeFolder(join(root, 'n'.repeat(300))), { code: 'ENAMETOOLONG' })
})
