import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import {
  createJurisdiction,
  createKey,
  createPerson,
  createUnit,
  type NewPerson,
  type NewUnit,
} from '../access/create.js'
import { createApiKey } from '../auth/api-key.js'
import type { Config } from '../config.js'
import { createContact } from '../contacts/contacts.js'
import { createDb, type Tx } from '../db/client.js'
import type { ServicePool } from '../db/pool.js'
import type { Actor, Role } from '../domain/access/permissions.js'
import { appendEvents } from '../ledger/act.js'

/** One key per role. */
export type SampleKeys = Record<Role, string>

const FILE = 'sample-keys.json'

const FUYANG = { id: 'fuyang', name: '阜阳市道路交通安全委员会', timeZone: 'Asia/Shanghai', area: '341200' }

const UNITS: readonly NewUnit[] = [
  { name: '阜阳市公安局交通警察支队', kind: 'bureau', area: '341200' },
  { name: '阜阳市交通运输局', kind: 'bureau', area: '341200' },
  { name: '阜阳市公路管理服务中心', kind: 'bureau', area: '341200' },
  { name: '阜阳市城市管理局', kind: 'bureau', area: '341200' },
  { name: '阜阳市道路交通安全委员会办公室', kind: 'office', area: '341200' },
  { name: '颍州区交通运输局', kind: 'bureau', area: '341202' },
  { name: '颍东区交通运输局', kind: 'bureau', area: '341203' },
  { name: '颍泉区交通运输局', kind: 'bureau', area: '341204' },
  { name: '临泉县交通运输局', kind: 'bureau', area: '341221' },
  { name: '太和县交通运输局', kind: 'bureau', area: '341222' },
  { name: '阜南县交通运输局', kind: 'bureau', area: '341225' },
  { name: '颍上县交通运输局', kind: 'bureau', area: '341226' },
  { name: '界首市交通运输局', kind: 'bureau', area: '341282' },
  { name: '王店镇人民政府', kind: 'township', area: '341202100' },
  { name: '阜阳公路养护有限公司', kind: 'company', area: '341200' },
]

/** Who the sample's people are; `unit` names one of the units above. */
const PEOPLE: readonly { name: string; role: Role; unit?: string }[] = [
  { name: '系统管理员', role: 'admin' },
  { name: '安委办 周敏', role: 'office', unit: '阜阳市道路交通安全委员会办公室' },
  { name: '排查员 李强', role: 'inspector', unit: '阜阳市公安局交通警察支队' },
  { name: '阜南县交通运输局 陈涛', role: 'unit', unit: '阜南县交通运输局' },
  { name: '分管副市长 王建国', role: 'supervisor' },
  { name: '纪检监察 赵静', role: 'auditor' },
]

/** Nobody is there: without a mail server the mail goes into a folder, where a newcomer can look at it. */
const CONTACTS: readonly { recipient: 'unit' | 'office' | 'supervisor'; unit?: string; address: string }[] = [
  { recipient: 'unit', unit: '阜南县交通运输局', address: 'funan@example.com' },
  { recipient: 'office', address: 'office@example.com' },
  { recipient: 'supervisor', address: 'supervisor@example.com' },
]

/**
 * Makes the sample jurisdiction in an empty database and keeps its keys in `DATA_DIR/sample-keys.json` (mode 0600).
 * Answers where they are, and the keys themselves when it has just made them; undefined when there is no such file.
 */
export async function ensureSample(
  config: Config,
  pool: ServicePool,
  now: string,
): Promise<{ file: string; keys: SampleKeys | undefined } | undefined> {
  const file = join(config.dataDir, FILE)
  const db = createDb(pool)
  const keys = await db.transaction(async (tx) => {
    // Two processes may start on one empty database; the second waits here and finds it filled.
    await tx.execute(sql`lock table jurisdiction in share row exclusive mode`)
    const { rows } = await tx.execute(sql`select from jurisdiction limit 1`)
    return rows.length > 0 ? undefined : createSample(tx, config.keyEnvironment, now, file)
  })
  return keys !== undefined || existsSync(file) ? { file, keys } : undefined
}

async function createSample(tx: Tx, environment: string, now: string, file: string): Promise<SampleKeys> {
  const system = await createJurisdiction(tx, FUYANG, now)
  const units = new Map<string, string>()
  for (const created of UNITS) {
    const { id, event } = await createUnit(tx, system, created, now)
    await tx.execute(appendEvents(FUYANG.id, [event]))
    units.set(created.name, id)
  }
  for (const { recipient, unit, address } of CONTACTS) {
    const to = {
      recipient,
      unit: unit === undefined ? null : (units.get(unit) ?? null),
      person: null,
      area: null,
      name: null,
    }
    const created = { ...to, channel: 'email', address, secret: null, language: 'zh-CN' } as const
    const { event } = await createContact(tx, system, created, now)
    await tx.execute(appendEvents(FUYANG.id, [event]))
  }
  const keys: Partial<SampleKeys> = {}
  for (const { name, role, unit } of PEOPLE) {
    const created = { name, role, unit: unit === undefined ? null : (units.get(unit) ?? null), area: null }
    keys[role] = await createPersonWithKey(tx, system, created, environment, now)
  }
  // Written before the commit: a key that opens something is never lost, a key without its database opens nothing.
  await writeFile(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return keys as SampleKeys
}

/** A person with a first key; answers the key's text, which is not kept. */
export async function createPersonWithKey(
  tx: Tx,
  actor: Actor,
  created: NewPerson,
  environment: string,
  now: string,
): Promise<string> {
  const { id, event } = await createPerson(tx, actor, created, now)
  const key = createApiKey(environment)
  const keyEvent = await createKey(tx, actor, key, id, null, now)
  await tx.execute(appendEvents(actor.jurisdiction.id, [event, keyEvent]))
  return key.text
}
