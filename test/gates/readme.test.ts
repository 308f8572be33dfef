import { readFileSync } from 'node:fs'
import { t } from '../helpers/tap.js'

const root = new URL('../../..', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')
const manifests = ['.', 'packages/client', 'test'].map(
  (folder) =>
    JSON.parse(readFileSync(new URL(`${folder}/package.json`, root), 'utf8')) as Record<string, Record<string, string>>,
)

t.test('the README gives a reason for every dependency', async (t) => {
  const names = manifests.flatMap((one) => Object.keys({ ...one.dependencies, ...one.devDependencies }))
  for (const name of names.filter((one) => !one.startsWith('@types/')))
    t.match(readme, new RegExp(`(^|[ |,:])${name}[ ,|]`, 'm'), name)
})

t.test('the README shows the two commands', async (t) => {
  for (const file of ['README.md', 'README.zh-CN.md']) {
    const text = readFileSync(new URL(file, root), 'utf8')
    t.match(text, /^npm start /m, file)
    t.match(text, /^npm test /m, file)
    t.ok(text.split('\n').length <= 250, `${file} is one page`)
  }
})
