import { createStatementNames } from '../../src/db/naming-client.js'
import { t } from '../helpers/tap.js'

const times = (n: number, work: () => string | undefined) => Array.from({ length: n }, work).at(-1)

t.test('a statement that comes again and again gets a name, and keeps it', async (t) => {
  const nameOf = createStatementNames()
  t.equal(nameOf('select 1'), undefined)
  t.equal(nameOf('select 1'), undefined)
  const name = nameOf('select 1')
  t.match(name, /^s\d+$/)
  t.equal(nameOf('select 1'), name)
  t.not(
    times(3, () => nameOf(' with a as (select 1) select 2')),
    undefined,
  )
  t.not(
    times(3, () => nameOf('(select 1) union all (select 2)')),
    name,
    'another has another',
  )
})

t.test('what is not planned gets none: cursors change what they return', async (t) => {
  const nameOf = createStatementNames()
  for (const text of [
    'begin',
    'commit',
    'fetch 1000 from portions',
    'declare portions cursor for select 1',
    'listen a',
  ]) {
    t.equal(
      times(10, () => nameOf(text)),
      undefined,
      text,
    )
  }
})

t.test('a question about the past gets none: each moment is planned for', async (t) => {
  const nameOf = createStatementNames()
  t.equal(
    times(10, () => nameOf('select 1 from (select * from item union all select * from item_past) i')),
    undefined,
  )
  t.not(
    times(10, () => nameOf('with past as (insert into item_past select * from item) select 1')),
    undefined,
    'a change writes to it',
  )
})

t.test(
  'callers who make ever new statements fill no memory, and take no name from those that were there',
  async (t) => {
    const nameOf = createStatementNames()
    const first = times(3, () => nameOf('select first'))
    for (let k = 0; k < 5_000; k++) t.equal(nameOf(`select ${k}`), undefined)
    const named = new Set<string>()
    for (let k = 0; k < 400; k++) {
      const name = times(3, () => nameOf(`select often ${k}`))
      if (name !== undefined) named.add(name)
    }
    t.equal(named.size, 249, 'with the first, 250')
    t.equal(nameOf('select first'), first)
  },
)
