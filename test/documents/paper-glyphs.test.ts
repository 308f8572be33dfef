import { itemIn, type Json, ok } from '../helpers/app.js'
import { publish } from '../helpers/bulletins.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { fileOf, issue, paragraphsOf } from '../helpers/papers.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createCheckedApp(t)
const { office } = home
/** 吉 with a longer line below, a rare one of extension B, one of an office's own, and one that no font will have. */
const RARE = ['𠮷', '𡚸', '\ue815', '\u{323af}'] as const

t.test(
  'a paper that would lose a letter is not issued, and takes no number, until it is asked for all the same',
  async (t) => {
    const item = await itemIn('remediating', home, {
      filing: { title: `𠮷家湖路口` },
      order: { leadOfficial: { name: '王𠮷' } },
    })
    const url = `/v1/items/${item.id}/documents`
    for (const kind of ['assignment_order', 'rectification_notice', 'item_file']) {
      const answer = await office.post(url, { kind })
      refused(t, answer, 409, 'missing-glyphs')
      const said = answer.body.errors.map(({ detail }: Json) => detail).join('\n')
      t.match(said, /“隐患名称” has 𠮷（U\+20BB7）, which no font has/, kind)
      if (kind !== 'item_file') t.match(said, /“牵头领导” has 𠮷/)
      t.match(answer.body.detail, /"missingGlyphs": "accept"/)
    }
    const paper = await issue(home, item, { kind: 'assignment_order', missingGlyphs: 'accept' })
    t.equal(paper.number, '安办交〔2026〕1号', 'what was refused took none')
    t.ok(paper.missingGlyphs.some((one: Json) => one.field === '隐患名称' && one.characters[0] === '𠮷'))
    t.same((await ok(office.get(`/v1/documents/${paper.id}`))).missingGlyphs, paper.missingGlyphs)
    const words = await paragraphsOf((await fileOf(app, office, `/v1/documents/${paper.id}/file?format=docx`)).bytes)
    t.ok(words.includes('𠮷家湖路口'), 'Word shows it in whatever font there is')
    refused(t, await office.post(url, { kind: 'item_file', missingGlyphs: 'x' }), 400, 'invalid-request', {
      pointers: ['/missingGlyphs'],
    })
  },
)

t.test('what the office says itself is looked at too, each character once', async (t) => {
  const item = await itemIn('remediating', home)
  const asked = {
    kind: 'rectification_notice',
    requirements: [`${RARE.join('')}𠮷`],
    contact: { name: '李𡚸', phone: '1' },
  }
  const answer = await office.post(`/v1/items/${item.id}/documents`, asked)
  refused(t, answer, 409, 'missing-glyphs')
  const said = answer.body.errors.map(({ detail }: Json) => detail)
  for (const character of RARE) {
    t.ok(
      said.some((one: string) => one.includes('“要求”') && one.split(character).length === 2),
      character,
    )
  }
  t.ok(said.some((one: string) => /“联系人” has 𡚸/.test(one)))
})

t.test('a mark or a picture that no font has stops nothing, and is told', async (t) => {
  const item = await itemIn('remediating', home, { filing: { description: '路面坍塌🚧，⚠️请绕行' } })
  const paper = await issue(home, item, { kind: 'item_file' })
  t.match(paper.missingGlyphs, [{ field: '隐患描述', characters: ['🚧'] }])
  const plain = await issue(home, await itemIn('remediating', home), { kind: 'assignment_order' })
  t.equal(plain.missingGlyphs, null)
})

t.test('so it is with a bulletin’s paper', async (t) => {
  await itemIn('listed', home)
  const drafted = { kind: 'on_demand', from: '2026-03-01', to: '2026-03-02', title: '𠮷县通报', preface: '𠮷县' }
  const { id } = await publish(home, drafted)
  const answer = await office.post(`/v1/bulletins/${id}/documents`, {})
  refused(t, answer, 409, 'missing-glyphs')
  t.match(JSON.stringify(answer.body.errors), /𠮷（U\+20BB7）/)
  const made = await office.post(`/v1/bulletins/${id}/documents`, { missingGlyphs: 'accept' })
  t.equal(made.status, 201, JSON.stringify(made.body))
  t.ok(made.body.missingGlyphs.length > 0)
})
