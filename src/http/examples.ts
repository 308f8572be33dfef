// What the documentation shows of records. Kept true by a test.

const UNIT = '01a20116-9f7a-7373-b205-b62c6b6c93e1'
const OFFICE = '01a20116-9f85-7d4e-8f0a-2a3f6d1c7b90'

export const EVENT_EXAMPLE = {
  jurisdiction: 'fuyang',
  seq: 42,
  itemId: '01a20117-5fde-7171-bd82-1b39a1974f7e',
  itemCode: '2026-000001',
  itemVersion: 2,
  type: 'item.listed',
  at: '2026-11-22T06:10:00.000Z',
  actor: { id: OFFICE, name: '安委办 周敏', role: 'office' },
  data: {
    category: 'roadside_protection',
    dueAt: '2027-02-17T15:59:59.999Z',
    evaluation: '临水急弯，近三年两起坠车事故。',
    level: 'major',
    provisional: true,
  },
  salt: '9f0c2c1be35d4d0c8a3e7f6b5a4d3c2b',
  dataHash: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
  previousHash: '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b',
  hash: 'd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35',
}

export const UNIT_EXAMPLE = {
  id: UNIT,
  version: 1,
  name: '王店镇人民政府',
  kind: 'township',
  area: '341202100',
  active: true,
}

export const PERSON_EXAMPLE = {
  id: '01a20116-9f8a-7251-b5be-6358cb34814d',
  name: '李敏',
  role: 'inspector',
  unit: null,
  area: '341202',
  active: true,
}

export const KEY_EXAMPLE = {
  id: '7Qm2XbT0aRk9',
  person: PERSON_EXAMPLE.id,
  name: PERSON_EXAMPLE.name,
  role: 'inspector',
  unit: null,
  area: '341202',
  createdAt: '2026-11-22T02:30:38.780Z',
  expiresAt: '2027-12-31T16:00:00.000Z',
  revokedAt: null,
  lastUsedAt: null,
}

/** A page that holds one row. */
export function pageExample(row: object): { data: object[]; nextCursor: string | null } {
  return { data: [row], nextCursor: null }
}
