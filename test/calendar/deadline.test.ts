import { DAY_MS, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock, superuser } = await createCheckedApp(t)
const FRIDAY = '2026-12-25T01:00:00.000Z'
const off = (...dates: string[]) => ({ days: dates.map((date) => ({ date, kind: 'off', name: '元旦' })) })
const end = (date: string) => `${date}T15:59:59.999Z`
const orderOf = (unit: string, due: Json) => order({ unit }, { dueAt: undefined, ...due })
const counting = (workingDays: number) => ({ order: { dueAt: undefined, workingDays } })
const explain = ({ id }: Json, query = '', at = home) => ok(at.office.get(`/v1/items/${id}/deadline${query}`))
/** A day as it is explained, in short. */
const short = ({ date, counted, kind, n }: Json) => `${date.slice(5)} ${kind}${counted ? ` ${n}` : ''}`

t.test('every day that was counted over is told, and why it was skipped', async (t) => {
  clock.now = '2026-02-12T01:00:00.000Z'
  const item = await itemIn('assigned', home, counting(4))
  const answer = await home.unitCaller.get(`/v1/items/${item.code}/deadline`)
  t.match(answer, { status: 200, headers: { etag: `"${item.version}"` } })
  t.match(answer.body, {
    ...{
      itemId: item.id,
      itemCode: item.code,
      dueAt: end('2026-02-25'),
      dueDate: '2026-02-25',
      timeZone: 'Asia/Shanghai',
    },
    ...{
      provisional: false,
      kind: 'workingDays',
      from: '2026-02-12',
      workingDays: 4,
      stoodMs: 0,
      stood: [],
      changes: [],
    },
    givenBy: {
      type: 'item.assigned',
      at: clock.now,
      by: { name: '阜阳 office', role: 'office' },
      dueAt: end('2026-02-25'),
    },
    calendar: [{ year: 2026, calendarVersion: /^cn-/ }],
    byPresentCalendar: { dueAt: end('2026-02-25'), provisional: false, differs: false },
  })
  t.same(answer.body.days.map(short), [
    '02-13 working 1',
    '02-14 makeUp 2',
    ...['15', '16', '17', '18', '19', '20', '21', '22', '23'].map((d) => `02-${d} holiday`),
    '02-24 working 3',
    '02-25 working 4',
  ])
  t.match(answer.body.days[3], { date: '2026-02-16', name: '春节', n: null })
})

t.test('a count past the last published year is provisional, and told by the version it was made by', async (t) => {
  clock.now = FRIDAY
  const item = await itemIn('assigned', home, counting(5))
  const before = await explain(item)
  t.match(before, { provisional: true, dueDate: '2027-01-04', byPresentCalendar: { differs: false } })
  t.match(before.calendar, [{ year: 2026 }, { year: 2027, calendarVersion: null }])
  t.same(before.days.at(-4), { date: '2027-01-01', counted: false, kind: 'holiday', name: '元旦', n: null })
  await ok(home.admin.put('/v1/calendar/2027', off('2027-01-01')))
  const after = await explain(item)
  t.same({ ...after, byPresentCalendar: null }, { ...before, byPresentCalendar: null }, 'the count is as it was made')
  t.match(after.byPresentCalendar, {
    ...{ dueAt: end('2027-01-04'), provisional: false, differs: true },
    calendar: [{ year: 2026 }, { year: 2027, calendarVersion: 'v1' }],
  })
  clock.advance(1000)
  await ok(home.office.post('/v1/calendar/2027/recomputation'))
  await ok(home.admin.put('/v1/calendar/2027', off('2027-01-01', '2027-01-04')))
  const moved = await explain(item)
  t.match(moved, { dueAt: end('2027-01-04'), provisional: false, kind: 'workingDays', workingDays: 5 })
  t.same(moved.givenBy, before.givenBy)
  t.match(moved.changes, [{ type: 'item.deadline_recomputed', dueAt: end('2027-01-04'), by: { role: 'office' } }])
  t.match(moved.calendar, [{ year: 2026 }, { year: 2027, calendarVersion: 'v1' }])
  t.same(moved.days.map(short).slice(-5), [
    '12-31 working 4',
    '01-01 holiday',
    '01-02 weekend',
    '01-03 weekend',
    '01-04 working 5',
  ])
  t.match(moved.byPresentCalendar, { dueAt: end('2027-01-05'), differs: true })
  t.match(await explain(item, `?asOf=${FRIDAY}`), { dueAt: end('2027-01-04'), provisional: true, changes: [] })
  await ok(home.admin.put('/v1/calendar/2027', { days: null }))
})

t.test(
  'a deadline that was counted before the holidays by law were keeps its date, is explained by it, and moves when asked',
  async (t) => {
    clock.now = FRIDAY
    const item = await itemIn('assigned', home, counting(5))
    // As an earlier version counted it.
    await superuser.query(
      `update item set due_at = $2, due_basis = due_basis || jsonb_build_object('calendar', replace(due_basis ->> 'calendar', 'law-2024', 'none'))
      where id = $1`,
      [item.id, end('2027-01-01')],
    )
    const before = await explain(item)
    t.match(before, { dueAt: end('2027-01-01'), dueDate: '2027-01-01', provisional: true })
    t.match(before.days.at(-1), { date: '2027-01-01', kind: 'working', n: 5 })
    t.match(before.calendar.at(-1), { year: 2027, calendarVersion: null })
    t.match(before.byPresentCalendar, { dueAt: end('2027-01-04'), provisional: true, differs: true })
    const { data } = await ok(home.office.get('/v1/calendar/2027/recomputation'))
    const move = data.find(({ id }: Json) => id === item.id)
    t.match(move, { dueAt: end('2027-01-01'), newDueAt: end('2027-01-04'), newDueProvisional: true })
  },
)

t.test('the way in which a deadline was given is told through an item’s whole life', async (t) => {
  clock.now = '2026-03-02T01:00:00.000Z'
  const item = await itemIn('reported', home)
  const url = `/v1/items/${item.id}`
  const kinds: [string, () => Promise<Json>, Json][] = [
    ['reported', async () => item, { kind: null, dueAt: null, dueDate: null, givenBy: null, days: null, calendar: [] }],
    [
      'listed',
      () => ok(home.office.post(`${url}/listing`, { level: 'general' })),
      { kind: 'default', workingDays: 30 },
    ],
    [
      'assigned by date',
      () => ok(home.office.post(`${url}/assignments`, orderOf(home.unit, { dueAt: '2026-04-30' }))),
      { kind: 'date', dueAt: end('2026-04-30'), from: null, days: null, byPresentCalendar: null },
    ],
    [
      'returned',
      () => ok(home.unitCaller.post(`${url}/return`, { reason: '非我单位' })),
      {
        kind: 'default',
        workingDays: 30,
        givenBy: { type: 'item.listed' },
        changes: [{ type: 'item.returned', dueAt: null }],
      },
    ],
    [
      'assigned in working days',
      () => ok(home.office.post(`${url}/assignments`, orderOf(home.unit, { workingDays: 3 }))),
      { kind: 'workingDays', workingDays: 3, givenBy: { type: 'item.assigned' } },
    ],
    ['accepted', () => ok(home.unitCaller.post(`${url}/acceptance`)), { kind: 'workingDays' }],
    [
      'extended',
      async () => {
        await ok(home.unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-05-20', reason: '降雨' }))
        return ok(home.office.post(`${url}/extension-decision`, { approved: true }))
      },
      { kind: 'extension', dueAt: end('2026-05-20'), workingDays: null, givenBy: { type: 'item.extension_decided' } },
    ],
    [
      'closed',
      async () => {
        await ok(home.unitCaller.post(`${url}/closure-requests`, { summary: '已完成' }))
        return ok(home.verifier.post(`${url}/closure-decision`, { approved: true, findings: '合格' }))
      },
      { kind: 'extension', dueAt: end('2026-05-20') },
    ],
    [
      'reopened',
      () => ok(home.office.post(`${url}/reopening`, { reason: '重现' })),
      { kind: 'default', givenBy: { type: 'item.reopened' }, changes: [] },
    ],
  ]
  const past: [string, Json][] = []
  for (const [name, step, expected] of kinds) {
    clock.advance(1000)
    const { dueAt, version } = await step()
    const explained = await explain(item)
    t.match(explained, { ...expected, dueAt, itemVersion: version }, name)
    past.push([clock.now, explained])
  }
  for (const [at, explained] of past) {
    const then = await explain(item, `?asOf=${at}`)
    t.same(then, { ...explained, byPresentCalendar: then.byPresentCalendar }, `as of ${at}`)
  }
})

t.test('the time that the clock stood is told, and lies on top', async (t) => {
  clock.now = '2026-03-02T01:00:00.000Z'
  for (const order of [{ dueAt: '2026-04-30' }, { dueAt: undefined, workingDays: 10 }]) {
    const item = await itemIn('assigned', home, { order })
    const url = `/v1/items/${item.id}`
    const [from] = [clock.now]
    await ok(home.office.post(`${url}/suspension`, { reason: '等待批准' }))
    clock.advance(3 * DAY_MS)
    const standing = await explain(item)
    t.match(standing, { dueAt: item.dueAt, stoodMs: 0, stood: [{ from, to: null, reason: '等待批准' }] })
    await ok(home.office.post(`${url}/resumption`, {}))
    const to = clock.now
    const resumed = await explain(item)
    t.match(resumed, { stoodMs: 3 * DAY_MS, stood: [{ from, to }], changes: [{ type: 'item.resumed', at: to }] })
    t.equal(Date.parse(resumed.dueAt) - Date.parse(item.dueAt), 3 * DAY_MS)
    t.same(resumed.days, standing.days)
    t.equal(resumed.byPresentCalendar?.differs ?? false, false)
    const again = await ok(home.office.post(`${url}/assignments`, orderOf(home.unit, { dueAt: '2026-06-30' })))
    t.match(await explain(again), { kind: 'date', stood: [], stoodMs: 0, changes: [] })
  }
})

const ZONES: [string, string, number, string, string][] = [
  ['America/New_York', '2026-03-05T12:00:00.000Z', 2, '2026-03-05', '2026-03-10T03:59:59.999Z'],
  ['America/New_York', '2026-10-29T12:00:00.000Z', 2, '2026-10-29', '2026-11-03T04:59:59.999Z'],
  ['America/New_York', '2027-01-01T04:30:00.000Z', 1, '2026-12-31', '2027-01-05T04:59:59.999Z'],
  ['Europe/Berlin', '2026-10-22T22:30:00.000Z', 2, '2026-10-23', '2026-10-27T22:59:59.999Z'],
  ['Europe/Berlin', '2026-12-31T23:30:00.000Z', 1, '2027-01-01', '2027-01-04T22:59:59.999Z'],
  ['Australia/Lord_Howe', '2026-04-01T12:00:00.000Z', 3, '2026-04-01', '2026-04-07T13:29:59.999Z'],
  ['Australia/Lord_Howe', '2026-10-08T12:00:00.000Z', 2, '2026-10-08', '2026-10-10T12:59:59.999Z'],
  ['Pacific/Apia', '2026-03-05T12:00:00.000Z', 1, '2026-03-06', '2026-03-09T10:59:59.999Z'],
]

t.test(
  'days are those of the jurisdiction’s zone, over clocks that are put forward and back and over years',
  async (t) => {
    for (const [zone, at, workingDays, from, dueAt] of ZONES) {
      await superuser.query('update jurisdiction set time_zone = $1 where id = $2', [zone, foreign.id])
      clock.now = at
      const item = await itemIn('assigned', foreign, counting(workingDays))
      const explained = await explain(item, '', foreign)
      t.match(explained, { dueAt, from, timeZone: zone, kind: 'workingDays' }, `${zone} ${at}`)
      t.equal(explained.days.at(-1).date, explained.dueDate)
      t.equal(explained.days.filter(({ counted }: Json) => counted).length, workingDays)
    }
  },
)

t.test('a change of calendar moves deadlines to the end of a day in the zone, over a change of clocks', async (t) => {
  await superuser.query('update jurisdiction set time_zone = $1 where id = $2', ['America/New_York', foreign.id])
  clock.now = '2026-10-29T12:00:00.000Z'
  const item = await itemIn('remediating', foreign, counting(1))
  t.equal(item.dueAt, '2026-10-31T03:59:59.999Z', 'in summer time')
  await ok(foreign.admin.put('/v1/calendar/2026', off('2026-10-30')))
  const { items } = await ok(foreign.office.post('/v1/calendar/2026/recomputation'))
  t.match(
    items.find(({ id }: Json) => id === item.id),
    { newDueAt: '2026-11-03T04:59:59.999Z' },
  )
  t.match(await explain(item, '', foreign), { dueDate: '2026-11-02', byPresentCalendar: { differs: false } })
})

t.test('a clock that jumps changes no count that was made', async (t) => {
  clock.now = '2026-05-20T01:00:00.000Z'
  const item = await itemIn('listed', home)
  clock.now = '2026-03-02T01:00:00.000Z'
  await ok(home.office.post(`/v1/items/${item.id}/assignments`, orderOf(home.unit, { workingDays: 2 })))
  const explained = await explain(item)
  t.match(explained, { from: '2026-05-20', dueDate: '2026-05-22', givenBy: { at: '2026-05-20T01:00:00.000Z' } })
  refused(
    t,
    await home.office.get(`/v1/items/${item.id}/deadline?asOf=2026-05-20T01:00:00.000Z`),
    400,
    'invalid-request',
    {
      pointers: ['/query/asOf'],
    },
  )
  clock.now = '2031-01-01T00:00:00.000Z'
  t.same(await explain(item), explained)
})

t.test('who may see an item may know how its deadline came about, and nobody else', async (t) => {
  const item = await itemIn('assigned', home, counting(3))
  const url = `/v1/items/${item.id}/deadline`
  for (const caller of [home.inspector, home.unitCaller, home.office, home.supervisor, home.auditor, home.admin]) {
    t.equal((await caller.get(url)).status, 200)
  }
  const elsewhere = await home.addCaller('supervisor', { area: '341202' })
  for (const caller of [home.otherUnitCaller, elsewhere, foreign.office]) {
    refused(t, await caller.get(url), 404, 'not-found')
    refused(t, await caller.get(`${url}?asOf=${clock.now}`), 404, 'not-found')
  }
  refused(t, await home.office.get(`${url}?asof=${clock.now}`), 400, 'invalid-request', { pointers: ['/query/asof'] })
})
