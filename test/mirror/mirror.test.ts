import type { AddressInfo } from 'node:net'
import { createClient } from '../../packages/client/src/index.js'
import { prepareEvent } from '../../src/ledger/chain.js'
import { faultOf } from '../../src/mirror/chain.js'
import { type MirrorOptions, mirror } from '../../src/mirror/mirror.js'
import { createTarget } from '../../src/mirror/target.js'
import { createTestApp, filing, itemIn, ok, type TestJurisdiction } from '../helpers/app.js'
import { contentOf, type Destination, postgresDestination, sqliteDestination, startMirror } from '../helpers/mirror.js'
import { type Test, t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { app, home, foreign, superuser } = made
await app.listen({ port: 0 })
const baseUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
await itemIn('closed', home)
await itemIn('assigned', home)

const clientOf = (key: string) => createClient({ baseUrl, key, language: 'en', attempts: 2 })

/** Runs a mirror in this process; answers what it said. */
async function run(
  destination: Destination,
  { key = home.auditor.key, once = true, signal = new AbortController().signal, said = [] as string[] } = {},
): Promise<string[]> {
  const target = createTarget(await destination.open())
  const options: MirrorOptions = { once, signal, say: (line) => said.push(line) }
  try {
    await mirror(clientOf(key), target, options)
  } finally {
    await target.close()
  }
  return said
}

async function isSource(t: Test, destination: Destination, at: TestJurisdiction): Promise<void> {
  const { place, events, items } = await contentOf(destination)
  const head = await ok(at.auditor.get('/v1/ledger'))
  t.same(place, { jurisdiction: at.id, ...head })
  t.same(events, (await ok(at.auditor.get('/v1/events?limit=200'))).data)
  const source = (await ok(at.auditor.get('/v1/items?limit=200'))).data
  t.equal(items.length, source.length)
  for (const item of items)
    t.match(
      source.find(({ id }: { id: string }) => id === item.id),
      item,
    )
}

for (const kind of ['postgres', 'sqlite'] as const) {
  t.test(`${kind}: synchronises, follows, resumes, and renames`, async (t) => {
    const destination = kind === 'postgres' ? await postgresDestination(t) : sqliteDestination(t)
    const { seq } = await ok(home.auditor.get('/v1/ledger'))
    t.same(await run(destination), [`synchronised at seq ${seq}`])
    await isSource(t, destination, home)
    t.same(await run(destination), [], 'there is nothing new')
    const item = await itemIn('remediating', home)
    const [last] = await run(destination)
    t.match(last, `at seq ${(await ok(home.auditor.get('/v1/ledger'))).seq}`)
    await isSource(t, destination, home)

    const ending = new AbortController()
    const said: string[] = []
    const following = run(destination, { once: false, signal: ending.signal, said })
    await until(async () => (await ok(home.auditor.get(`/v1/items/${item.id}`))).version === 4)
    await ok(home.office.post(`/v1/items/${item.id}/notes`, { note: '跟上' }))
    await until(() => said.length > 0)
    ending.abort()
    await t.rejects(following, { name: 'AbortError' })
    await isSource(t, destination, home)

    const { reportedBy } = item
    await ok(home.admin.patch(`/v1/people/${reportedBy.id}`, { name: `${kind} 改名` }, { 'if-match': '*' }))
    await run(destination)
    const { items } = await contentOf(destination)
    t.match(
      items.find(({ id }) => id === item.id),
      { reportedBy: { name: `${kind} 改名` } },
    )
  })

  t.test(`${kind}: rows and place move together, from where the mirror is`, async (t) => {
    const destination = kind === 'postgres' ? await postgresDestination(t) : sqliteDestination(t)
    await run(destination)
    const before = await contentOf(destination)
    const target = createTarget(await destination.open())
    const place = await target.open()
    const [event] = before.events.slice(-1)
    if (event === undefined) throw new Error('no event')
    const next = { ...event, seq: place.seq + 1, itemId: null, itemVersion: null }
    const broken = target.move(place, async () => {
      await target.addEvents([next])
      throw new Error('killed')
    })
    await t.rejects(broken, { message: 'killed' })
    await t.rejects(
      target.move({ ...place, seq: place.seq - 1 }, async () => {
        throw new Error('must not be asked')
      }),
      { message: `the mirror is at ${place.seq}` },
    )
    await target.close()
    t.same(await contentOf(destination), before, 'nothing is there of either')
  })
}

t.test('a ledger that went back, was rewritten, or is another’s is not followed', async (t) => {
  const destination = sqliteDestination(t)
  await run(destination)
  const tampered = async (sql: string) => {
    const db = await destination.open()
    await db.all(sql)
    await db.close()
  }
  await t.rejects(run(destination, { key: foreign.auditor.key }), {
    message: /The mirror is of fuyang, the key of bozhou/,
  })
  await tampered(`update mirror_place set hash = '${'ab'.repeat(32)}'`)
  await t.rejects(run(destination), { message: /is not the one that was mirrored/ })
  await tampered('update mirror_place set seq = seq + 1')
  await t.rejects(run(destination), { message: /ends before the mirror’s place/ })
  await tampered('update mirror_place set seq = seq + 100')
  await t.rejects(run(destination), { message: /ends before the mirror’s place/ })
})

t.test('what a later version of the service says, an old mirror keeps and passes on', async (t) => {
  const destination = sqliteDestination(t)
  const item = await itemIn('listed', home)
  await run(destination)
  const about = { jurisdiction: home.id, itemId: item.id, itemCode: item.code, itemVersion: item.version + 1 }
  const nothing = { itemId: null, itemCode: null, itemVersion: null }
  const actor = { id: home.system.id, role: 'system' }
  const at = item.updatedAt
  const unknown = { member: [{ x: null }] } as never
  const events = [
    prepareEvent({ ...about, type: 'item.invented', at, actor }, unknown),
    prepareEvent({ ...about, ...nothing, type: 'invention.made', at, actor }, unknown),
  ]
  const ofItem = [home.id, item.id]
  const columns = 'jurisdiction_id, id, code, version, status, title, source, area, reported_at, updated_at, valid_to'
  await superuser.query(
    `insert into item_past (${columns}, default_due_provisional, due_provisional, merged_from, concerned_units)
      select ${columns.replace('valid_to', 'updated_at')}, false, false, '{}', '{}' from item where jurisdiction_id = $1 and id = $2`,
    ofItem,
  )
  const change = `update item set version = version + 1, title = '新办法' where jurisdiction_id = $1 and id = $2`
  await superuser.query(change, ofItem)
  await superuser.query('select append_events($1, $2)', [home.id, JSON.stringify(events)])
  await run(destination)
  const mirrored = await contentOf(destination)
  t.match(mirrored.events.slice(-2), [
    { type: 'item.invented', data: { member: [{ x: null }] } },
    { type: 'invention.made' },
  ])
  t.match(
    mirrored.items.find(({ id }) => id === item.id),
    { title: '新办法', version: item.version + 1 },
  )
  const [last, before] = mirrored.events.toReversed()
  if (last === undefined || before === undefined) throw new Error('no events')
  const erased = { ...last, data: null, salt: null } as never
  t.equal(faultOf(erased, before), undefined, 'erased data leave the chain whole')
  t.match(faultOf({ ...last, type: 'another' as never }, before), /hash of event/)
})

t.test('a key that does not see all of the list is refused', async (t) => {
  const destination = sqliteDestination(t)
  const ofArea = await home.addCaller('supervisor', { area: '341225' })
  await t.rejects(run(destination, { key: ofArea.key }), { message: /supervisor limited to area 341225/ })
  await t.rejects(run(destination, { key: home.unitCaller.key }), { message: /of a unit/ })
  await t.rejects(run(destination, { key: 'nobody' }), { name: 'ProblemError' })
})

t.test('a broken chain stops the mirror where it breaks', async (t) => {
  const item = await ok(foreign.inspector.post('/v1/items', filing({ area: '341621' })))
  const followed = sqliteDestination(t)
  await run(followed, { key: foreign.auditor.key })
  await ok(foreign.office.post(`/v1/items/${item.id}/notes`, { note: '原文' }))
  const { seq } = await ok(foreign.auditor.get('/v1/ledger'))
  await superuser.query('alter table event disable trigger event_append_only')
  const rewrite = (set: string) =>
    superuser.query(`update event set ${set} where jurisdiction_id = 'bozhou' and seq = ${seq}`)
  await rewrite(`data = '{"note":"改过"}'`)
  const options = { key: foreign.auditor.key }
  await t.rejects(run(followed, options), {
    message: `The chain is broken: the data of event ${seq} are not what was chained.`,
  })
  await rewrite(`data = '{"note":"原文"}', type = 'item.planned'`)
  await t.rejects(run(followed, options), {
    message: `The chain is broken: the hash of event ${seq} is not that of its header.`,
  })
  await rewrite(`type = 'item.noted', previous_hash = sha256('x')`)
  await t.rejects(run(followed, options), { message: /does not follow the event/ })
  t.equal((await contentOf(followed)).place.seq, seq - 1, 'what was good is there, and no more')
})

t.test('the command says what is wrong, with an exit code', async (t) => {
  const destination = sqliteDestination(t)
  const args = ['--from', baseUrl, '--to', destination.to, '--once']
  const ended = (key: string, given = args) => startMirror(t, key, given).ended
  const [good, wrong, none, usage, nobody] = await Promise.all([
    ended(home.auditor.key),
    ended('wrong', ['--from', baseUrl, '--to', `${destination.to}-2`, '--once']),
    ended(''),
    ended('x', ['--from', baseUrl]),
    ended('x', ['--from', 'http://127.0.0.1:9', '--to', `${destination.to}-3`, '--once']),
  ])
  t.match(good, { code: 0, out: /^synchronised at seq \d+\n$/ })
  t.match(wrong, { code: 1, err: 'The source refuses: 401' })
  t.match(none, { code: 2, err: 'ONE_LIST_KEY' })
  t.match(usage, { code: 2, err: 'one-list mirror --from' })
  t.match(nobody, { code: 1, err: 'attempt 2' })
  const first = startMirror(t, home.auditor.key, args.slice(0, -1))
  await ok(home.office.post('/v1/items', filing({ title: '新的' })))
  await until(() => /at seq/.test(first.output()), 60_000)
  t.match(await ended(home.auditor.key), { code: 1, err: /is at work on/ }, 'one process at a time owns a file')
  first.kill('SIGTERM')
  t.match(await first.ended, { code: 0 }, 'a mirror that is told to end ends well')
})
