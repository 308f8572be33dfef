import { readFileSync } from 'node:fs'
import { Environment } from '../src/config.js'
import { t } from './helpers/tap.js'

const root = new URL('../../', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')
const manifests = ['.', 'packages/client', 'test'].map(
  (folder) =>
    JSON.parse(readFileSync(new URL(`${folder}/package.json`, root), 'utf8')) as Record<string, Record<string, string>>,
)

t.test('the README has every variable of the environment, and no other', async (t) => {
  const documented = [...readme.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map(([, name]) => name)
  t.same(documented, Object.keys(Environment.shape))
})

t.test('the README gives a reason for every dependency', async (t) => {
  const names = manifests.flatMap((one) => Object.keys({ ...one.dependencies, ...one.devDependencies }))
  for (const name of names.filter((one) => !one.startsWith('@types/')))
    t.match(readme, new RegExp(`(^|[ |,:])${name}[ ,|]`, 'm'), name)
})

t.test('the README shows the two commands', async (t) => {
  t.match(readme, /^npm start /m)
  t.match(readme, /^npm test /m)
})
