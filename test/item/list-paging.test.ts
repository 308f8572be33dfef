import { type Caller, filing, itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, clock } = await createCheckedApp(t)
const { inspector, office } = home
const SORTS = ['dueAt', '-dueAt', 'reportedAt', '-reportedAt', 'updatedAt', '-updatedAt'] as const
const codes = (rows: Json[]) => rows.map((item) => item.code)
const file = (more: Json = {}) => ok(inspector.post('/v1/items', filing(more)))

// Several items to each time and to each deadline, and some without one: ties are what a page border must survive.
for (let k = 0; k < 16; k++) {
  if (k % 3 === 0) clock.advance(1000)
  if (k % 4 === 0) await file({ title: '无时限' })
  else await itemIn('assigned', home, { order: { dueAt: `2026-05-0${1 + (k % 5)}` } })
}

/** As the contract says: by the sort's key, an item without a deadline counting as the latest. */
function isSorted(rows: Json[], sort: string): boolean {
  const keys = rows.map((item) => item[sort.replace('-', '')] ?? '9999')
  const ordered = [...keys].sort()
  return JSON.stringify(keys) === JSON.stringify(sort.startsWith('-') ? ordered.reverse() : ordered)
}

t.test('every sort is in order, and its pages together are the whole, in whatever size', async (t) => {
  for (const sort of SORTS) {
    const whole = await allPages(office, `/v1/items?limit=200&sort=${sort}`)
    t.equal(whole.length, 16)
    t.ok(isSorted(whole, sort), sort)
    for (const limit of [1, 5, 16]) {
      const paged = await allPages(office, `/v1/items?limit=${limit}&sort=${sort}`)
      t.same(codes(paged), codes(whole), `${sort} in pages of ${limit}`)
    }
  }
  const newest = await ok(office.get('/v1/items?limit=3'))
  t.same(newest.data, (await ok(office.get('/v1/items?limit=3&sort=-reportedAt'))).data, 'the newest filing first')
})

t.test('an up and a down order are each the other backwards', async (t) => {
  for (const key of ['dueAt', 'reportedAt', 'updatedAt']) {
    const [up, down] = [
      await allPages(office, `/v1/items?sort=${key}`),
      await allPages(office, `/v1/items?sort=-${key}`),
    ]
    t.same(codes(up), codes(down).reverse(), key)
  }
})

t.test('a page says how to go on: cursor and link, and the total where it is asked for', async (t) => {
  const first = await office.get('/v1/items?limit=20&count=true&status=assigned')
  t.match(first.body, { total: 12, nextCursor: null })
  t.equal(first.headers.link, undefined, 'the last page links to nothing')
  const page = await office.get('/v1/items?limit=10&count=true&status=assigned&area=341225')
  t.equal(page.body.total, 12, 'the total is of all pages')
  t.equal('total' in (await ok(office.get('/v1/items?count=false'))), false)
  const [, link] = /^<(.+)>; rel="next"$/.exec(page.headers.link ?? '') ?? []
  const parameters = new URLSearchParams(link?.split('?')[1])
  t.equal(parameters.get('cursor'), page.body.nextCursor)
  t.equal(parameters.get('status'), 'assigned')
  const next = await ok(office.get(link ?? ''))
  t.equal(next.data.length, 2)
  t.same(
    next,
    await ok(office.get(`/v1/items?limit=10&count=true&status=assigned&area=341225&cursor=${page.body.nextCursor}`)),
  )
})

t.test(
  'a link leads on also where the query is Chinese or has signs that URLs and headers give a meaning',
  async (t) => {
    const titles = ['弯道 "甲" <乙>; rel=x, 丙\\', '弯道 "甲" <乙>; rel=x, 丙\\ 之二']
    for (const title of titles) await file({ title })
    const q = encodeURIComponent('弯道 "甲" <乙>; rel=x, 丙\\')
    const { headers } = await office.get(`/v1/items?limit=1&sort=reportedAt&q=${q}`)
    const [, link = ''] = /^<(.+)>; rel="next"$/.exec(headers.link ?? '') ?? []
    t.match(link, /^[!-~]+$/)
    t.match(await ok(office.get(link)), { data: [{ title: titles[1] }], nextCursor: null })
  },
)

t.test('a cursor is good for its own query only, in pages of any size', async (t) => {
  const { nextCursor } = await ok(office.get('/v1/items?limit=5&sort=dueAt&status=assigned'))
  const go = (query: string) => office.get(`/v1/items?cursor=${nextCursor}&${query}`)
  t.equal((await go('limit=7&sort=dueAt&status=assigned')).status, 200)
  t.equal((await go('sort=dueAt&count=true&status=assigned')).status, 200)
  const others = ['', 'sort=dueAt', 'status=assigned', 'sort=-dueAt&status=assigned', 'sort=dueAt&status=listed']
  const more = [`sort=dueAt&status=assigned&asOf=${clock.now}`, 'sort=dueAt&status=assigned&area=341225']
  for (const query of [...others, ...more]) {
    refused(t, await go(query), 400, 'invalid-request', { pointers: ['/query/cursor'] })
  }
  const report = await office.get(`/v1/reports/overdue?status=assigned&cursor=${nextCursor}`)
  refused(t, report, 400, 'invalid-request', { pointers: ['/query/cursor'] })
})

t.test('what is no cursor is refused', async (t) => {
  const { nextCursor } = await ok(office.get('/v1/items?limit=5'))
  const [mark, at, id] = JSON.parse(Buffer.from(nextCursor, 'base64url').toString())
  const forged = [
    [mark],
    [mark, at],
    [mark, at, id, id],
    [mark, 'no time', id],
    [mark, at, 'x'],
    [mark, at, 7],
    [mark, null, id],
    [mark, [at], id],
    ['', at, id],
    [mark, 'a\u0000', id],
    [mark, "'; select 1", id],
    { mark, at, id },
    7,
    null,
  ].map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'))
  for (const cursor of [
    'x',
    '%00',
    'null',
    '!!!',
    nextCursor.slice(0, -9),
    `${nextCursor}AAAA`,
    'x'.repeat(1001),
    '',
    ...forged,
  ]) {
    refused(t, await office.get(`/v1/items?cursor=${cursor}`), 400, 'invalid-request')
  }
})

t.test('a page has 1 to 200 items, 50 when nothing is said', async (t) => {
  for (let k = 0; k < 40; k++) await file({ title: '更多' })
  t.equal((await ok(office.get('/v1/items'))).data.length, 50)
  t.equal((await ok(office.get('/v1/items?limit=1'))).data.length, 1)
  t.equal((await ok(office.get('/v1/items?limit=200'))).data.length, 58)
  for (const limit of ['0', '-1', '201', '1.5', 'abc', '', '1e9', 'NaN']) {
    refused(t, await office.get(`/v1/items?limit=${limit}`), 400, 'invalid-request', { pointers: ['/query/limit'] })
  }
  refused(t, await office.get('/v1/items?limit=1&limit=2'), 400, 'invalid-request', { pointers: ['/query/limit'] })
})

/** Others at work: every page one filing, one note, one reassignment, one listing. */
function othersAtWork(caller: Caller, targets: { noted: Json[]; listed: Json[] }) {
  return async () => {
    clock.advance(1)
    const [noted, listed] = [targets.noted.shift(), targets.listed.shift()]
    await Promise.all([
      file({ title: '新上报' }),
      noted && ok(caller.post(`/v1/items/${noted.id}/notes`, { note: '备注' })),
      listed && ok(caller.post(`/v1/items/${listed.id}/listing`, { level: 'general' })),
    ])
  }
}

t.test('no item is skipped or repeated while others are filed and changed', async (t) => {
  const whole = () => allPages(office, '/v1/items?limit=200&sort=reportedAt')
  for (const sort of ['reportedAt', '-reportedAt', 'dueAt', '-dueAt'] as const) {
    const before = await whole()
    const noted = before.filter((item) => item.title !== '更多')
    const rows = await allPages(office, `/v1/items?limit=9&sort=${sort}`, othersAtWork(office, { noted, listed: [] }))
    t.equal(new Set(codes(rows)).size, rows.length, `${sort}: none is repeated`)
    const missed = codes(before).filter((code) => !codes(rows).includes(code))
    t.same(missed, [], `${sort}: none is skipped`)
  }
})

t.test('an item that moves within the order does not disturb those that stay', async (t) => {
  for (const sort of ['updatedAt', '-updatedAt', 'dueAt', '-dueAt'] as const) {
    const before = await allPages(office, '/v1/items?limit=200')
    const listed = before.filter((item) => item.status === 'reported' && item.title === '更多').slice(0, 6)
    const noted = before.filter((item) => item.status === 'assigned').slice(0, 6)
    const moving = new Set(codes([...listed, ...noted]))
    const rows = await allPages(office, `/v1/items?limit=8&sort=${sort}`, othersAtWork(office, { noted, listed }))
    const stayed = codes(before).filter((code) => !moving.has(code))
    const seen = codes(rows).filter((code) => stayed.includes(code))
    t.same([...seen].sort(), [...stayed].sort(), `${sort}: each that stays comes once`)
  }
})

t.test('paging through a fixed moment is untouched by everything that happens meanwhile', async (t) => {
  const moment = clock.now
  clock.advance(1)
  for (const sort of ['-updatedAt', 'dueAt'] as const) {
    const query = `/v1/items?sort=${sort}&asOf=${moment}`
    const whole = await allPages(office, `${query}&limit=200`)
    const noted = [...whole].slice(0, 12)
    const rows = await allPages(office, `${query}&limit=12`, othersAtWork(office, { noted, listed: [] }))
    t.same(rows, whole, sort)
  }
})

t.test('an item’s events are paged too', async (t) => {
  const item = await file()
  for (let k = 0; k < 12; k++) await ok(office.post(`/v1/items/${item.id}/notes`, { note: `第 ${k}` }))
  const url = `/v1/items/${item.code}/events`
  const whole = await allPages(office, `${url}?limit=200`)
  t.same(
    whole.map((event) => event.itemVersion),
    Array.from({ length: 13 }, (_, k) => k + 1),
    'oldest first, without a gap',
  )
  t.same(await allPages(office, `${url}?limit=5`), whole)
  const { nextCursor } = await ok(office.get(`${url}?limit=5`))
  const other = await file()
  refused(t, await office.get(`/v1/items/${other.id}/events?cursor=${nextCursor}`), 400, 'invalid-request', {
    pointers: ['/query/cursor'],
  })
  for (const query of ['limit=0', 'limit=201', 'cursor=x', 'after=1', 'asOf=2099-01-01T00:00:00Z', 'asOf=yesterday']) {
    refused(t, await office.get(`${url}?${query}`), 400, 'invalid-request')
  }
})
