import { createHash } from 'node:crypto'
import { BEGINNING, faultOf } from '../../src/mirror/chain.js'
import { itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp } from '../helpers/checked.js'
import { ndjsonRows } from '../helpers/files.js'
import { runNode, VERIFIER } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'

const { app, home, db } = await createCheckedApp(t)
const { office, auditor, supervisor, admin } = home

/** What of the thing an event is about may be read: by its own routes, under the same permission. */
const OF_STAFF = ['person.created', 'person.changed', 'key.created', 'key.revoked', 'feed.created', 'feed.revoked']

const person = await ok(admin.post('/v1/people', { name: '李不为人知', role: 'inspector', area: '341225' }))
await ok(admin.patch(`/v1/people/${person.id}`, { role: 'supervisor' }))
const { id: key } = await ok(admin.post('/v1/api-keys', { person: person.id }))
await admin.delete(`/v1/api-keys/${key}`)
const feed = await ok(office.post('/v1/me/deadline-feeds', { name: '手机' }))
await office.delete(`/v1/me/deadline-feeds/${feed.id}`)
await ok(admin.post('/v1/units', { name: '新单位', kind: 'other' }))
await ok(admin.post('/v1/categories', { code: 'new_one', nameZh: '新类别', nameEn: 'New' }))
const contact = { recipient: 'office', channel: 'email', address: 'a@example.com' }
await ok(admin.post('/v1/contacts', contact))
const hook = { url: 'https://reports.example.gov.cn/hooks/one-list', types: ['item.*'] }
await ok(office.post('/v1/subscriptions', hook))
const { version: _, ...rules } = await ok(admin.get('/v1/rules'))
await ok(admin.put('/v1/rules', { ...rules, warningDays: [5] }))
const item = await itemIn('listed', home, { filing: { area: '341202' } })
const limited = await home.addCaller('supervisor', { area: '341225' })

const feedOf = (caller: typeof office, query = '') => allPages(caller, `/v1/events?limit=200${query}`)
const exported = async (caller: typeof office): Promise<Json[]> => {
  const headers = { authorization: `Bearer ${caller.key}`, accept: 'application/x-ndjson' }
  const { rawPayload } = await app.inject({ url: '/v1/events', headers })
  return ndjsonRows({ bytes: rawPayload } as never)
}

t.test('what an event about no item says is for who may read the thing, on every way to it', async (t) => {
  const all = await feedOf(auditor)
  t.ok(OF_STAFF.every((type) => all.some((event) => event.type === type)))
  t.ok(
    all.every(({ data, salt }) => data !== null && salt !== null),
    'an auditor reads all',
  )
  for (const [name, caller] of Object.entries({ office, supervisor })) {
    const events = await feedOf(caller)
    t.equal(events.length, all.length, `${name} follows a dense chain`)
    for (const [k, event] of events.entries()) {
      const isStaff = OF_STAFF.includes(event.type)
      if (isStaff) t.match(event, { data: null, salt: null, actor: { name: null } }, `${name} ${event.type}`)
      const { data: _1, salt: _2, actor, ...header } = event
      t.match(all[k], { ...header, actor: { id: actor.id, role: actor.role } }, 'all that the chain is made of')
    }
    t.same(await exported(caller), events, `${name}: NDJSON`)
    const types = OF_STAFF.map((type) => `&type=${type}`).join('')
    t.ok(
      (await feedOf(caller, types)).every(({ data }) => data === null),
      `${name}: by type`,
    )
  }
  const toldTo = async (caller: typeof office) =>
    new Set((await feedOf(caller)).filter(({ data, itemId }) => data !== null && itemId === null).map((e) => e.type))
  const forOffice = await toldTo(office)
  for (const type of ['unit.created', 'category.created', 'rules.changed', 'contact.created', 'subscription.created']) {
    t.ok(forOffice.has(type), `office: ${type}`)
  }
  const forSupervisor = await toldTo(supervisor)
  for (const type of ['unit.created', 'category.created', 'rules.changed']) t.ok(forSupervisor.has(type), type)
  for (const type of ['contact.created', 'subscription.created']) t.notOk(forSupervisor.has(type), type)
  const inArea = await feedOf(limited)
  t.ok(inArea.length > 0 && inArea.every(({ data }) => data !== null), 'who is limited gets what they may read, alone')
  t.notOk(inArea.some(({ type, itemId }) => OF_STAFF.includes(type) || itemId === item.id))
})

t.test('no name of a person is chained, and none goes to who may not read people', async (t) => {
  for (const caller of [office, supervisor, limited]) {
    t.notMatch(JSON.stringify(await feedOf(caller)), /李不为人知/)
    t.notMatch(JSON.stringify(await exported(caller)), /李不为人知/)
  }
  const mine = (await feedOf(auditor, '&type=person.created&type=person.changed')).filter(
    ({ data }) => data.id === person.id,
  )
  t.equal(mine.length, 2)
  t.ok(mine.every(({ data }) => !('name' in data)))
})

t.test('a chain whose data are withheld is verified by a follower, and by the script, which says so', async (t) => {
  const events = await exported(office)
  let last = BEGINNING
  for (const event of events) {
    t.equal(faultOf(event, last), undefined)
    last = event
  }
  const lines = (rows: readonly Json[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`
  const { seq, hash } = await ok(auditor.get('/v1/ledger'))
  const without = events.filter(({ data }) => data === null).length
  t.match(await runNode(VERIFIER, [], { input: lines(events) }), {
    ...{ code: 0, out: `ok ${seq} events (${without} without their data), head ${seq} ${hash}\n` },
  })
  const half = events.map((event) => (event.data === null ? { ...event, salt: '00'.repeat(16) } : event))
  t.match(await runNode(VERIFIER, [], { input: lines(half) }), { code: 1 }, 'data without which there is a salt')
  const forged = events.map((event) => (event.data === null ? { ...event, dataHash: hashOf('x') } : event))
  t.match(await runNode(VERIFIER, [], { input: lines(forged) }), { code: 1 })
})

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

t.test('an event of a type that is not known here is withheld from all but the auditor', async (t) => {
  const { prepareEvent } = await import('../../src/ledger/chain.js')
  const { appendEvents } = await import('../../src/ledger/act.js')
  const about = { jurisdiction: home.id, itemId: null, itemCode: null, itemVersion: null }
  const actor = { id: home.system.id, role: 'system' }
  const at = '2026-03-02T01:00:00.000Z'
  await db.execute(appendEvents(home.id, [prepareEvent({ ...about, type: 'toString', at, actor }, { a: 1 } as never)]))
  t.match((await feedOf(office)).at(-1), { type: 'toString', data: null })
  t.match((await feedOf(auditor)).at(-1), { type: 'toString', data: { a: 1 } })
})
