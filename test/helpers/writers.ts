import type pg from 'pg'
import { type Answer, type Caller, filing, itemIn, order, type TestApp, type TestJurisdiction } from './app.js'

/** Items that all writers of a jurisdiction change. */
export const SHARED = 4
const OPERATIONS = 18

/** Writers of one jurisdiction, each doing in turn what its users do, and what they may not. Answers all answers. */
export async function writersOf({ clock }: TestApp, at: TestJurisdiction, count: number): Promise<Answer[][]> {
  const [here, there] = at.id === 'fuyang' ? ['341225', '341202'] : ['341621', '341602']
  clock.now = '2026-03-02T01:00:00.000Z'
  const items = await Promise.all(
    Array.from({ length: SHARED }, () => itemIn('remediating', at, { filing: { area: here } })),
  )
  const people = await Promise.all(
    Array.from({ length: count }, (_, k) => at.addCaller(k % 3 === 0 ? 'office' : 'inspector')),
  )
  const file = (caller: Caller, more: object) => caller.post('/v1/items', filing({ area: here, ...more }))
  const kinds: ((caller: Caller, on: string, k: number) => Promise<Answer>)[] = [
    (caller) => file(caller, {}),
    (caller, on) => caller.post(`${on}/notes`, { note: '巡查' }),
    (caller) => file(caller, { area: there }),
    (caller, _on, k) => file(caller, { externalId: `e-${k}`, externalSystem: '12345' }),
    (caller) => file(caller, { title: 'fails early' }),
    (caller) => file(caller, { description: 'fails late' }),
    (caller) => file(caller, { title: 'fails once' }),
    (caller) => file(caller, { area: '110101' }),
    () => file(at.unitCaller, {}),
    (caller, on) => caller.post(`${on}/notes`, { note: 'fails late' }),
    (_, on) => at.office.post(`${on}/assignments`, order({ unit: '00000000-0000-4000-8000-000000000000' })),
    (_, on, k) => at.unitCaller.post(`${on}/progress-reports`, { percent: k % 100, note: '进展' }),
    (_, on) => at.office.post(`${on}/listing`, { level: 'general' }),
  ]
  return Promise.all(
    people.map(async (caller, w) => {
      const answers: Answer[] = []
      for (let k = 0; k < OPERATIONS; k++) {
        clock.now = new Date(
          Date.parse('2026-12-31T16:00:00Z') + (((k * 37 + w * 11) % 9) - 4) * 3_600_000,
        ).toISOString()
        const act = kinds[(k + w) % kinds.length]
        if (act !== undefined) answers.push(await act(caller, `/v1/items/${items[(k + w) % SHARED].id}`, k))
      }
      return answers
    }),
  )
}

/** A database that fails at the item's row, at the event, and with a serialisation failure that a second attempt gets over. */
export async function injectFailures(superuser: pg.Pool): Promise<void> {
  await superuser.query(`
    create sequence attempts; grant usage on sequence attempts to public;
    create function fail() returns trigger language plpgsql as $$ begin
      if tg_table_name = 'event' then
        if new.data like '%fails late%' then raise exception 'injected'; end if;
      elsif new.title = 'fails early' then raise exception 'injected';
      elsif new.title = 'fails once' and nextval('attempts') % 2 = 1 then
        raise exception 'injected' using errcode = 'serialization_failure';
      end if;
      return new; end $$;
    create trigger fail before insert on item for each row execute function fail();
    create trigger fail before insert on event for each row execute function fail()`)
}
