import { verifyItems } from '../../src/ledger/verify-items.js'
import { createTestApp, itemIn, type Json, ok } from '../helpers/app.js'
import { startServer } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { db, home, superuser } = made
const start = () => startServer(t, { DATABASE_URL: made.url, MIGRATE_ON_START: 'false', WORKER: 'false' })
const NOTES = 60
const REASON = { reason: '媒体反映隐患重现' }

async function send(
  port: number,
  key: string,
  body: object,
): Promise<{ status: number; replayed: boolean; body: Json }> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/items/batch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${home.office.key}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  })
  return { status: answer.status, replayed: answer.headers.has('idempotency-replayed'), body: await answer.json() }
}

const notesOf = async (id: string): Promise<string[]> =>
  (
    await superuser.query(
      `select data::json ->> 'note' as note from event where item_id = $1 and type = 'item.noted' order by seq`,
      [id],
    )
  ).rows.map(({ note }) => note)

let server = await start()

t.test('killed in the middle, a batch goes on where it was, and its refusals stay what they were', async (t) => {
  const [noted, other] = [await itemIn('listed', home), await itemIn('closure_requested', home)]
  const commands = [
    { kind: 'reopening', item: other.id, body: REASON },
    ...Array.from({ length: NOTES }, (_, n) => ({ kind: 'notes', item: noted.id, body: { note: String(n) } })),
  ]
  const unanswered = t.rejects(send(server.port, 'in-the-middle', { commands }))
  await until(async () => (await notesOf(noted.id)).length >= NOTES / 4, 60_000)
  server.kill('SIGKILL')
  await unanswered
  await server.exited
  const before = await notesOf(noted.id)
  t.ok(before.length < NOTES, `${before.length} were done`)
  // What was refused would not be refused now.
  const decision = { approved: true, findings: '合格' }
  t.match(await ok(home.verifier.post(`/v1/items/${other.id}/closure-decision`, decision)), { status: 'closed' })
  server = await start()
  const another = await send(server.port, 'in-the-middle', { commands: commands.slice(0, 2) })
  t.match(another, { status: 422, body: { code: 'key-reused' } })
  const answer = await send(server.port, 'in-the-middle', { commands })
  t.match(answer, { status: 200, replayed: false, body: { done: NOTES, refused: 1 } })
  t.match(answer.body.results[0], { status: 409, problem: { code: 'wrong-status', itemStatus: 'closure_requested' } })
  t.match(await ok(home.office.get(`/v1/items/${other.id}`)), { status: 'closed' })
  t.same(
    await notesOf(noted.id),
    Array.from({ length: NOTES }, (_, n) => String(n)),
    'each note once, in order',
  )
  t.same(
    answer.body.results.slice(1).map(({ item }: Json) => item.version),
    Array.from({ length: NOTES }, (_, n) => noted.version + n + 1),
    'and each result as it was when its command was done',
  )
  t.same(await send(server.port, 'in-the-middle', { commands }), { ...answer, replayed: true })
})

/** Sends an atomic batch of two notes, and kills the server while the statement that has `waiting` waits for `lock`. */
async function killWhileWaiting(t: Test, key: string, lock: string, waiting: string) {
  const items = [await itemIn('listed', home), await itemIn('listed', home)]
  const commands = items.map(({ id }) => ({ kind: 'notes', item: id, body: { note: '一起' } }))
  const blocker = await superuser.connect()
  t.teardown(() => blocker.release(true))
  const isWaiting = async () => {
    const { rows } = await superuser.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ $1`,
      [waiting],
    )
    return rows.length === 1
  }
  await blocker.query('begin')
  await blocker.query(lock)
  const unanswered = t.rejects(send(server.port, key, { atomic: true, commands }))
  await until(isWaiting)
  server.kill('SIGKILL')
  await unanswered
  await blocker.query('rollback')
  await until(async () => {
    const { rows } = await superuser.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'one-list' and state <> 'idle'`,
    )
    return rows.length === 0
  })
  return { items, commands }
}

t.test('killed before the commit is sent, an atomic batch has done nothing, and then does all', async (t) => {
  const { items, commands } = await killWhileWaiting(t, 'together', 'lock table item_past in share mode', 'item_past')
  for (const { id } of items) t.same(await notesOf(id), [])
  server = await start()
  t.match(await send(server.port, 'together', { atomic: true, commands }), {
    status: 200,
    replayed: false,
    body: { done: 2 },
  })
  t.match(await send(server.port, 'together', { atomic: true, commands }), { status: 200, replayed: true })
  for (const { id } of items) t.same(await notesOf(id), ['一起'])
})

t.test(
  'killed when the commit is sent and waits, an atomic batch is done as a whole or not at all, and once',
  async (t) => {
    const lock = 'select from ledger_head for update'
    const { items, commands } = await killWhileWaiting(t, 'committing', lock, 'append_events')
    const [first, second] = [await notesOf(items[0].id), await notesOf(items[1].id)]
    t.same(first, second)
    server = await start()
    const answer = await send(server.port, 'committing', { atomic: true, commands })
    t.match(answer, { status: 200, replayed: first.length > 0, body: { done: 2 } })
    for (const { id } of items) t.same(await notesOf(id), ['一起'])
  },
)

t.test('asked of two processes at once, a batch is done once and answered the same by both', async (t) => {
  const noted = await itemIn('listed', home)
  const commands = Array.from({ length: 40 }, (_, n) => ({ kind: 'notes', item: noted.id, body: { note: String(n) } }))
  const key = { 'idempotency-key': 'of-two' }
  const [there, here] = await Promise.all([
    send(server.port, 'of-two', { commands }),
    home.office.post('/v1/items/batch', { commands }, { ...key, 'accept-language': 'zh-CN' }),
  ])
  const last = await send(server.port, 'of-two', { commands })
  t.match(last, { status: 200, replayed: true, body: { done: 40 } })
  for (const { status, body } of [there, here]) {
    if (status === 200) t.same(body, last.body)
    else t.match({ status, body }, { status: 409, body: { code: 'key-in-use' } })
  }
  t.same(
    await notesOf(noted.id),
    commands.map((_, n) => String(n)),
  )
})

t.test('the ledger and the items agree', async (t) => {
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true })
  t.match(await verifyItems(db, home.id), { ok: true })
})
