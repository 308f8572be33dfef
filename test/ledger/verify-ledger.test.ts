import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'drizzle-orm'
import { appendEvents } from '../../src/ledger/act.js'
import { canonicalJson, eventHash, prepareEvent, sha256 } from '../../src/ledger/chain.js'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { createTestApp, itemIn, type Json, ok, START } from '../helpers/app.js'
import { createAttacker } from '../helpers/attacker.js'
import { MAIN, runNode, VERIFIER } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'

const made = await createTestApp(t)
const { home, db, url } = made
const item = await itemIn('closed', home)
await ok(
  home.office.post(`/v1/items/${item.id}/notes`, {
    note: '行分隔\u2028符、段\u2029落、表情 😀🚧、引号 " 反斜杠 \\ \t',
  }),
)
await appendAnything({
  numbers: [
    1e21, -0, 0.1, 1e-7, 5e-324, 1.7976931348623157e308, 123456789012345680000, 0.30000000000000004, 4.5, -1e-9,
  ],
  // In UTF-16 code units the emoji sorts before U+FB33, in code points after it.
  '\ufb33': 1,
  '😀': 2,
  '€': 3,
  '\r': 4,
  '': 5,
  10: 6,
  9: 7,
  deep: { z: { y: { b: [{ d: 1, c: { 乙: 1, 甲: null } }], a: true } }, a: '\u007f\u0080\ue000' },
  ...JSON.parse(
    '{"__proto__": {"x": 1}, "constructor": "c", "escaped \\u2028 \\u0001 \\u001f": "\\ud83d\\ude00 \\\\ud800"}',
  ),
})

const ledger = await exportOf()
const lines = ledger.split('\n').slice(0, -1)
const head = await ok(home.auditor.get('/v1/ledger'))

t.test('an export is whole, and ends with the head that the service tells', async (t) => {
  const whole = { code: 0, out: `ok ${lines.length} events, head ${head.seq} ${head.hash}\n`, err: '' }
  t.same(await runNode(VERIFIER, [], { input: ledger }), whole, 'from standard input')
  const file = path.join(t.testdir(), 'ledger.ndjson')
  writeFileSync(file, ledger)
  t.same(await runNode(VERIFIER, [file, '--head', head.hash]), whole, 'from a file, with the head noted')
  t.equal((await verifyChain(db, home.id)).ok, true, 'the service agrees')
})

t.test('data are on the wire as the very text that was hashed', async (t) => {
  for (const line of lines) {
    const { data, salt, dataHash } = JSON.parse(line)
    const text = canonicalJson(data)
    t.ok(line.includes(`"data":${text}`), 'data are on the wire as they were hashed')
    t.equal(createHash('sha256').update(Buffer.from(salt, 'hex')).update(text).digest('hex'), dataHash)
  }
  t.match(ledger, '[1e+21,0,0.1,1e-7,5e-324,1.7976931348623157e+308,123456789012345680000,')
})

t.test('an export of a part is checked from the event before', async (t) => {
  const before = JSON.parse(lines[9] ?? '')
  const part = await exportOf(before.seq)
  const from = ['--from', '11', '--previous-hash', before.hash]
  t.match(await runNode(VERIFIER, from, { input: part }), {
    code: 0,
    out: `ok ${lines.length - 10} events, head ${head.seq}`,
  })
  t.match(
    await runNode(VERIFIER, from, { input: '' }),
    { code: 0, out: `ok 0 events, head 10 ${before.hash}` },
    'nothing new',
  )
  const other = ['--from', '11', '--previous-hash', head.hash]
  t.match(await runNode(VERIFIER, other, { input: part }), { code: 1, err: 'bad seq 11 (line 1): its previousHash' })
  t.match(await runNode(VERIFIER, [], { input: part }), { code: 1, err: 'bad seq 1 (line 1): its seq is 11' })
})

t.test('whatever was done to an export is found where it was done', async (t) => {
  const edit = (at: number, change: (event: Json) => void) => (all: string[]) =>
    all.map((line, index) => {
      if (index !== at - 1) return line
      const event = JSON.parse(line)
      change(event)
      return JSON.stringify(event)
    })
  const replace = (at: number, find: string | RegExp, by: string) => (all: string[]) =>
    all.map((line, index) => (index === at - 1 ? line.replace(find, by) : line))
  const filed = lines.findIndex((line) => line.includes('"item.reported"')) + 1
  const extra = lines.length
  const other = 'f'.repeat(64)
  const attacks: Record<string, [change: (all: string[]) => string[], message: string]> = {
    'its data': [
      edit(filed, (e) => Object.assign(e.data, { title: '无' })),
      `bad seq ${filed} (line ${filed}): its data`,
    ],
    'a member of its data more': [edit(filed, (e) => Object.assign(e.data, { more: null })), `bad seq ${filed}`],
    'a name that stands twice': [replace(filed, '"data":{', '"data":{"title":"另",'), `bad seq ${filed}`],
    'a number too large for a null': [replace(filed, ':null', ':1e999'), `bad seq ${filed}`],
    'its type': [
      edit(filed, (e) => Object.assign(e, { type: 'item.noted' })),
      `bad seq ${filed} (line ${filed}): its hash`,
    ],
    'its time': [edit(filed, (e) => Object.assign(e, { at: START.replace('01:', '02:') })), `bad seq ${filed}`],
    'its actor': [edit(filed, (e) => Object.assign(e.actor, { id: item.id })), `bad seq ${filed}`],
    'its actor’s role': [edit(filed, (e) => Object.assign(e.actor, { role: 'office' })), `bad seq ${filed}`],
    'no actor': [
      edit(filed, (e) => Object.assign(e, { actor: null })),
      `bad seq ${filed} (line ${filed}): a member is missing`,
    ],
    'its item': [edit(filed, (e) => Object.assign(e, { itemCode: '2026-000009' })), `bad seq ${filed}`],
    'its version': [edit(filed, (e) => Object.assign(e, { itemVersion: 2 })), `bad seq ${filed}`],
    'no version': [edit(filed, (e) => Reflect.deleteProperty(e, 'itemVersion')), `bad seq ${filed}`],
    'its salt': [edit(filed, (e) => Object.assign(e, { salt: '0'.repeat(32) })), `bad seq ${filed}`],
    'its salt in capitals': [edit(filed, (e) => Object.assign(e, { salt: 'AB'.repeat(16) })), `bad seq ${filed}`],
    'its dataHash': [edit(filed, (e) => Object.assign(e, { dataHash: other })), `bad seq ${filed}`],
    'its hash': [edit(filed, (e) => Object.assign(e, { hash: other })), `bad seq ${filed}`],
    'its previousHash': [edit(filed, (e) => Object.assign(e, { previousHash: other })), `bad seq ${filed}`],
    'its jurisdiction': [edit(2, (e) => Object.assign(e, { jurisdiction: 'bozhou' })), 'bad seq 2 (line 2): it is of'],
    'the first one gone': [(all) => all.slice(1), 'bad seq 1 (line 1): its seq is 2'],
    'one in the middle gone': [(all) => all.toSpliced(4, 1), 'bad seq 5 (line 5): its seq is 6'],
    'one twice': [(all) => all.toSpliced(4, 0, all[4] ?? ''), 'bad seq 6 (line 6): its seq is 5'],
    'two swapped': [(all) => all.toSpliced(4, 2, all[5] ?? '', all[4] ?? ''), 'bad seq 5 (line 5): its seq is 6'],
    'one more at the end': [
      (all) => [...all, all.at(-1)?.replace(/"seq":\d+/, `"seq":${extra + 1}`) ?? ''],
      `bad seq ${extra + 1}`,
    ],
    'an answer that is no ledger': [() => ['{"type":"/problems/unauthenticated","status":401}'], 'bad seq 1'],
    'an empty line': [(all) => all.toSpliced(4, 0, ''), 'bad seq 5 (line 5): the line is no JSON object'],
    'a line cut off': [
      (all) => [...all.slice(0, 6), all[6]?.slice(0, 80) ?? ''],
      'bad seq 7 (line 7): the line is no JSON',
    ],
    'nothing at all': [() => [], 'bad: no events'],
  }
  const runs = Object.entries(attacks).map(async ([what, [change, message]]) => {
    const input = change(lines)
      .map((line) => `${line}\n`)
      .join('')
    t.match(await runNode(VERIFIER, [], { input }), { code: 1, out: '', err: message }, what)
  })
  await Promise.all(runs)
})

t.test('a wrong call checks nothing and ends with 2', async (t) => {
  for (const args of [
    ['--nope'],
    ['a', 'b'],
    ['/no/such/file'],
    ['--head', 'ABC'],
    ['--from', '5'],
    ['--from', 'x', '--previous-hash', head.hash],
  ]) {
    const { code, err } = await runNode(VERIFIER, args, { input: ledger })
    t.equal(code, 2, args.join(' '))
    t.match(err, /verify-ledger\.mjs|no such file/)
  }
})

t.test('an export whose end was cut off is whole by itself; a head noted elsewhere shows it', async (t) => {
  const input = `${lines.slice(0, -2).join('\n')}\n`
  t.match(await runNode(VERIFIER, [], { input }), { code: 0 })
  t.match(await runNode(VERIFIER, ['--head', head.hash], { input }), {
    code: 1,
    err: `bad head: the export ends at seq ${head.seq - 2}`,
  })
})

t.test('who rewrites everything consistently is shown only by a head noted elsewhere', async (t) => {
  const { query, attack } = await createAttacker(t, made)
  const rows = await query<Json>(`select * from event where jurisdiction_id = '${home.id}' order by seq`)
  let previous = '0'.repeat(64)
  for (const row of rows) {
    // The attacker makes the closure one of a better finding, and the item's row agree with it.
    const text = row.type === 'item.closed' ? canonicalJson({ findings: '全部合格' }) : row.data
    const dataHash = sha256(row.salt, text)
    const { item_id: itemId, item_code: itemCode, item_version: itemVersion, type } = row
    const actor = { id: row.actor_id, role: row.actor_role }
    const header = { jurisdiction: home.id, itemId, itemCode, itemVersion, type, at: row.at.toISOString(), actor }
    const hash = eventHash(previous, header, Number(row.seq), dataHash.toString('hex'))
    await query(
      'update event set data = $1, data_hash = $2, previous_hash = $3, hash = $4 where jurisdiction_id = $5 and seq = $6',
      [...[text, dataHash, `\\x${previous}`, `\\x${hash}`], ...[home.id, row.seq]],
    )
    await query('update ledger_head set previous_hash = $1, hash = $2 where jurisdiction_id = $3', [
      `\\x${previous}`,
      `\\x${hash}`,
      home.id,
    ])
    previous = hash
  }
  await attack(`update item set closure_findings = '全部合格' where id = '${item.id}';
    update item_past set closure_findings = '全部合格' where id = '${item.id}' and closure_findings is not null`)
  t.equal((await verifyChain(db, home.id)).ok, true, 'the chain is whole')
  t.equal((await verifyItems(db, home.id)).ok, true, 'the list agrees with it')
  t.match(await runNode(MAIN, ['verify'], { env: { DATABASE_URL: url } }), { code: 0 })
  const input = await exportOf()
  t.match(await runNode(VERIFIER, [], { input }), { code: 0 })
  t.match(await runNode(VERIFIER, ['--head', head.hash], { input }), { code: 1, err: 'bad head: the export ends at' })
})

t.test('a long ledger is read in one pass with little memory', async (t) => {
  let previousHash = '0'.repeat(64)
  const salt = '5a'.repeat(16)
  const data = { note: '长'.repeat(600) }
  const dataHash = sha256(Buffer.from(salt, 'hex'), canonicalJson(data)).toString('hex')
  const about = {
    jurisdiction: 'fuyang',
    itemId: null,
    itemCode: null,
    itemVersion: null,
    type: 'x',
    at: START,
    actor: { id: 'a', role: 'b' },
  }
  const long = Array.from({ length: 20_000 }, (_, k) => {
    const hash = eventHash(previousHash, about, k + 1, dataHash)
    const line = `${JSON.stringify({ ...about, seq: k + 1, data, salt, dataHash, previousHash, hash })}\n`
    previousHash = hash
    return line
  }).join('')
  const run = await runNode('--max-old-space-size=16', [VERIFIER], { input: long })
  t.match(run, { code: 0, out: `ok 20000 events, head 20000 ${previousHash}` })
})

async function exportOf(after = 0): Promise<string> {
  return ok(home.auditor.get(`/v1/events?after=${after}`, { accept: 'application/x-ndjson' }))
}

/** Events carry whatever JSON a later version may put in them. */
async function appendAnything(data: Json): Promise<void> {
  const about = { jurisdiction: home.id, itemId: null, itemCode: null, itemVersion: null }
  const header = { ...about, type: 'import.completed', at: START, actor: { id: home.system.id, role: 'system' } }
  await db.execute(sql`${appendEvents(home.id, [prepareEvent(header, data)])}`)
}
