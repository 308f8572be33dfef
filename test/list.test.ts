import t from 'tap'
import { createTestApp, filing, itemIn, ok } from './helpers/app.js'

t.test('an item lives from filing to closure', async (t) => {
  const { home } = await createTestApp(t)
  const closed = await itemIn('closed', home)
  t.match(closed, { status: 'closed', code: '2026-000001', version: 6, onAccount: false, overdue: false })
  const { body } = await home.auditor.get(`/v1/items/${closed.id}/events`)
  t.same(
    body.data.map((event: { type: string }) => event.type),
    ['item.reported', 'item.listed', 'item.assigned', 'item.accepted', 'item.closure_requested', 'item.closed'],
  )
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true })
  t.equal((await home.inspector.post('/v1/items', filing({ area: '341621' }))).status, 400, 'an area outside is refused')
})
