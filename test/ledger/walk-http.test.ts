import assert from 'node:assert/strict'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import type { HappenedItemEvent } from '../../src/domain/item/events.js'
import { evolve, fold } from '../../src/domain/item/evolve.js'
import type { Item } from '../../src/domain/item/item.js'
import { tellingsOf } from '../../src/domain/item/telling.js'
import { item as itemTable } from '../../src/item/table.js'
import { canonicalJson } from '../../src/ledger/chain.js'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { type Answer, filing, type Json, ok } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'
import { aStep, COMMAND_NAMES, requestFor, type Step, type Who, type World } from '../helpers/walk-http.js'

const WALKS = 25
const STEPS = 20
/** Every status that the contract gives a change whose headers are sound and whose body is JSON. */
const DOCUMENTED = [200, 400, 403, 404, 409, 412]
const COUNTIES = ['341225', '341202']

const { db, clock, home, foreign } = await createCheckedApp(t)
const callers: World['callers'] = {
  ...{ office: home.office, inspector: home.inspector, verifier: home.verifier, supervisor: home.supervisor },
  ...{ unit: home.unitCaller, otherUnit: home.otherUnitCaller, auditor: home.auditor, admin: home.admin },
  ...{ foreignOffice: foreign.office, foreignInspector: foreign.inspector, foreignUnit: foreign.unitCaller },
  unitInspector: await home.addCaller('inspector', { unit: home.unit }),
  farInspector: await home.addCaller('inspector', { area: '341202' }),
  farSupervisor: await home.addCaller('supervisor', { area: '341202' }),
}

/** What all walks together have met, so that walks which lead nowhere are noticed. */
const met = { accepted: new Set<string>(), refused: new Set<string>(), statuses: new Set<number>() }
let requests = 0

async function walk(steps: readonly Step[]): Promise<void> {
  const items = []
  for (const area of COUNTIES) items.push(await ok(home.inspector.post('/v1/items', filing({ area }))))
  const world: World = { now: () => clock.now, units: [home.unit, home.otherUnit], callers, items }
  for (const step of steps) {
    clock.advance(step.elapsedMs)
    await take(step, world)
  }
}

async function take(step: Step, world: World): Promise<void> {
  const item = world.items[step.item]
  const { who, command, body } = requestFor(step, world)
  const headers: Record<string, string> = { 'idempotency-key': `walk-${requests++}` }
  // A correction names the version always; the other changes where the caller wants it so.
  if (step.ifMatch !== 'none' || command === '') {
    headers['if-match'] = `"${step.ifMatch === 'stale' ? item.version + 1 : item.version}"`
  }
  const url = `/v1/items/${step.byCode ? item.code : item.id}`
  const send = () =>
    command === '' ? callers[who].patch(url, body, headers) : callers[who].post(`${url}/${command}`, body, headers)
  const answer = await send()
  holdsAnswer(answer, `${who}: ${command} of ${item.status}`)
  if (step.again) holdsAgain(answer, await send())
  if (answer.status === 200) await holdsChange(step, world, who, command, answer.body)
  else assert.equal((await read(item)).version, item.version, 'a refusal changes nothing')
}

function holdsAnswer({ status, headers, body }: Answer, what: string): void {
  met.statuses.add(status)
  assert.ok(DOCUMENTED.includes(status), `${what}: ${status} ${JSON.stringify(body)}`)
  if (status === 200) {
    assert.equal(headers.etag, `"${body.version}"`)
    return
  }
  met.refused.add(body.code)
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json\b/)
  assert.equal(body.status, status)
  // A value that only the database refused would have no field to name.
  if (status === 400) assert.ok(body.errors?.length > 0, `${what}: ${JSON.stringify(body)}`)
  if (body.code === 'wrong-status') assert.ok(body.itemStatus && Array.isArray(body.allowedEvents), what)
}

/** A repeated request is answered as the first was, and acts no second time. */
function holdsAgain(first: Answer, again: Answer): void {
  assert.equal(again.status, first.status)
  assert.deepEqual(again.body, first.body)
  assert.equal(again.headers['idempotency-replayed'], first.status === 200 ? 'true' : undefined)
}

async function holdsChange(step: Step, world: World, who: Who, command: string, answered: Json): Promise<void> {
  const item = world.items[step.item]
  met.accepted.add(command)
  assert.ok(!who.startsWith('foreign'), `${who} changed what is another jurisdiction’s`)
  assert.ok(!who.startsWith('far') || item.area === '341202', `${who} changed what lies outside their area`)
  if (['closure-decision', 'rechecks'].includes(command)) {
    const { responsibleUnit, coUnits } = item.assignment
    assert.ok(who !== 'unitInspector' || ![responsibleUnit, ...coUnits].includes(home.unit), 'four eyes')
  }
  assert.notEqual(step.ifMatch, 'stale')
  assert.equal(answered.id, item.id)
  assert.ok(answered.version - item.version <= 1)
  assert.ok(answered.updatedAt >= item.updatedAt, 'time went back')
  // A merge changes two items at once.
  for (const k of command === 'merge' ? [0, 1] : [step.item]) world.items[k] = await read(world.items[k])
  assert.deepEqual(lasting(world.items[step.item]), lasting(answered), 'what is answered is what is then read')
}

function read({ id }: { id: string }): Promise<Json> {
  return ok(home.auditor.get(`/v1/items/${id}`))
}

/** Without what is computed from the clock, which a change reads no earlier than the item's last event, or depends on the caller. */
function lasting({ overdue: _1, overdueDays: _2, dueSoon: _3, suspectedRecurrenceOf: _4, ...rest }: Json): Json {
  return rest
}

t.test('whatever people ask for, in whatever order and at whatever time, is answered as documented', async (t) => {
  const steps = fc.array(aStep, { minLength: STEPS, maxLength: STEPS })
  await fc.assert(fc.asyncProperty(steps, walk), { numRuns: WALKS, endOnFailure: true })
  t.comment({ neverLet: COMMAND_NAMES.filter((name) => !met.accepted.has(name)), refused: [...met.refused] })
  for (const status of DOCUMENTED) t.ok(met.statuses.has(status), `${status} was answered`)
  for (const command of ['listing', 'assignments', 'acceptance']) t.ok(met.accepted.has(command), `${command} was let`)
})

t.test('afterwards both ledgers are whole, and every item is what its events make', async (t) => {
  for (const { id } of [home, foreign]) {
    t.hasStrict(await verifyChain(db, id), { ok: true, firstBadSeq: null })
    t.hasStrict(await verifyItems(db, id), { ok: true, faults: [] })
  }
  const rows = await db.select().from(itemTable)
  t.equal(rows.length, COUNTIES.length * WALKS)
  for (const { responsibleUnit: _1, leadOfficial: _2, supervisionTier: _3, ...row } of rows) {
    const { data } = await ok(home.auditor.get(`/v1/items/${row.id}/events?limit=200`))
    const { jurisdiction, id, code } = row
    const ledger = data.map((event: Json) => ({ ...event, actorId: event.actor.id }) as HappenedItemEvent)
    t.equal(canonicalJson(fold({ jurisdiction, id, code }, ledger)), canonicalJson(row satisfies Item), code)
  }
})

t.test('afterwards each side has been told of every change that concerns it, once, and of nothing else', async (t) => {
  const { rows: people } = await db.execute<Json>(sql`select id, role, unit_id as unit from person`)
  const jurisdiction = { id: home.id, name: '', timeZone: 'Asia/Shanghai', area: '341200' }
  const actors = new Map(people.map((person) => [person.id, { ...person, name: '', area: null, jurisdiction }]))
  const expected: string[] = []
  for (const { id, code } of await db.select().from(itemTable)) {
    const { data } = await ok(home.auditor.get(`/v1/items/${id}/events?limit=200`))
    const [first, ...rest] = data.map((event: Json) => ({ ...event, actorId: event.actor.id }))
    let before = fold({ jurisdiction: home.id, id, code }, [first])
    for (const event of rest) {
      const after = evolve(before, event)
      for (const telling of tellingsOf({ event, before, after }, actors.get(event.actorId))) {
        // An office's own filing is told to nobody by name.
        if (telling.to === 'filer' && actors.get(telling.person)?.role !== 'inspector') continue
        const whom = telling.to === 'unit' ? telling.unit : telling.to === 'filer' ? telling.person : null
        expected.push([id, after.version, telling.kind, telling.to === 'filer' ? 'person' : telling.to, whom].join(' '))
      }
      before = after
    }
  }
  const { rows } = await db.execute<Record<string, string>>(sql`
    select kind, cause, item_id as item, recipient, unit_id as unit, person_id as person, jurisdiction_id as "of" from notice`)
  const written = rows.map(({ kind, cause = '', item, recipient, unit, person, of }) => {
    assert.equal(of, home.id)
    return [item, cause.split(' ').at(-1), kind, recipient, unit ?? person].join(' ')
  })
  t.ok(expected.length > WALKS, 'the walks told of much')
  t.strictSame(written.sort(), expected.sort())
})
