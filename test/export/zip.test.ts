import { zipOf } from '../../src/export/zip.js'
import { t } from '../helpers/tap.js'

const BLOCK = Buffer.alloc(65_536, '一').toString()

/** An archive of files with so many blocks each, and how much of it has been asked for. */
function archiveOf(blocks: number) {
  const seen = { asked: 0, ended: false }
  async function* content() {
    for (let k = 0; k < blocks; k++) {
      seen.asked++
      yield BLOCK
    }
  }
  async function* entries() {
    try {
      for (const name of ['a.xml', 'b.xml', 'c.xml']) yield { name, content: content() }
    } finally {
      seen.ended = true
    }
  }
  return { archive: zipOf(entries()), seen }
}

t.test('an archive is made no faster than it is read', async (t) => {
  const { archive, seen } = archiveOf(10_000)
  await archive.next()
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.ok(seen.asked < 5_000, `${seen.asked} blocks`)
  await archive.return(undefined)
})

t.test('who stops reading ends the source, wherever it is', async (t) => {
  for (const chunks of [1, 2, 3, 5, 8]) {
    const { archive, seen } = archiveOf(chunks % 2 === 0 ? 1 : 10_000)
    for (let k = 0; k < chunks; k++) await archive.next()
    await archive.return(undefined)
    t.ok(seen.ended, `${chunks} chunks`)
  }
})

t.test('a source that fails fails the archive', async (t) => {
  async function* broken(): AsyncGenerator<string> {
    yield 'a'
    throw new Error('the rows are gone')
  }
  const reading = async () => {
    for await (const _ of zipOf([{ name: 'a.xml', content: broken() }]));
  }
  await t.rejects(reading, { message: 'the rows are gone' })
})
