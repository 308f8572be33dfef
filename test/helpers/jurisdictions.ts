import { createJurisdiction, createUnit } from '../../src/access/create.js'
import { createDb, createPool, type Db } from '../../src/db/client.js'
import type { Actor, Role } from '../../src/domain/access/permissions.js'
import { appendEvents } from '../../src/ledger/act.js'
import { createPersonWithKey } from '../../src/server/sample.js'

export const START = '2026-03-02T01:00:00.000Z'

/** A jurisdiction as it stands in the database that tests copy: nothing but what can be written down. */
export interface MadeJurisdiction {
  id: string
  name: string
  unit: string
  otherUnit: string
  system: Actor
  /** The secret of each caller's key. */
  keys: Record<
    'office' | 'inspector' | 'verifier' | 'unitCaller' | 'otherUnitCaller' | 'supervisor' | 'auditor' | 'admin',
    string
  >
}

export interface PersonOptions {
  unit?: string
  area?: string
  name?: string
}

/** A person of a jurisdiction with a key; answers the key's secret. */
export function addPerson(
  db: Db,
  at: Pick<MadeJurisdiction, 'name' | 'system'>,
  role: Role,
  { unit, area, name = `${at.name} ${role}` }: PersonOptions = {},
): Promise<string> {
  const person = { name, role, unit: unit ?? null, area: area ?? null }
  return db.transaction((tx) => createPersonWithKey(tx, at.system, person, 'test', START))
}

/** The jurisdictions of almost every test, made once for all of them. */
export async function makeJurisdictions(url: string): Promise<Record<'home' | 'foreign', MadeJurisdiction>> {
  const pool = createPool({ url, max: 1, serviceRole: true, onError: () => {} })
  const db = createDb(pool)
  try {
    return {
      home: await makeJurisdiction(db, { id: 'fuyang', name: '阜阳', area: '341200' }),
      foreign: await makeJurisdiction(db, { id: 'bozhou', name: '亳州', area: '341600' }),
    }
  } finally {
    await pool.end()
  }
}

async function makeJurisdiction(db: Db, about: { id: string; name: string; area: string }): Promise<MadeJurisdiction> {
  const system = await db.transaction((tx) => createJurisdiction(tx, { ...about, timeZone: 'Asia/Shanghai' }, START))
  const addUnit = (name: string) =>
    db.transaction(async (tx) => {
      const { id, event } = await createUnit(tx, system, { name, kind: 'bureau', area: null }, START)
      await tx.execute(appendEvents(about.id, [event]))
      return id
    })
  const addKey = (role: Role, options?: PersonOptions) => addPerson(db, { name: about.name, system }, role, options)
  const unit = await addUnit(`${about.name}交通运输局`)
  const otherUnit = await addUnit(`${about.name}公路局`)
  return {
    ...{ id: about.id, name: about.name, unit, otherUnit, system },
    keys: {
      office: await addKey('office'),
      inspector: await addKey('inspector'),
      verifier: await addKey('inspector', { name: '核验员' }),
      unitCaller: await addKey('unit', { unit }),
      otherUnitCaller: await addKey('unit', { unit: otherUnit }),
      supervisor: await addKey('supervisor'),
      auditor: await addKey('auditor'),
      admin: await addKey('admin'),
    },
  }
}
