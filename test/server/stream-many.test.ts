import { createTestApp, type Json, ok } from '../helpers/app.js'
import { type Listener, listen, range, seqsOf } from '../helpers/event-stream.js'
import { pagesOf } from '../helpers/follow.js'
import { createSecondApp } from '../helpers/second-app.js'
import { t } from '../helpers/tap.js'
import { injectFailures, writersOf } from '../helpers/writers.js'

const LISTENERS = 300
const PER_PERSON = 20
const TYPES = ['item.reported', 'item.listed']

const made = await createTestApp(t)
const { home, foreign } = made

t.test('while writers race, 300 listeners are told every event once and in order', async (t) => {
  const { app, pool } = await createSecondApp(t, made, { poolSize: 3 })
  await app.listen({ port: 0 })
  await injectFailures(made.superuser)
  const auditors = await Promise.all(
    Array.from({ length: LISTENERS / PER_PERSON - 3 }, () => home.addCaller('auditor')),
  )
  const supervisor = await home.addCaller('supervisor', { area: '341225' })
  const { seq: start } = await ok(home.auditor.get('/v1/ledger'))
  const { seq: foreignStart } = await ok(foreign.auditor.get('/v1/ledger'))
  const many = (caller: typeof supervisor, query = '') =>
    Promise.all(Array.from({ length: PER_PERSON }, () => listen(t, app, caller, { query })))
  const ofAll = (await Promise.all(auditors.map((auditor) => many(auditor)))).flat()
  const ofTypes = await many(home.office, `?${TYPES.map((type) => `type=${type}`).join('&')}`)
  const ofArea = await many(supervisor)
  const ofForeign = await many(foreign.auditor)
  const listeners = [...ofAll, ...ofTypes, ...ofArea, ...ofForeign]
  t.equal(listeners.length, LISTENERS)

  const asked = countQueries(pool)
  const late: Promise<Listener>[] = []
  const joining = setInterval(() => {
    if (late.length < PER_PERSON) late.push(listen(t, app, home.auditor, { lastEventId: String(late.length % 4) }))
  }, 20)
  await Promise.all([writersOf(made, home, 6), writersOf(made, foreign, 4)])
  clearInterval(joining)

  const feed = await pagesOf(home.auditor, 'limit=200')
  const since = feed.filter((event) => event.seq > start)
  const foreignSince = (await pagesOf(foreign.auditor, 'limit=200')).filter((event) => event.seq > foreignStart)
  const inArea = (await pagesOf(supervisor, 'limit=200')).filter((event) => event.seq > start)
  const typed = since.filter(({ type }) => TYPES.includes(type))
  t.ok(since.length > 50 && foreignSince.length > 30 && inArea.length < since.length && typed.length > 20)

  t.test('exactly the feed, whoever they are', async (t) => {
    for (const [group, expected] of [
      [ofAll, since],
      [ofTypes, typed],
      [ofArea, inArea],
      [ofForeign, foreignSince],
    ] as const) {
      for (const listener of group) {
        await listener.reached(expected.length)
        t.same(seqsOf(listener), seqs(expected))
      }
      t.same(
        group[0]?.events,
        expected.map((data) => ({ id: String(data.seq), event: data.type, data })),
      )
    }
  })

  t.test('also to those who joined meanwhile and began with the past', async (t) => {
    t.equal(late.length, PER_PERSON)
    for (const [k, joined] of (await Promise.all(late)).entries()) {
      await joined.reached(feed.length - (k % 4))
      t.same(seqsOf(joined), range((k % 4) + 1, feed.length))
    }
  })

  t.test('for few queries of the database, whatever their number', async (t) => {
    const events = asked.filter((text) => text.includes('from event e') && text.includes('left join item i'))
    t.ok(events.length <= since.length + foreignSince.length, `${events.length} reads of new events`)
    // Those who joined later asked for themselves, each to be let in and for the past.
    t.ok(asked.length < LISTENERS, `${asked.length} queries for ${LISTENERS} listeners`)
    t.comment(`${asked.length} queries, ${events.length} of them reads of new events`)
  })
})

function seqs(events: readonly Json[]): number[] {
  return events.map(({ seq }) => seq)
}

/** The text of every query that goes through a pool from now on. */
function countQueries(pool: Json): string[] {
  const texts: string[] = []
  const { query } = pool
  pool.query = (asked: Json, ...rest: Json[]) => {
    texts.push(typeof asked === 'string' ? asked : asked.text)
    return query.call(pool, asked, ...rest)
  }
  return texts
}
