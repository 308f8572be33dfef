import fc from 'fast-check'
import pg from 'pg'
import { nameKey } from '../../src/domain/name.js'
import { searchFold } from '../../src/domain/text.js'
import { createTestDatabase } from '../helpers/database.js'
import { t } from '../helpers/tap.js'

const { url } = await createTestDatabase(t)
const client = new pg.Client({ connectionString: url })
await client.connect()
t.teardown(() => client.end())

const ALIKE: string[][] = [
  [
    '买买提·吐尔逊',
    '买买提•吐尔逊',
    '买买提‧吐尔逊',
    '买买提・吐尔逊',
    '买买提･吐尔逊',
    '买买提∙吐尔逊',
    '买买提⋅吐尔逊',
  ],
  ['买买提·吐尔逊', '买买提.吐尔逊', '买买提．吐尔逊', '买买提 · 吐尔逊', '买买提 . 吐尔逊', '买买提\u200b·吐尔逊'],
  [
    '王强',
    '王 强',
    '王　强',
    '王\u00a0强',
    '王\u2009强',
    ' 王强 ',
    '王\u200b强',
    '\ufeff王强',
    '王\u2060强',
    '王⼀强'.replace('⼀', ''),
  ],
  ['阜阳市公路局（颍州）', '阜阳市公路局(颍州)', '阜阳市公路局 (颍州)', '阜阳市公路局（ 颍州 ）'],
  ['李⽂', '李文'],
  ['Ｇ１０５养护公司', 'G105养护公司', 'g105 养护公司'],
  ['Wang Qiang', 'Wang  Qiang', 'Wang　Qiang', 'Ｗａｎｇ Qiang', 'WANG QIANG'],
  ['José', 'Jose\u0301'],
  ['中交‐二局', '中交－二局', '中交–二局', '中交-二局'],
  ['“绿化”公司', '"绿化"公司', '＂绿化＂公司'],
  ['王强', '王\u3164强', '王\u2800强', '王\ue01ef强'.replace('\ue01ef', '\u{e01ef}')],
]
const UNLIKE = [
  '王强',
  '王刚',
  '王强·',
  '买买提·吐尔逊',
  '买买提吐尔逊',
  'WangQiang',
  'Wang Qiang',
  '王國强',
  '第1.2标段',
  '第1·2标段',
  'ئابدۇللا تۇرسۇن',
  'ئابدۇللاتۇرسۇن',
]

async function inSql(names: readonly string[]): Promise<[string, string][]> {
  const { rows } = await client.query<{ key: string; fold: string }>(
    'select name_key(n) as key, search_fold(n) as fold from unnest($1::text[]) with ordinality x (n, k) order by k',
    [names],
  )
  return rows.map(({ key, fold }) => [key, fold])
}

t.test('names that look alike have one key, names that do not have two', async (t) => {
  for (const names of ALIKE)
    t.same([...new Set(names.map(nameKey))].length, 1, names.map((name) => JSON.stringify(name)).join(' '))
  t.equal(new Set(UNLIKE.map(nameKey)).size, UNLIKE.length, 'no two of these are one')
  t.equal(nameKey('买买提•吐尔逊'), '买买提·吐尔逊', 'the dot is U+00B7')
})

t.test('SQL and TypeScript make the same key, and the same fold for searches, of any text', async (t) => {
  const given = [...ALIKE.flat(), ...UNLIKE]
  t.same(
    await inSql(given),
    given.map((name) => [nameKey(name), searchFold(name)]),
  )
  const between = (from: number, to: number) => fc.integer({ min: from, max: to }).map((c) => String.fromCodePoint(c))
  const character = fc.oneof(
    between(0x20, 0x7e),
    between(0x4e00, 0x9fff),
    between(0x20000, 0x2a6d6),
    between(0xff01, 0xffdc),
    between(0x2000, 0x206f),
    between(0x2e80, 0x303f),
    between(0xf900, 0xfa6d),
    between(0xa0, 0x36f),
    between(0x620, 0x6ff),
    between(0xfe30, 0xfe6b),
    between(0x1100, 0x11ff),
    between(0x1f300, 0x1f5ff),
    fc.constantFrom(...' ..··•・()（）\u3000\u200b\u200d\u00a0\ufe0f\u0301\u3164\u2800\u2ff0\u0085\n\r\t'),
  )
  const names = fc.array(
    fc.array(character, { maxLength: 12 }).map((parts) => parts.join('')),
    { minLength: 50, maxLength: 100 },
  )
  await fc.assert(
    fc.asyncProperty(names, async (texts) => {
      const expected = texts.map((text) => [nameKey(text), searchFold(text)])
      const found = await inSql(texts)
      const at = found.findIndex(([key, fold], k) => key !== expected[k]?.[0] || fold !== expected[k]?.[1])
      if (at !== -1)
        throw new Error(
          `${JSON.stringify(texts[at])}: ${JSON.stringify(found[at])} and ${JSON.stringify(expected[at])}`,
        )
    }),
    { numRuns: 100 },
  )
})
