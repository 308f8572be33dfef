import { filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock } = await createCheckedApp(t)
const { office, auditor, inspector } = home

const pointersOf = (changes: readonly Json[]) => changes.map(({ pointer }) => pointer).sort()
const seqNow = async () => (await ok(auditor.get('/v1/ledger'))).seq

t.test('a diff says what changed between two states, and who changed which fields when', async (t) => {
  const item = await itemIn('remediating', home)
  const url = `/v1/items/${item.id}`
  const [before, seq] = [clock.now, await seqNow()]
  clock.advance(60_000)
  await ok(home.unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-06-30', reason: '连续降雨' }))
  clock.advance(60_000)
  await ok(office.post(`${url}/extension-decision`, { approved: true }))
  await ok(office.post(`${url}/notes`, { note: '已电话告知' }))
  const diff = await ok(office.get(`${url}/diff?from=4`))
  t.match(diff, {
    itemId: item.id,
    from: { version: 4, at: before },
    to: { version: 7, at: clock.now },
    nextCursor: null,
  })
  const after = await ok(office.get(url))
  t.same(diff.changes, [{ pointer: '/dueAt', before: item.dueAt, after: after.dueAt }])
  t.match(diff.data, [
    {
      seq: seq + 1,
      version: 5,
      type: 'item.extension_requested',
      actor: { role: 'unit' },
      changed: ['/extensionPending', '/extension'],
    },
    { version: 6, type: 'item.extension_decided', at: clock.now, actor: { role: 'office', name: '阜阳 office' } },
    { version: 7, type: 'item.noted', changed: [] },
  ])
  t.same([...diff.data[1].changed].sort(), ['/dueAt', '/extension', '/extensionPending'])
  for (const from of [before, before.replace('Z', '000Z'), `seq:${seq}`]) {
    t.same(await ok(office.get(`${url}/diff?from=${from}&to=7`)), diff, `from ${from}`)
  }
  t.match(await ok(office.get(`${url}/diff?from=5&to=seq:${seq + 2}`)), { from: { version: 5 }, to: { version: 6 } })
  t.match(await ok(office.get(`${url}/diff?from=7`)), {
    changes: [],
    data: [],
    from: { version: 7 },
    to: { version: 7 },
  })
})

t.test('what was not there has nothing before', async (t) => {
  const seq = await seqNow()
  const item = await ok(inspector.post('/v1/items', filing({ title: '新的' })))
  await ok(office.post(`/v1/items/${item.id}/listing`, { level: 'major' }))
  for (const query of ['', `?from=seq:${seq}`, '?from=2000-01-01T00:00:00Z']) {
    const { from, to, changes, data } = await ok(office.get(`/v1/items/${item.code}/diff${query}`))
    t.equal(from, null)
    t.equal(to.version, 2)
    t.match(
      changes.find(({ pointer }: Json) => pointer === '/title'),
      { before: null, after: '新的' },
    )
    t.ok(changes.every(({ before }: Json) => before === null))
    t.same(
      data.map(({ type }: Json) => type),
      ['item.reported', 'item.listed'],
    )
    t.ok(data[0].changed.includes('/title') && !data[1].changed.includes('/title'))
  }
})

t.test('within what both states have, the very member is named', async (t) => {
  const item = await itemIn('assigned', home)
  const url = `/v1/items/${item.id}`
  await ok(office.post(`${url}/assignments`, order(home, { goal: '另一目标', dueAt: '2026-05-31' })))
  const { changes } = await ok(office.get(`${url}/diff?from=3&to=4`))
  t.same(pointersOf(changes), ['/assignment/dueAt', '/assignment/goal', '/dueAt'])
  const whole = await ok(office.get(`${url}/diff?from=2&to=3`))
  t.ok(pointersOf(whole.changes).includes('/assignment'))
})

t.test('a long history comes in pages, between the states of the first', async (t) => {
  const item = await ok(inspector.post('/v1/items', filing()))
  const url = `/v1/items/${item.id}`
  for (let k = 0; k < 6; k++) await ok(office.post(`${url}/notes`, { note: `第 ${k} 次` }))
  const seen: number[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`
    const page = await ok(office.get(`${url}/diff?limit=3${query}`))
    t.equal(page.to.version, 7, 'also when something has happened since')
    seen.push(...page.data.map(({ version }: Json) => version))
    cursor = page.nextCursor
    if (seen.length === 3) await ok(office.post(`${url}/notes`, { note: '又一次' }))
  } while (cursor !== null)
  t.same(seen, [1, 2, 3, 4, 5, 6, 7])
})

t.test('a unit is not told of what was not its to see', async (t) => {
  const item = await itemIn('listed', home, { filing: { description: '内部评估' } })
  const url = `/v1/items/${item.id}`
  const { otherUnitCaller: unit } = home
  refused(t, await unit.get(`${url}/diff`), 404, 'not-found')
  await ok(office.post(`${url}/assignments`, order(home, { responsibleUnit: home.otherUnit })))
  await ok(unit.post(`${url}/acceptance`))
  const { from, to, changes, data } = await ok(unit.get(`${url}/diff?from=1`))
  t.equal(from, null, 'version 1 was not theirs')
  t.equal(to.version, 4)
  t.ok(changes.every(({ before }: Json) => before === null))
  t.same(
    data.map(({ version }: Json) => version),
    [3, 4],
  )
  t.ok(data[0].changed.includes('/title'), 'the first that they saw shows all of it')
  refused(t, await unit.get(`${url}/diff?from=1&to=2`), 404, 'not-found')
  t.match(await ok(unit.get(`${url}/diff?from=3`)), { from: { version: 3 }, data: [{ version: 4 }] })
})

t.test('what cannot be compared is refused, with the field', async (t) => {
  const item = await itemIn('listed', home)
  const url = `/v1/items/${item.id}/diff`
  const seq = await seqNow()
  const future = new Date(Date.parse(clock.now) + 1).toISOString()
  for (const wrong of ['0', '-1', '03', 'x', 'seq:', '2026-03-01', '1.5', '9999999999']) {
    refused(t, await office.get(`${url}?from=${wrong}`), 400, 'invalid-request', { pointers: ['/query/from'] })
    refused(t, await office.get(`${url}?to=${wrong}`), 400, 'invalid-request', { pointers: ['/query/to'] })
  }
  for (const ahead of ['3', future, `seq:${seq + 1}`]) {
    refused(t, await office.get(`${url}?from=${ahead}`), 400, 'invalid-request', { pointers: ['/query/from'] })
    refused(t, await office.get(`${url}?to=${ahead}`), 400, 'invalid-request', { pointers: ['/query/to'] })
  }
  refused(t, await office.get(`${url}?from=2&to=1`), 400, 'invalid-request', { pointers: ['/query/from'] })
  refused(t, await office.get(`${url}?to=seq:0`), 404, 'not-found')
  const page = await ok(office.get(`${url}?limit=1`))
  for (const forged of ['x', Buffer.from(JSON.stringify(['x', 1, 2, 3])).toString('base64url')]) {
    refused(t, await office.get(`${url}?cursor=${forged}`), 400, 'invalid-request', { pointers: ['/query/cursor'] })
  }
  const [mark] = JSON.parse(Buffer.from(page.nextCursor, 'base64url').toString())
  for (const values of [
    [0, 1e300, 0],
    [0.5, 2, 1],
    ['x', 'y', 'z'],
    [-5, 99, 0],
  ]) {
    const cursor = Buffer.from(JSON.stringify([mark, ...values])).toString('base64url')
    const { status } = await office.get(`${url}?limit=1&cursor=${cursor}`)
    t.ok([400, 404].includes(status), `${values}: ${status}`)
  }
  const theirs = await itemIn('listed', foreign)
  refused(t, await office.get(`/v1/items/${theirs.id}/diff`), 404, 'not-found')
})
