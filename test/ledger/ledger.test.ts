import pg from 'pg'
import type { Db } from '../../src/db/client.js'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { createTestApp, itemIn, ok } from '../helpers/app.js'
import { createAttacker } from '../helpers/attacker.js'
import { MAIN, runNode } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'

const made = await createTestApp(t)
const { home, foreign, db, url, superuserUrl } = made
const closed = await itemIn('closed', home)
const attacked = await itemIn('remediating', home)
await itemIn('merged', home)
const { seq: last } = await ok(home.auditor.get('/v1/ledger'))
const { attack, query, restore } = await createAttacker(t, made)
const [first] = await query<{ seq: string }>('select min(seq) as seq from event where item_id = $1', [attacked.id])
const middle = Number(first?.seq)

t.test('an untouched ledger and list are whole', async (t) => {
  t.same(await verifyChain(db, home.id), { ok: true, checked: last, firstBadSeq: null })
  t.same(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true, checked: last, firstBadSeq: null })
  const cli = await runNode(MAIN, ['verify'], { env: { DATABASE_URL: url } })
  t.match(cli, { code: 0, out: `fuyang: ${last} events, the chain is whole`, err: '' })
})

t.test('whatever is done to an event is found where it was done', async (t) => {
  const here = `jurisdiction_id = '${home.id}'`
  const at = `${here} and seq = ${middle}`
  const set = (change: string) => `update event set ${change} where ${at}`
  const shift = (by: number, from: number) =>
    `update event set seq = -seq where ${here} and seq >= ${from};
     update event set seq = -seq + ${by} where ${here} and seq < 0`
  const copyTo = (seq: number) =>
    `insert into event select jurisdiction_id, ${seq}, gen_random_uuid(), '2026-000099', 1, type, at, actor_id, actor_role,
       data, salt, data_hash, previous_hash, hash from kept_event where ${at}`
  const attacks: Record<string, [sql: string, firstBadSeq: number]> = {
    'its data': [set(`data = replace(data, 'S315', 'S316')`), middle],
    'the form of its data, not their meaning': [set(`data = ' ' || data`), middle],
    'its data, so that they are no JSON': [set(`data = '{'`), middle],
    'its data with a fitting dataHash': [
      set(`data = '{}', data_hash = sha256(salt || convert_to('{}', 'UTF8'))`),
      middle,
    ],
    'its type': [set(`type = 'item.imported'`), middle],
    'its actor': [set(`actor_id = gen_random_uuid()`), middle],
    'its actor’s role': [set(`actor_role = 'admin'`), middle],
    'its time': [set(`at = at - interval '1 day'`), middle],
    'its time by less than is shown': [set(`at = at + interval '1 microsecond'`), middle],
    'its salt': [set(`salt = decode(repeat('00', 16), 'hex')`), middle],
    'its dataHash': [set(`data_hash = hash`), middle],
    'its previousHash': [set(`previous_hash = hash`), middle],
    'its hash': [set(`hash = data_hash`), middle],
    'its item’s code': [set(`item_code = '2026-000098'`), middle],
    'its item': [set(`item_id = '${closed.id}', item_version = 77`), middle],
    'its item’s version': [set('item_version = 78'), middle],
    'that it is about an item': [set('item_id = null, item_code = null, item_version = null'), middle],
    'its jurisdiction': [set(`jurisdiction_id = 'bozhou', seq = 5000`), middle],
    'deleted in the middle': [`delete from event where ${at}`, middle],
    'deleted at the beginning': [`delete from event where ${here} and seq = 1`, 1],
    'deleted at the end': [`delete from event where ${here} and seq = ${last}`, last],
    'deleted in the middle, the rest moved up': [`delete from event where ${at}; ${shift(-1, middle + 1)}`, middle],
    'all deleted': [`delete from event where ${here}`, 1],
    'two swapped': [
      `update event set seq = -seq where ${here} and seq in (${middle}, ${middle + 1});
       update event set seq = ${2 * middle + 1} + seq where ${here} and seq < 0`,
      middle,
    ],
    'one inserted at the end': [copyTo(last + 1), last + 1],
    'one inserted far beyond the head': [copyTo(last + 100), last + 100],
    'one inserted in the middle': [`${shift(1, middle)}; ${copyTo(middle)}`, middle],
    'one inserted at the end, the head moved on': [
      `${copyTo(last + 1)}; update ledger_head set seq = seq + 1, hash = '\\x${'ab'.repeat(32)}' where ${here}`,
      last + 1,
    ],
    'the head’s hash': [`update ledger_head set hash = previous_hash where ${here}`, last],
    'the head’s previousHash': [`update ledger_head set previous_hash = hash where ${here}`, last],
    'the head moved back': [`update ledger_head set seq = ${middle} where ${here}`, middle],
    'the head moved back to an event, with its hashes': [
      `update ledger_head h set (seq, previous_hash, hash) = row(e.seq, e.previous_hash, e.hash)
       from event e where h.jurisdiction_id = '${home.id}' and e.${at.replaceAll(' and ', ' and e.')}`,
      middle + 1,
    ],
    'the head moved on': [`update ledger_head set seq = seq + 1 where ${here}`, last + 1],
    'the head of an empty ledger': [
      `update ledger_head set seq = 0, previous_hash = '\\x${'00'.repeat(32)}', hash = '\\x${'00'.repeat(32)}' where ${here}`,
      1,
    ],
    'the head deleted': [`delete from ledger_head where ${here}`, 1],
  }
  for (const [what, [sql, firstBadSeq]] of Object.entries(attacks)) {
    await attack(sql)
    const found = await verifyChain(db, home.id)
    t.match(found, { ok: false, firstBadSeq }, what)
    t.same(await ok(home.auditor.post('/v1/ledger/verification')), found, `${what}: over HTTP`)
    t.equal((await verifyChain(db, foreign.id)).ok, what !== 'its jurisdiction', 'nobody else’s ledger')
    await t.resolves(verifyItems(db, home.id), `${what}: the items can still be compared`)
    await restore()
  }
  t.equal((await verifyChain(db, home.id)).ok, true, 'restored')
})

t.test('the command line names the event and ends with 1', async (t) => {
  await attack(`update event set type = 'item.noted' where jurisdiction_id = '${home.id}' and seq = ${middle}`)
  const cli = await runNode(MAIN, ['verify', '--jurisdiction', home.id], { env: { DATABASE_URL: url } })
  await restore()
  t.match(cli, { code: 1, out: `the chain is BROKEN at seq ${middle}` })
})

t.test('the service’s own role can do none of it', async (t) => {
  const forbidden = [
    `update event set type = type`,
    `delete from event`,
    `truncate event`,
    `insert into event select * from event`,
    `update ledger_head set seq = seq`,
    `delete from ledger_head`,
    `truncate ledger_head`,
    `delete from item`,
    `truncate item`,
    `update item_past set title = title`,
    `delete from item_past`,
    `truncate item_past`,
    `alter table event disable trigger all`,
    `drop trigger event_append_only on event`,
    `set session_replication_role = replica`,
    `create or replace function refuse_change() returns trigger language plpgsql as 'begin return new; end'`,
    `drop table event`,
  ]
  for (const sql of forbidden) t.equal(await refusal(db, sql), '42501', sql)
})

t.test('the trigger refuses a superuser who does not disable it', async (t) => {
  const honest = new pg.Client({ connectionString: superuserUrl })
  await honest.connect()
  t.teardown(() => honest.end())
  for (const sql of ['update event set type = type', 'delete from event', 'truncate event cascade']) {
    await t.rejects(honest.query(sql), { code: '23001', message: 'the ledger is append-only' }, sql)
  }
  t.equal((await verifyChain(db, home.id)).ok, true)
})

async function refusal(as: Db, sql: string): Promise<unknown> {
  try {
    await as.execute(sql)
    return 'done'
  } catch (err) {
    return ((err as Error).cause as { code?: string }).code
  }
}
