import type pg from 'pg'
import { type Answer, type Caller, filing, itemIn, order, type TestApp, type TestJurisdiction } from './app.js'

/** Items that all writers of a jurisdiction change. */
export const SHARED = 4
const OPERATIONS = 18
/** In Shanghai. */
const NEW_YEAR = Date.parse('2026-12-31T16:00:00Z')

/** What a writer did: what it had to be answered, and what it was. */
export interface Act {
  expected: readonly number[]
  answer: Answer
}

/** Writers of one jurisdiction, each doing in turn what its users do, and what they may not. */
export async function writersOf({ clock }: TestApp, at: TestJurisdiction, count: number): Promise<Act[]> {
  const [here, there] = at.id === 'fuyang' ? ['341225', '341202'] : ['341621', '341602']
  const items = await Promise.all(
    Array.from({ length: SHARED }, () => itemIn('remediating', at, { filing: { area: here } })),
  )
  const people = await Promise.all(
    Array.from({ length: count }, (_, k) => at.addCaller(k % 3 === 0 ? 'office' : 'inspector')),
  )
  const file = (caller: Caller, more: object) => caller.post('/v1/items', filing({ area: here, ...more }))
  type Kind = [expected: readonly number[], act: (caller: Caller, on: string, k: number, w: number) => Promise<Answer>]
  const kinds: Kind[] = [
    [[201], (caller) => file(caller, {})],
    [[200], (caller, on) => caller.post(`${on}/notes`, { note: '巡查' })],
    [[201], (caller) => file(caller, { area: there })],
    [[201, 409], (caller, _, k) => file(caller, { externalId: `e-${k}`, externalSystem: '12345' })],
    [[500], (caller) => file(caller, { title: 'fails early' })],
    [[500], (caller) => file(caller, { description: 'fails late' })],
    [[201], (caller, _, k, w) => file(caller, { title: `fails once ${at.id}_${w}_${k}` })],
    [[400], (caller) => file(caller, { area: '110101' })],
    [[403], () => file(at.unitCaller, {})],
    [[500], (caller, on) => caller.post(`${on}/notes`, { note: 'fails late' })],
    [[400], (_, on) => at.office.post(`${on}/assignments`, order({ unit: '00000000-0000-4000-8000-000000000000' }))],
    [[200], (_, on, k) => at.unitCaller.post(`${on}/progress-reports`, { percent: k, note: '进展' })],
    [[409], (_, on) => at.office.post(`${on}/listing`, { level: 'general' })],
  ]
  const acts = await Promise.all(
    people.map(async (caller, w) => {
      const done: Act[] = []
      for (let k = 0; k < OPERATIONS; k++) {
        clock.now = new Date(NEW_YEAR + (((k * 37 + w * 11) % 9) - 4) * 3_600_000).toISOString()
        const [expected, act] = kinds[(k + w) % kinds.length] as Kind
        done.push({ expected, answer: await act(caller, `/v1/items/${items[(k + w) % SHARED].id}`, k, w) })
      }
      return done
    }),
  )
  return acts.flat()
}

/** A database that fails at the item's row, at the event, and with a serialisation failure that a second attempt gets over. */
export async function injectFailures(superuser: pg.Pool): Promise<void> {
  // A sequence is what a rolled back transaction cannot take back.
  const attempts = ['fuyang', 'bozhou'].flatMap((id) =>
    Array.from(
      { length: 10 * OPERATIONS },
      (_, k) => `create sequence "fails once ${id}_${k % 10}_${Math.floor(k / 10)}";`,
    ),
  )
  await superuser.query(`
    ${attempts.join('')}
    grant usage on all sequences in schema public to public;
    create function fail() returns trigger language plpgsql as $$ begin
      if tg_table_name = 'event' then
        if new.data like '%fails late%' then raise exception 'injected'; end if;
      elsif new.title = 'fails early' then raise exception 'injected';
      elsif new.title like 'fails once%' and nextval(quote_ident(new.title)) = 1 then
        raise exception 'injected' using errcode = 'serialization_failure';
      end if;
      return new; end $$;
    create trigger fail before insert on item for each row execute function fail();
    create trigger fail before insert on event for each row execute function fail()`)
}
