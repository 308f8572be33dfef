import { readCalendar } from '../../src/db/calendar.js'
import { verifyChain } from '../../src/ledger/verify.js'
import { DAY_MS, itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock, db } = await createCheckedApp(t)
const { admin, office } = home
const off = (...dates: string[]) => dates.map((date) => ({ date, kind: 'off', name: '假' }))
const changes = async (): Promise<Json[]> =>
  (await ok(home.auditor.get('/v1/events?type=calendar.changed&limit=200'))).data

t.test('a year is as it is shipped until somebody sets it', async (t) => {
  const answer = await home.unitCaller.get('/v1/calendar/2026')
  t.match(answer, { status: 200, headers: { etag: '"0"' } })
  t.match(answer.body, { year: 2026, version: 0, isShipped: true, setAt: null, setBy: null, note: null })
  t.match(answer.body.calendarVersion, /^cn-[0-9a-f]{8}$/)
  const whole = await ok(office.get('/v1/calendar?year=2026'))
  t.same(whole.days, answer.body.days)
  t.match(whole, { timeZone: 'Asia/Shanghai', firstYear: 2020, lastYear: 2026 })
  t.same(whole.years.at(-1), { year: 2026, calendarVersion: answer.body.calendarVersion })
  const later = { year: 2031, version: 0, calendarVersion: null, isShipped: true, days: [] }
  t.match(await ok(office.get('/v1/calendar/2031')), later, 'a year that is not published')
  t.same(await ok(office.get('/v1/calendar/2026/versions')), { data: [], nextCursor: null })
})

t.test('a year is set whole, as a new version that stands in the ledger, and nothing moves by it', async (t) => {
  clock.now = '2026-12-25T01:00:00.000Z'
  const item = await itemIn('assigned', home, { order: { dueAt: undefined, workingDays: 10 } })
  // New Year's Day needs no notice.
  t.match(item, { dueAt: '2027-01-11T15:59:59.999Z', dueProvisional: true })
  const days = off('2027-01-04', '2027-01-01')
  const answer = await admin.put('/v1/calendar/2027', { days, note: '国办发明电〔2026〕9号' })
  t.match(answer, { status: 200, headers: { etag: '"1"' } })
  const { affected, ...year } = answer.body
  t.match(year, { year: 2027, version: 1, calendarVersion: 'v1', isShipped: false, setAt: clock.now })
  t.same(year.days, off('2027-01-01', '2027-01-04'), 'by date')
  t.match(year, { note: '国办发明电〔2026〕9号', setBy: { name: '阜阳 admin' } })
  t.match(affected, { total: 1, suspended: 0 })
  t.same(affected.items, [
    {
      ...{ id: item.id, code: item.code, title: item.title, from: '2026-12-25', workingDays: 10 },
      ...{ dueAt: item.dueAt, dueProvisional: true },
      ...{ newDueAt: '2027-01-12T15:59:59.999Z', newDueProvisional: false },
    },
  ])
  t.same(await ok(office.get('/v1/calendar/2027')), year)
  t.match(await ok(office.get(`/v1/items/${item.id}`)), {
    dueAt: item.dueAt,
    dueProvisional: true,
    version: item.version,
  })
  const [event] = await changes()
  t.match(event, { itemId: null, at: clock.now, actor: { name: '阜阳 admin', role: 'admin' } })
  t.same(event.data, { year: 2027, version: 1, days: year.days, note: year.note })
  t.match(await ok(office.get('/v1/calendar')), { firstYear: 2020, lastYear: 2027 })
  t.match(await itemIn('listed', home), { dueProvisional: false }, 'what is counted from now on goes by it')
  t.match(await ok(foreign.office.get('/v1/calendar/2027')), { version: 0, calendarVersion: null, days: [] })
  t.notOk((await readCalendar(db, foreign.id)).years.has(2027), 'elsewhere nothing changed')
})

t.test('what was read can be changed and sent back, and the same again is no new version', async (t) => {
  const read = await ok(admin.get('/v1/calendar/2027'))
  const before = (await changes()).length
  t.match(await ok(admin.put('/v1/calendar/2027', read)), { ...read, affected: { total: 1 } })
  t.match(await ok(admin.put('/v1/calendar/2027', { ...read, version: 77 })), { version: 1 })
  t.equal((await changes()).length, before)
  t.match(await ok(admin.put('/v1/calendar/2027', { ...read, note: '更正' })), { version: 2, note: '更正' })
  const days = [...read.days, ...off('2027-01-03')]
  t.match(await ok(admin.put('/v1/calendar/2027', { days })), { version: 3, note: null, calendarVersion: 'v3' })
})

t.test('every version stays and can be read', async (t) => {
  t.match(await ok(office.get('/v1/calendar/2027?version=0')), { version: 0, isShipped: true, days: [] })
  t.match(await ok(office.get('/v1/calendar/2027?version=2')), { version: 2, note: '更正', calendarVersion: 'v2' })
  const { calendarVersion, days } = await ok(office.get('/v1/calendar/2026'))
  t.match(await ok(office.get(`/v1/calendar/2026?version=${calendarVersion}`)), { calendarVersion, days, version: 0 })
  for (const version of ['4', '999999999', 'cn-00000000']) {
    refused(t, await office.get(`/v1/calendar/2027?version=${version}`), 404, 'not-found')
  }
  refused(t, await office.get(`/v1/calendar/2027?version=${calendarVersion}`), 404, 'not-found')
  for (const version of ['v2', '-1', 'x', '1.5', '9999999999', '01']) {
    const answer = await office.get(`/v1/calendar/2027?version=${version}`)
    refused(t, answer, 400, 'invalid-request', { pointers: ['/query/version'] })
  }
  const versions = await allPages(office, '/v1/calendar/2027/versions?limit=2')
  t.same(
    versions.map(({ version, isShipped, note }) => [version, isShipped, note]),
    [
      [3, false, null],
      [2, false, '更正'],
      [1, false, '国办发明电〔2026〕9号'],
    ],
  )
  t.same(await ok(foreign.office.get('/v1/calendar/2027/versions')), { data: [], nextCursor: null })
  refused(t, await foreign.office.get('/v1/calendar/2027?version=1'), 404, 'not-found')
})

t.test('the shipped year is put back into force, also where none is shipped', async (t) => {
  const shipped = await ok(admin.get('/v1/calendar/2026'))
  t.match(await ok(admin.put('/v1/calendar/2026', { days: null })), { version: 0 }, 'it is in force already')
  t.match(await ok(admin.put('/v1/calendar/2026', { days: shipped.days })), { version: 1, isShipped: false })
  const back = await ok(admin.put('/v1/calendar/2026', { days: null, note: '以国家公布为准' }))
  t.match(back, { version: 2, isShipped: true, calendarVersion: shipped.calendarVersion, days: shipped.days })
  t.match((await changes()).at(-1), { data: { year: 2026, version: 2, days: null } })
  t.match(
    await ok(admin.put('/v1/calendar/2026', back)),
    { version: 3, isShipped: false },
    'the same days, as one’s own',
  )
  await ok(admin.put('/v1/calendar/2026', { days: null }))
  t.match(await ok(admin.put('/v1/calendar/2027', { days: null })), { version: 4, calendarVersion: null, days: [] })
  t.match(await ok(office.get('/v1/calendar')), { lastYear: 2026 })
  t.match(await ok(office.get('/v1/calendar/2027?version=3')), { calendarVersion: 'v3', isShipped: false })
  await ok(admin.put('/v1/calendar/2027', { days: off('2027-01-01') }))
})

t.test('a stale screen does not overwrite what it has not seen, and a key sets a year once', async (t) => {
  const stale = await admin.put('/v1/calendar/2027', { days: off('2027-05-01') }, { 'if-match': '"1"' })
  refused(t, stale, 412, 'stale', { currentVersion: 5 })
  const headers = { 'if-match': '"5"', 'idempotency-key': 'year-1' }
  const first = await admin.put('/v1/calendar/2027', { days: off('2027-05-01') }, headers)
  t.match(first, { status: 200, headers: { etag: '"6"' } })
  await ok(admin.put('/v1/calendar/2027', { days: off('2027-05-02') }))
  const again = await admin.put('/v1/calendar/2027', { days: off('2027-05-01') }, headers)
  t.match(again, { status: 200, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.body, first.body)
  t.match(await ok(admin.get('/v1/calendar/2027')), { version: 7, days: off('2027-05-02') })
  refused(t, await admin.put('/v1/calendar/2028', { days: off('2028-01-01') }, headers), 422, 'key-reused')
  const at = await Promise.all(
    ['06', '07', '08'].map((d) => ok(admin.put('/v1/calendar/2027', { days: off(`2027-05-${d}`) }))),
  )
  t.same(
    at.map(({ version }) => version).sort((a, b) => a - b),
    [8, 9, 10],
  )
  t.match(await verifyChain(db, home.id), { ok: true })
})

const many = Array.from({ length: 201 }, (_, k) =>
  new Date(Date.UTC(2027, 0, 1) + k * DAY_MS).toISOString().slice(0, 10),
)
const WRONG: [Json, string[]][] = [
  [{}, ['/days']],
  [{ days: [] }, ['/days']],
  [{ days: 'x' }, ['/days']],
  [{ days: off(...many) }, ['/days']],
  [{ days: off('2027-02-29') }, ['/days/0/date']],
  [{ days: off('2027-2-1') }, ['/days/0/date']],
  [{ days: off('2027-02-01T00:00:00Z') }, ['/days/0/date']],
  [{ days: off('2027-01-01', '2026-12-31', '2028-01-01') }, ['/days/1/date', '/days/2/date']],
  [{ days: off('2027-01-01', '2027-01-02', '2027-01-01') }, ['/days/2/date']],
  [{ days: [{ date: '2027-01-01', kind: 'half', name: '假' }] }, ['/days/0/kind']],
  [{ days: [{ date: '2027-01-01', kind: 'off', name: ' ' }] }, ['/days/0/name']],
  [{ days: [{ date: '2027-01-01', kind: 'off', name: '假'.repeat(41) }] }, ['/days/0/name']],
  [{ days: [{ date: '2027-01-01', kind: 'off' }] }, ['/days/0/name']],
  [{ days: [{ date: '2027-01-01', kind: 'off', name: '假', paid: true }] }, ['/days/0/paid']],
  [{ days: off('2027-01-01'), note: '' }, ['/note']],
  [{ days: off('2027-01-01'), dayz: [] }, ['/dayz']],
]

t.test('a year that cannot be is refused where it is wrong', async (t) => {
  const before = await ok(admin.get('/v1/calendar/2027'))
  for (const [body, pointers] of WRONG) {
    refused(t, await admin.put('/v1/calendar/2027', body), 400, 'invalid-request', { pointers })
  }
  t.same(await ok(admin.get('/v1/calendar/2027')), before)
  for (const year of ['1999', '2101', '2027.5', 'x', '-1', '99999999999999999999']) {
    const body = { days: off('2027-01-01') }
    for (const answer of [await admin.put(`/v1/calendar/${year}`, body), await admin.get(`/v1/calendar/${year}`)]) {
      refused(t, answer, 400, 'invalid-request', { pointers: ['/params/year'] })
    }
  }
  t.match(await ok(admin.put('/v1/calendar/2000', { days: off('2000-02-29') })), { version: 1 })
  t.match(await ok(admin.put('/v1/calendar/2100', { days: off('2100-12-31') })), { version: 1 })
  t.match(await ok(admin.put('/v1/calendar/2027', { days: off(...many.slice(0, 200)) })), { version: 11 })
})
