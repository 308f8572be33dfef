import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { createTestApp, itemIn, type Json, ok } from '../helpers/app.js'
import { createAttacker } from '../helpers/attacker.js'
import { MAIN, runNode } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'

const made = await createTestApp(t)
const { home, db, url } = made
const closed = await itemIn('closed', home)
const merged = await itemIn('merged', home)
const rich = await itemWithEverything()
const { attack, query, restore } = await createAttacker(t, made)

t.test('an untouched list is what its ledger says', async (t) => {
  t.match(await verifyItems(db, home.id), { ok: true, checked: 4, faults: [] })
  const cli = await runNode(MAIN, ['verify', '--jurisdiction', home.id], { env: { DATABASE_URL: url } })
  t.match(cli, { code: 0, out: '4 items, each row is what its events say', err: '' })
})

t.test('any column of an item’s present row, and of a past one, is held to the events', async (t) => {
  const columns = await query<{ table_name: string; column_name: string; data_type: string }>(
    `select table_name, column_name, data_type from information_schema.columns
     where table_name in ('item', 'item_past') and is_generated = 'NEVER' and column_name <> 'jurisdiction_id'
     order by ordinal_position`,
  )
  t.ok(columns.length > 80, 'every column of both tables')
  for (const { table_name: table, column_name: column, data_type: type } of columns) {
    const version = table === 'item' ? rich.version : 3
    await attack(
      `update ${table} set ${column} = ${otherValue(column, type)} where id = '${rich.id}' and version = ${version}`,
    )
    const { ok, faults } = await verifyItems(db, home.id)
    t.equal(ok, false, `${table}.${column} is found`)
    const place = ['id', 'version'].includes(column) ? { fault: 'missing' } : { fault: 'differs' }
    t.match(
      faults.filter((f) => f.itemId === rich.id && f.version === version),
      [{ itemCode: rich.code, ...place }],
      `${table}.${column}`,
    )
    if (place.fault === 'differs') t.equal(faults[0]?.fields.length, 1, `${table}.${column}: ${faults[0]?.fields}`)
    t.equal((await verifyChain(db, home.id)).ok, true, 'the chain itself is whole')
    await restore()
  }
})

t.test('a row too few or too many is found', async (t) => {
  const copy = (from: string, to: string, more: string) =>
    `insert into ${to} select (json_populate_record(r, '${more}')).* from ${from} r where id = '${rich.id}'`
  const attacks: Record<string, [sql: string, fault: Json]> = {
    'an item deleted': [
      `delete from item where id = '${closed.id}'`,
      { itemId: closed.id, version: closed.version, fault: 'missing' },
    ],
    'a past state deleted': [
      `delete from item_past where id = '${closed.id}' and version = 2`,
      { itemId: closed.id, version: 2, fault: 'missing' },
    ],
    'the present state put back to a past one': [
      `update item set version = 1 where id = '${merged.id}'; delete from item_past where id = '${merged.id}'`,
      { itemId: merged.id, version: 1, fault: 'missing' },
    ],
    'a past state of a version that never was': [
      `${copy('item_past', 'item_past', '{"version":90}')} and version = 2`,
      { itemId: rich.id, version: 90, fault: 'without events' },
    ],
    'a second row of the present version among the past': [
      `${copy('item_past', 'item_past', `{"version":${rich.version}}`)} and version = 2`,
      { itemId: rich.id, version: rich.version, fault: 'without events' },
    ],
    'a past state of an item that never was': [
      `${copy('item_past', 'item_past', '{"id":"00000000-0000-4000-8000-000000000001"}')} and version = 2`,
      { itemId: '00000000-0000-4000-8000-000000000001', version: 2, fault: 'without events' },
    ],
    'an item that never was': [
      `insert into item (jurisdiction_id, id, code, version, status, title, source, area, reported_at, updated_at)
       values ('${home.id}', '00000000-0000-4000-8000-000000000002', '2026-000777', 1, 'closed', '假', 'patrol', '341225', now(), now())`,
      { itemId: '00000000-0000-4000-8000-000000000002', itemCode: '2026-000777', version: 1, fault: 'without events' },
    ],
    'an item whose first event is gone': [
      `delete from event where item_id = '${closed.id}' and item_version = 1`,
      { itemId: closed.id, version: 2, fault: 'no item' },
    ],
  }
  for (const [what, [sql, fault]] of Object.entries(attacks)) {
    await attack(sql)
    const { ok, faults } = await verifyItems(db, home.id)
    t.equal(ok, false, what)
    t.match(faults[0], fault, what)
    await restore()
  }
  t.equal((await verifyItems(db, home.id)).ok, true, 'restored')
})

t.test('the command line names the item and ends with 1', async (t) => {
  await attack(`update item set assignment = assignment || '{"reward":"无"}' where id = '${rich.id}'`)
  const cli = await runNode(MAIN, ['verify', '--jurisdiction', home.id], { env: { DATABASE_URL: url } })
  await restore()
  t.match(cli, { code: 1, out: `${rich.code} (${rich.id}) version ${rich.version}: differs assignment` })
})

/** An item under remediation with a plan, progress, extension, suspension and supervision. */
async function itemWithEverything(): Promise<Json> {
  const { id } = await itemIn('remediating', home, {
    filing: { location: { lon: 115.8, lat: 32.9 }, address: '幸福路口', externalId: 'x-1', foundAt: made.clock.now },
  })
  const on = `/v1/items/${id}`
  await ok(home.unitCaller.post(`${on}/plan`, { measures: '护栏', budgetFen: 1200 }))
  await ok(home.unitCaller.post(`${on}/progress-reports`, { percent: 60, note: '过半' }))
  await ok(home.unitCaller.post(`${on}/extension-requests`, { dueAt: '2026-06-30', reason: '降雨' }))
  await ok(home.office.post(`${on}/supervision`, { tier: 'city', reason: '临水' }))
  return ok(home.office.post(`${on}/suspension`, { reason: '等待批准' }))
}

/** An expression that is not the column's value, whatever it is. */
function otherValue(column: string, type: string): string {
  switch (type) {
    case 'text':
      return `coalesce(${column}, '') || '改'`
    case 'uuid':
      return 'gen_random_uuid()'
    case 'ARRAY':
      return `array_append(${column}, gen_random_uuid())`
    case 'integer':
      return `coalesce(${column}, 0) + 1000`
    case 'double precision':
      return `coalesce(${column}, 0) + 0.0000001`
    case 'boolean':
      return `not ${column}`
    case 'jsonb':
      return `coalesce(${column}, '{}') || '{"percent": 61}'`
    case 'timestamp with time zone':
      return `coalesce(${column}, now()) + interval '1 millisecond'`
    default:
      throw new Error(`no other value for ${column} ${type}`)
  }
}
