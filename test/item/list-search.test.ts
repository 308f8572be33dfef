import { type Json, ok } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home } = await createCheckedApp(t)
const { inspector, office } = home

/** Files an item; it is known by its code. */
async function file(title: string, more: Json = {}): Promise<string> {
  const { code } = await ok(inspector.post('/v1/items', { title, area: '341225', address: '无', ...more }))
  return code
}
async function found(q: string): Promise<string[]> {
  const { data, total } = await ok(
    office.get(`/v1/items?limit=200&count=true&sort=reportedAt&q=${encodeURIComponent(q)}`),
  )
  if (total !== data.length) throw new Error(`${q}: ${total} counted, ${data.length} found`)
  return data.map((item: Json) => item.code).sort()
}

t.test('Chinese words are found, of one character and of more', async (t) => {
  const bend = await file('临水急弯无护栏', { description: '弯道外侧临水库，夜间无照明' })
  const market = await file('马路市场占道', { address: '焦陂镇幸福路口' })
  const cases: [string, string[]][] = [
    ['护栏', [bend]],
    ['临水急弯', [bend]],
    ['弯', [bend]],
    ['临', [bend]],
    ['明', [bend]],
    ['照明', [bend]],
    ['路', [market]],
    ['焦陂', [market]],
    ['路口', [market]],
    ['护照', []],
    ['栏护', []],
    ['水弯', []],
    ['龘', []],
    ['场占', [market]],
    // The pairs 路市 and 市场 both occur, but the words are not one.
    ['幸福路市场', []],
  ]
  for (const [q, codes] of cases) t.same(await found(q), codes, q)
})

t.test('words apart by spaces must all occur, in any field and order', async (t) => {
  const a = await file('桥头限高架损坏', { description: '货车碰撞', address: '西湖镇' })
  const b = await file('桥头标线模糊', { address: '西湖镇' })
  t.same(await found('桥头 西湖'), [a, b])
  t.same(await found('西湖 桥头'), [a, b])
  t.same(await found('  碰撞\u3000桥头\t西湖 '), [a], 'the wide space of Chinese keyboards too')
  t.same(await found('碰撞 标线'), [])
})

t.test('Latin words are found in any case, also inside a word', async (t) => {
  const a = await file('Guardrail missing at S315 near Jiaobei', { description: 'ÉCOLE Ａ段' })
  for (const q of ['guardrail', 'GUARDRAIL', 'uardr', 'g', 's315', 'jiaobei missing', 'École', 'ÉCOLE', 'Ａ段', 'Ａ']) {
    t.same(await found(q), [a], q)
  }
  for (const q of ['guardrails', 'missing-at', 'jiao bei x1y2']) t.same(await found(q), [], q)
})

t.test('codes are found, whole and in part', async (t) => {
  const digitless = { address: '无', description: null }
  while (!(await file('无数字', digitless)).endsWith('7'));
  const [code = ''] = await found('000007')
  t.equal(code, '2026-000007')
  t.same(await found(code), [code])
  t.same(await found('2026-000007'.slice(3)), [code])
  t.same(await found('7'), [code], 'the last digit, which no other follows')
})

t.test('characters that a query language would read are characters', async (t) => {
  const special = [
    '%',
    '_',
    '\\',
    "'",
    '"',
    ':',
    '&',
    '|',
    '!',
    '(',
    ')',
    '*',
    '<->',
    ':*',
    "''",
    "\\'",
    '--',
    '$1',
    '?',
    '\\0',
    '%_',
    '{}',
    '\\\\',
  ]
  const codes = new Map<string, string>()
  for (const text of special) codes.set(text, await file(`特殊${text}字符`))
  const plain = await file('特殊字符')
  for (const text of special) {
    const hits = await found(text)
    t.ok(hits.includes(codes.get(text) ?? ''), `${text} is found`)
    t.notOk(hits.includes(plain), `${text} is not found where it does not stand`)
    t.same(await found(`特殊${text}字符`), [codes.get(text)], `特殊${text}字符`)
    const others = special.filter((other) => other.includes(text)).length
    t.equal(hits.length, others, `${text} is found just where it stands`)
  }
  t.same(await found('特_字'), [])
  t.same(await found('特%符'), [])
})

t.test('characters outside the basic plane are whole', async (t) => {
  const emoji = await file('警示🚧标志🚦')
  const rare = await file('𠮷野家门口')
  const family = await file('学校👨‍👩‍👧门前')
  const cases: [string, string[]][] = [
    ['🚧', [emoji]],
    ['🚦', [emoji]],
    ['警示🚧', [emoji]],
    ['🚧标志🚦', [emoji]],
    ['🚧🚦', []],
    ['🚥', []],
    ['𠮷', [rare]],
    ['𠮷野', [rare]],
    ['👨‍👩‍👧', [family]],
  ]
  for (const [q, codes] of cases) t.same(await found(q), codes, q)
})

t.test('a search that is long still ends', async (t) => {
  const long = '长'.repeat(100)
  const code = await file(long, { description: '文'.repeat(5000) })
  t.same(await found(long), [code])
  t.same(await found('长 '.repeat(50).trim()), [code])
  t.same(await found('文'.repeat(60)), [code])
  t.same(await found(`${'文'.repeat(60)}长`), [])
})

t.test('a corrected text is found by what it says now', async (t) => {
  const code = await file('旧标题甲乙丙')
  const patched = await inspector.patch(`/v1/items/${code}`, { title: '新题目丁戊己' }, { 'if-match': '"1"' })
  t.equal(patched.status, 200)
  t.same(await found('旧标题'), [])
  t.same(await found('丁戊己'), [code])
})
