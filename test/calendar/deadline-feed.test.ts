import { sql } from 'drizzle-orm'
import ICAL from 'ical.js'
import { pino } from 'pino'
import { buildApp } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import { UNHEARD } from '../../src/db/access-changes.js'
import { createLedgerWatch } from '../../src/ledger/watch.js'
import { type Caller, DAY_MS, itemIn, type Json, ok, order } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { dueItems } from '../helpers/due-items.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t, { PUBLIC_URL: 'https://list.example.cn' })
const { app, db, home, foreign, clock, superuser } = made
const FEEDS = '/v1/me/deadline-feeds'

/** A feed's path with its token, as a calendar program would ask for it. */
async function feedOf(caller: Caller, body: Json = {}): Promise<string> {
  const { url } = await ok(caller.post(FEEDS, { name: '手机日历', language: 'zh-CN', ...body }))
  return url.replace('https://list.example.cn', '')
}
/** What a calendar program gets: no header but those it sends itself. */
const fetchFeed = (url: string, headers = {}) => app.inject({ method: 'GET', url, headers })

interface Entry {
  uid: string
  summary: string
  day: string
  event: ICAL.Event
}

function entriesOf(text: string): Entry[] {
  const calendar = new ICAL.Component(ICAL.parse(text))
  return calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component)
    return { uid: event.uid, summary: event.summary, day: event.startDate.toString(), event }
  })
}
async function entries(url: string): Promise<Entry[]> {
  const answer = await fetchFeed(url)
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`)
  return entriesOf(answer.body)
}
const codes = async (url: string) => (await entries(url)).map(({ summary }) => /\((\d{4}-\d{6})\)$/.exec(summary)?.[1])

t.test('a feed is made with a URL that is shown once, and kept as a hash', async (t) => {
  const headers = { 'idempotency-key': 'feed-1' }
  const first = await home.unitCaller.post(FEEDS, { name: '办公室电脑', language: 'en', alarmDays: null }, headers)
  t.match(first, { status: 201, headers: { 'cache-control': 'no-store' } })
  const { url, ...feed } = first.body
  t.match(feed, { name: '办公室电脑', language: 'en', alarmDays: null, createdAt: clock.now, lastUsedAt: null })
  t.match(url, /^https:\/\/list\.example\.cn\/v1\/me\/deadlines\.ics\?token=ol_feed_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
  const again = await home.unitCaller.post(FEEDS, { name: '办公室电脑', language: 'en', alarmDays: null }, headers)
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.body, first.body)
  t.same(await ok(home.unitCaller.get(FEEDS)), { data: [feed], nextCursor: null })
  const secret = url.slice(-38, -6)
  for (const table of ['deadline_feed', 'idempotency_key', 'event']) {
    const { rows } = await superuser.query(`select t::text as row from ${table} t where t::text like $1`, [
      `%${secret}%`,
    ])
    t.same(rows, [], table)
  }
  const { data } = await ok(home.auditor.get('/v1/events?type=feed.created'))
  t.match(data, [{ itemId: null, actor: { role: 'unit' }, data: { id: feed.id } }])
  for (const [body, pointer] of [
    [{}, '/name'],
    [{ name: '' }, '/name'],
    [{ name: 'x', alarmDays: 0 }, '/alarmDays'],
    [{ name: 'x', alarmDays: 31 }, '/alarmDays'],
    [{ name: 'x', language: 'fr' }, '/language'],
    [{ name: 'x', colour: 'red' }, '/colour'],
  ] as const) {
    refused(t, await home.unitCaller.post(FEEDS, body), 400, 'invalid-request', { pointers: [pointer] })
  }
})

t.test('a deadline is an entry for its whole day, which stays the same entry when it moves', async (t) => {
  clock.now = '2026-03-02T01:00:00.000Z'
  const item = await itemIn('remediating', home, { order: { dueAt: '2026-04-30' } })
  const noon = await itemIn('remediating', home, { order: { dueAt: '2026-04-10T12:30:00+08:00' } })
  const url = await feedOf(home.unitCaller)
  const answer = await fetchFeed(url)
  t.match(answer, {
    statusCode: 200,
    headers: { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'private, no-cache' },
  })
  t.match(answer.body, /^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n.*\r\nEND:VCALENDAR\r\n$/s)
  for (const line of answer.body.split('\r\n')) t.ok(Buffer.byteLength(line) <= 75, line)
  t.notMatch(answer.body, /DTSTART:|TZID|METHOD/)
  const [atNoon, entry] = entriesOf(answer.body)
  t.match(atNoon, { day: '2026-04-10' })
  t.match(atNoon?.event.description, '完成时限：2026-04-10 12:30 Asia/Shanghai')
  t.match(entry, { uid: `${item.id}@one-list`, day: '2026-04-30', summary: `【时限】${item.title} (${item.code})` })
  t.same([entry?.event.startDate.isDate, entry?.event.endDate.toString()], [true, '2026-05-01'])
  t.match(
    entry?.event.description,
    `编号：${item.code}\n完成时限：2026-04-30 23:59 Asia/Shanghai\n责任单位：阜阳交通运输局\n牵头领导：王建国\n`,
  )
  t.match(entry?.event.location, '阜南县 S315 K12+345')
  const value = (name: string) => entry?.event.component.getFirstPropertyValue(name)?.toString()
  t.equal(value('url'), `https://list.example.cn/v1/items/${item.id}`)
  t.same([value('sequence'), value('transp')], [String(item.version), 'TRANSPARENT'])
  t.equal(value('last-modified'), `${item.updatedAt.slice(0, 19)}Z`)
  const alarm = entry?.event.component.getFirstSubcomponent('valarm')
  t.equal(alarm?.getFirstPropertyValue('trigger')?.toString(), '-P2DT15H', 'nine in the morning, three days before')

  clock.advance(60_000)
  await ok(home.unitCaller.post(`/v1/items/${item.id}/extension-requests`, { dueAt: '2026-05-20', reason: '降雨' }))
  await ok(home.office.post(`/v1/items/${item.id}/extension-decision`, { approved: true }))
  const moved = (await entries(url)).find(({ uid }) => uid === entry?.uid)
  t.match(moved, { day: '2026-05-20' })
  t.ok(Number(moved?.event.sequence) > Number(entry?.event.sequence))
  await ok(home.office.post(`/v1/items/${item.id}/suspension`, { reason: '等待批准' }))
  t.same(await codes(url), [noon.code], 'while the clock stands there is no day')
  const english = await entries(await feedOf(home.unitCaller, { language: 'en', alarmDays: 1 }))
  t.match(english[0]?.summary, 'Due: 临水弯道无护栏')
  t.match(english[0]?.event.description, 'Responsible unit: 阜阳交通运输局')
  t.equal(
    english[0]?.event.component.getFirstSubcomponent('valarm')?.getFirstPropertyValue('trigger')?.toString(),
    '-PT15H',
  )
  const silent = await entries(await feedOf(home.unitCaller, { alarmDays: null }))
  t.equal(silent[0]?.event.component.getFirstSubcomponent('valarm'), null)
})

t.test(
  'everybody sees their own: a unit its work, others what they may see, nobody another jurisdiction’s',
  async (t) => {
    const of = async (more: Json) =>
      (await itemIn('assigned', home, { order: { dueAt: '2026-04-20', ...more } })) as Json
    const theirs = await of({ responsibleUnit: home.otherUnit })
    const helped = await of({ responsibleUnit: home.otherUnit, coUnits: [home.unit] })
    const former = await of({})
    await ok(
      home.office.post(
        `/v1/items/${former.id}/assignments`,
        order(home, { responsibleUnit: home.otherUnit, dueAt: '2026-04-21' }),
      ),
    )
    const inside = await itemIn('listed', home, { filing: { area: '341202100' } })
    const closed = await itemIn('closed', home)
    const foreigners = await itemIn('assigned', foreign)
    const unit = await codes(await feedOf(home.unitCaller))
    t.ok(unit.includes(helped.code))
    for (const item of [theirs, former, inside, closed]) t.notOk(unit.includes(item.code), 'not a unit’s own work')
    const office = await codes(await feedOf(home.office))
    for (const item of [theirs, helped, former, inside]) t.ok(office.includes(item.code))
    t.notOk(office.includes(closed.code))
    for (const role of ['inspector', 'supervisor'] as const) {
      t.same(await codes(await feedOf(await home.addCaller(role, { area: '341202' }))), [inside.code], role)
    }
    t.same(
      (await entries(await feedOf(foreign.office))).map(({ uid }) => uid),
      [`${foreigners.id}@one-list`],
    )
    for (const caller of [home.auditor, home.admin])
      refused(t, await caller.post(FEEDS, { name: 'x' }), 403, 'forbidden')
    const withKey = await home.office.get('/v1/me/deadlines.ics')
    t.match(withKey, { status: 200, headers: { 'content-type': 'text/calendar; charset=utf-8' } })
    t.match(withKey.body, /SUMMARY:Due: /)
  },
)

t.test('what has not changed is not sent again', async (t) => {
  const url = await feedOf(home.office)
  const first = await fetchFeed(url)
  const etag = String(first.headers.etag)
  clock.advance(1000)
  t.equal((await fetchFeed(url)).headers.etag, etag, 'it does not depend on when it is asked for')
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const answer = await fetchFeed(url, { 'if-none-match': known })
    t.match(answer, { statusCode: 304, body: '', headers: { etag } }, known)
  }
  t.equal((await fetchFeed(url, { 'if-none-match': '"x"' })).statusCode, 200)
  await itemIn('listed', home)
  const next = await fetchFeed(url, { 'if-none-match': etag })
  t.equal(next.statusCode, 200)
  t.not(next.headers.etag, etag)
})

t.test('a feed that was revoked, or whose person is shut out, is not there', async (t) => {
  const [url, other] = [await feedOf(home.supervisor), await feedOf(home.supervisor)]
  const id = url.split('_')[2]
  for (const caller of [home.office, foreign.supervisor]) {
    refused(t, await caller.delete(`${FEEDS}/${id}`), 404, 'not-found')
  }
  t.equal((await fetchFeed(url)).statusCode, 200)
  for (let n = 0; n < 2; n++) t.equal((await home.supervisor.delete(`${FEEDS}/${id}`)).status, 204)
  const gone = await fetchFeed(url)
  t.match(gone, { statusCode: 404, headers: { 'content-type': 'application/problem+json; charset=utf-8' } })
  t.equal(gone.headers['www-authenticate'], undefined, 'no program asks for a password')
  t.equal((await ok(home.supervisor.get(FEEDS))).data.length, 1)
  t.match((await ok(home.auditor.get('/v1/events?type=feed.revoked'))).data, [{ data: { id } }])
  const me = await ok(home.supervisor.get('/v1/me'))
  await ok(home.admin.patch(`/v1/people/${me.id}`, { area: '341202' }))
  t.equal((await entries(other)).length, 1, 'it shows what the person may see now')
  await ok(home.admin.patch(`/v1/people/${me.id}`, { role: 'auditor', area: null }))
  t.equal((await fetchFeed(other)).statusCode, 403)
  await ok(home.admin.patch(`/v1/people/${me.id}`, { role: 'supervisor', active: false }))
  t.equal((await fetchFeed(other)).body, gone.body, 'and nothing says why')
  await ok(home.admin.patch(`/v1/people/${me.id}`, { active: true }))
  t.equal((await fetchFeed(other)).statusCode, 200)
})

t.test('a token that is none answers like one that was revoked, and opens nothing else', async (t) => {
  const url = await feedOf(home.office)
  const token = url.split('token=')[1] ?? ''
  const wrong = ['x', '', token.slice(0, -1), `${token}x`, token.replace('ol_feed', 'ol_test'), home.office.key]
  wrong.push(token.toUpperCase(), encodeURIComponent('甲'), '%00', `${token}&token=${token}`)
  for (const text of wrong) {
    const answer = await fetchFeed(`/v1/me/deadlines.ics?token=${text}`)
    t.match(answer, { statusCode: 404, headers: { 'content-type': 'application/problem+json; charset=utf-8' } }, text)
  }
  t.equal((await fetchFeed('/v1/me/deadlines.ics')).statusCode, 401)
  t.equal((await fetchFeed(`${url}&nonsense=1`)).statusCode, 400)
  for (const path of ['/v1/me', '/v1/items', FEEDS, '/v1/me/deadlines.ics']) {
    t.equal((await fetchFeed(path, { authorization: `Bearer ${token}` })).statusCode, 401, path)
  }
  for (const path of ['/v1/me', '/v1/items', FEEDS])
    t.equal((await fetchFeed(`${path}?token=${token}`)).statusCode, 401)
  const both = await fetchFeed(`/v1/me/deadlines.ics?token=x`, { authorization: `Bearer ${home.office.key}` })
  t.equal(both.statusCode, 404, 'a wrong token is not helped by a key')
})

t.test('the token does not reach the log', async (t) => {
  const lines: string[] = []
  const watch = createLedgerWatch(db)
  const deps = {
    db,
    now: () => clock.now,
    config: readConfig({}),
    watch,
    accessChanges: UNHEARD,
    isStopping: () => false,
  }
  const logged = await buildApp(deps, pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }))
  t.teardown(async () => {
    watch.close()
    await logged.close()
  })
  const url = await feedOf(home.office)
  for (const path of [url, `${url}x`, `${url}&nonsense=1`, url.replace('.ics', ''), url.replace('?', '%3F')]) {
    await logged.inject({ method: 'GET', url: path })
  }
  const secret = url.slice(-38, -6)
  t.ok(lines.some((line) => line.includes('"/v1/me/deadlines.ics"')))
  t.same(
    lines.filter((line) => line.includes(secret)),
    [],
  )
})

t.test('a title stays what it is, whatever is in it', async (t) => {
  const url = await feedOf(home.office)
  const titles = [
    'a;b,c\\n:d"e',
    'END:VEVENT',
    '表情 🚧 很长'.repeat(20),
    'x'.repeat(190),
    'line\r\nEND:VCALENDAR\r\n',
    'tab\tbell\u0007 \u2028',
  ]
  for (const title of titles) {
    const item = await itemIn('listed', home, { filing: { title } })
    const entry = (await entries(url)).find(({ uid }) => uid.startsWith(item.id))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they cannot be in a calendar.
    const expected = item.title.replace(/[\u0000-\u001f\u2028]+/g, ' ')
    t.equal(entry?.summary, `【时限】${expected} (${item.code})`)
  }
})

t.test('a feed has an end: the next deadlines, and the last of those that passed', async (t) => {
  const { foreign: city } = made
  const at = { db, clock, home: city }
  clock.now = '2026-03-02T01:00:00.000Z'
  await dueItems(at, 450, '2026-06-30T15:59:59.999Z')
  const url = await feedOf(city.office)
  const { body } = await fetchFeed(url)
  t.equal(entriesOf(body).length, 400)
  t.match(body, /X-WR-CALDESC:时限过多/)
  clock.now = '2026-08-01T01:00:00.000Z'
  t.equal(entriesOf((await fetchFeed(url)).body).length, 100, 'what passed')
  clock.now = '2027-08-01T01:00:00.000Z'
  t.same(await entries(await feedOf(city.office)), [], 'a year later')
})

t.test('a person has a bounded number of feeds, and lists them page by page', async (t) => {
  const caller = await home.addCaller('inspector')
  const answers = await Promise.all(Array.from({ length: 22 }, (_, k) => caller.post(FEEDS, { name: `${k}` })))
  t.equal(answers.filter(({ status }) => status === 201).length, 20)
  for (const answer of answers.filter(({ status }) => status !== 201)) refused(t, answer, 409, 'too-many')
  const listed = await allPages(caller, `${FEEDS}?limit=7`)
  t.equal(new Set(listed.map(({ id }) => id)).size, 20)
  await caller.delete(`${FEEDS}/${listed[0].id}`)
  t.equal((await caller.post(FEEDS, { name: '新' })).status, 201)
})

t.test('when a feed was last used is kept to the hour', async (t) => {
  const caller = await home.addCaller('inspector')
  const url = await feedOf(caller)
  const used = async () => {
    for (let n = 0; n < 50; n++) {
      const { rows } = await db.execute<{ at: string | null }>(sql`
        select last_used_at as at from deadline_feed where id = ${url.split('_')[2]}`)
      if (rows[0]?.at != null) return (await ok(caller.get(FEEDS))).data[0].lastUsedAt
      await new Promise(setImmediate)
    }
  }
  await fetchFeed(url)
  const at = clock.now
  t.equal(await used(), at)
  clock.advance(DAY_MS / 48)
  await fetchFeed(url)
  t.equal(await used(), at)
})
