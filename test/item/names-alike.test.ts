import { verifyItems } from '../../src/ledger/verify-items.js'
import { filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const at = await createCheckedApp(t)
const { home, foreign, clock, db } = at
const { office, admin, unitCaller } = home
const DOTTED = ['买买提·吐尔逊', '买买提•吐尔逊', '买买提．吐尔逊']
const SPACED = ['王 强', '王　强', '王强', '王\u200b强']

const codes: Record<string, string> = {}
for (const name of [...DOTTED, ...SPACED, '王刚']) {
  clock.advance(1000)
  const item = await itemIn('remediating', home, { order: { leadOfficial: { name }, dueAt: '2026-03-10' } })
  codes[name] = item.code
}
await itemIn('remediating', foreign, { order: { leadOfficial: { name: '王强' }, dueAt: '2026-03-10' } })
const during = clock.now
clock.now = '2026-03-20T01:00:00.000Z'

const EXPECTED = [
  { key: DOTTED[0], label: DOTTED[0], count: 3 },
  { key: SPACED[0], label: SPACED[0], count: 4 },
  { key: '王刚', label: '王刚', count: 1 },
]
const byKey = (a: Json, b: Json) => (a.key < b.key ? -1 : 1)
const shortOf = (groups: Json[], count: string) =>
  groups.map((group) => ({ key: group.key, label: group.label, count: group[count] })).sort(byKey)

t.test(
  'an official whose name was written in several ways is one in every report, called as it was first written',
  async (t) => {
    const overdue = await ok(office.get('/v1/reports/overdue?groupBy=leadOfficial'))
    t.same(shortOf(overdue.groups, 'count'), [...EXPECTED].sort(byKey))
    const ranking = await ok(office.get('/v1/reports/lead-officials'))
    t.same(shortOf(ranking.groups, 'overdue'), [...EXPECTED].sort(byKey))
    for (const [report, count] of [
      ['progress', 'listed'],
      ['forecast', 'open'],
    ] as const) {
      const { groups } = await ok(office.get(`/v1/reports/${report}?groupBy=leadOfficial`))
      t.same(shortOf(groups, count), [...EXPECTED].sort(byKey), report)
    }
    const then = await ok(office.get(`/v1/reports/overdue?groupBy=leadOfficial&asOf=2026-03-15T00:00:00Z`))
    t.same(shortOf(then.groups, 'count'), [...EXPECTED].sort(byKey), 'in the past too')
    const foreignGroups = await ok(foreign.office.get('/v1/reports/overdue?groupBy=leadOfficial'))
    t.same(
      shortOf(foreignGroups.groups, 'count'),
      [{ key: '王强', label: '王强', count: 1 }],
      'another jurisdiction has its own first form',
    )
  },
)

t.test('the items keep the name that their order has', async (t) => {
  const { data } = await ok(office.get('/v1/items?limit=200&sort=reportedAt'))
  t.same(
    data.map((item: Json) => item.assignment.leadOfficial.name),
    [...DOTTED, ...SPACED, '王刚'],
  )
  t.match(await verifyItems(db, home.id), { ok: true })
})

t.test('leadOfficial finds every spelling by every spelling, now and in the past, and no other', async (t) => {
  for (const names of [DOTTED, SPACED]) {
    for (const name of [...names, ` ${names[0]} `, `${names[0]}\u200b`]) {
      for (const asOf of ['', `&asOf=${during}`]) {
        const { data } = await ok(
          office.get(`/v1/items?leadOfficial=${encodeURIComponent(name)}${asOf}&sort=reportedAt`),
        )
        t.same(
          data.map((item: Json) => item.code),
          names.map((one) => codes[one]),
          JSON.stringify(name) + asOf,
        )
      }
    }
  }
  for (const name of ['王', '强王', '买买提吐尔逊', 'x']) {
    t.same((await ok(office.get(`/v1/items?leadOfficial=${encodeURIComponent(name)}`))).data, [], name)
  }
  const view = await ok(office.post('/v1/views', { name: '王强的', filter: { leadOfficial: '王强' } }))
  t.equal((await ok(office.get(`/v1/items?view=${view.id}`))).data.length, 4)
})

t.test(
  'a unit cannot be given a name that looks like another’s of the jurisdiction; the answer names that one',
  async (t) => {
    const first = await ok(admin.post('/v1/units', { name: '阜阳市公路局（颍州）' }))
    for (const name of [
      '阜阳市公路局(颍州)',
      '阜阳市公路局 （颍州）',
      '阜阳市公路局（颍州）\u200b',
      '阜阳市公路局（颍州）',
    ]) {
      const answer = await admin.post('/v1/units', { name })
      refused(t, answer, 409, 'duplicate')
      t.match(answer.body.detail, /阜阳市公路局（颍州）/)
    }
    const other = await ok(admin.post('/v1/units', { name: '阜阳市公路局（颍东）' }))
    const url = `/v1/units/${other.id}`
    refused(t, await admin.patch(url, { name: '阜阳市公路局(颍州)' }, { 'if-match': '"1"' }), 409, 'duplicate')
    await ok(admin.patch(url, { name: '阜阳市公路局(颍东)' }, { 'if-match': '"1"' }))
    t.equal(
      (await ok(foreign.admin.post('/v1/units', { name: first.name }))).name,
      first.name,
      'elsewhere the name is free',
    )
  },
)

t.test('of two requests for look-alike names at once one is refused', async (t) => {
  const answers = await Promise.all(['颍上县（公路）', '颍上县(公路)'].map((name) => admin.post('/v1/units', { name })))
  t.same(answers.map(({ status }) => status).sort(), [201, 409])
})

t.test('units that look alike already go on working, each under its name', async (t) => {
  const one = await ok(admin.post('/v1/units', { name: '临泉县（公路）' }))
  const two = await ok(admin.post('/v1/units', { name: '临泉县公路' }))
  await at.superuser.query(`update unit set name = '临泉县(公路)' where id = $1`, [two.id])
  t.equal(
    (await ok(admin.patch(`/v1/units/${two.id}`, { kind: 'bureau' }, { 'if-match': '"1"' }))).name,
    '临泉县(公路)',
  )
  t.equal((await ok(admin.patch(`/v1/units/${two.id}`, { name: '临泉县(公路)' }, { 'if-match': '"2"' }))).version, 3)
  for (const { id } of [one, two]) {
    const item = await itemIn('listed', home)
    await ok(office.post(`/v1/items/${item.id}/assignments`, order({ unit: id })))
  }
  const { groups } = await ok(office.get('/v1/reports/progress?groupBy=unit'))
  t.equal(groups.filter((group: Json) => /^临泉县.公路.$/.test(group.label)).length, 2)
})

t.test('names of fifty characters and more, and rare ones, are taken for officials, units and people', async (t) => {
  const long = `${'阿卜杜热合曼江'.repeat(7)}·𠮷`
  const item = await itemIn('listed', home)
  const given = order(home, { leadOfficial: { name: long, title: '𬎆'.repeat(100) } })
  const assigned = await ok(office.post(`/v1/items/${item.id}/assignments`, given))
  t.same(assigned.assignment.leadOfficial, { name: long, title: '𬎆'.repeat(100) })
  t.equal((await ok(admin.post('/v1/units', { name: '𠮷'.repeat(100) }))).name.length, 200)
  t.equal((await ok(admin.post('/v1/people', { name: long, role: 'auditor' }))).name, long)
  refused(t, await admin.post('/v1/units', { name: '𠮷'.repeat(101) }), 400, 'invalid-request', { pointers: ['/name'] })
  await ok(unitCaller.post(`/v1/items/${item.id}/acceptance`))
  t.equal(filing().title, '临水弯道无护栏')
})
