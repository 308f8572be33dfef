import { createHash } from 'node:crypto'
import { canonicalJson } from '../../src/ledger/chain.js'
import { itemIn, ok } from '../helpers/app.js'
import { draft, issue, pageOf, publish } from '../helpers/bulletins.js'
import { createCheckedApp } from '../helpers/checked.js'
import { noon, scoreOn } from '../helpers/scores.js'
import { t } from '../helpers/tap.js'

const MARCH = { kind: 'monthly', from: '2026-03-01', to: '2026-04-01' }

t.test('a month’s bulletin carries what was booked, and stays as it is whatever is booked later', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  await itemIn('closed', home)
  await itemIn('listed', home, { filing: { source: 'hotline' } })
  const late = await itemIn('remediating', home, { order: { dueAt: '2026-03-29' } })
  await scoreOn(made, '2026-03-31')
  clock.now = noon('2026-04-02')
  const drafted = await draft(home, MARCH)
  t.same(drafted.content.scores, {
    period: null,
    units: [
      {
        ...{ key: home.unit, name: '阜阳交通运输局', entries: 5, rewards: 3, penalties: -2, points: 1, moneyFen: 0 },
      },
      { key: null, name: null, entries: 1, rewards: 1, penalties: 0, points: 1, moneyFen: 0 },
    ],
  })

  const closed = await ok(home.office.post('/v1/score-periods', { period: '2026-03' }))
  const { data } = await ok(home.auditor.get('/v1/events?type=score_period.closed'))
  const bulletin = await publish(home, { kind: 'on_demand', from: '2026-03-01', to: '2026-04-01', cutOff: clock.now })
  t.same(bulletin.content.scores.period, {
    ...{ period: '2026-03', seq: data[0].seq, contentSha256: closed.contentSha256 },
  })
  const { key: _1, name: _2, ...sums } = bulletin.content.scores.units[0]
  const { unit: _3, ...frozen } = closed.units[0]
  t.same(sums, frozen, 'the totals are those of the closed period')
  const page = await pageOf(home.office, bulletin.id)
  for (const words of ['奖惩积分', '群众举报奖励', '−2', '2026-03 期已结账', closed.contentSha256]) {
    t.ok(page.body.includes(words), words)
  }
  await ok(home.office.post(`/v1/items/${late.id}/suspension`, { reason: '等待批准' }))
  await scoreOn(made, '2026-04-20')
  for (const { id } of [bulletin, await issue(home, drafted)]) {
    t.match(await ok(home.auditor.get(`/v1/bulletins/${id}/reproduction`)), { same: true })
  }
})

t.test('a bulletin from before there were scores is read, issued and made again without them', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock, superuser } = made
  await itemIn('closed', home)
  await scoreOn(made, '2026-03-31')
  clock.now = noon('2026-04-02')
  const { id, content } = await draft(home, MARCH)
  const { scores, ...older } = content
  t.equal(scores.units.length, 1)
  const text = canonicalJson(older)
  const sha256 = createHash('sha256').update(text).digest()
  await superuser.query('update bulletin set content = $1, content_sha256 = $2 where id = $3', [text, sha256, id])
  const issued = await issue(home, { id })
  t.same(issued.content, older)
  t.match(await ok(home.auditor.get(`/v1/bulletins/${id}/reproduction`)), { same: true })
  const page = await pageOf(home.office, id)
  t.equal(page.status, 200)
  t.notOk(page.body.includes('奖惩积分'))
})
