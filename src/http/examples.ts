// What the documentation shows: one item's answer as the service gives it, and one event. Kept true by a test.

const UNIT = '01a20116-9f7a-7373-b205-b62c6b6c93e1'
const OFFICE = '01a20116-9f85-7d4e-8f0a-2a3f6d1c7b90'

export const EVIDENCE_REF_EXAMPLE = {
  id: '01a20118-6a10-7c3e-9f65-2f4b7c1d8e90',
  kind: 'before',
  mediaType: 'image/jpeg',
  sha256: '6b0d1c8f2f0f9f0a4c4a1ad7d3a5c1de0fbb0c2a1f6f5b3a9a6b7c8d9e0f1a2b',
  takenAt: '2026-11-22T01:20:00.000Z',
  location: { lon: 115.5901, lat: 32.6607 },
  warnings: [],
  event: 'item.reported',
  at: '2026-11-22T02:30:38.780Z',
  by: '01a20116-9f8a-7251-b5be-6358cb34814d',
}

export const ITEM_EXAMPLE = {
  id: '01a20117-5fde-7171-bd82-1b39a1974f7e',
  code: '2026-000001',
  version: 3,
  status: 'assigned',
  title: '临水弯道无护栏',
  description: '弯道外侧临水库，无护栏、无警示标志。',
  level: 'major',
  category: 'roadside_protection',
  risk: 'road',
  source: 'inspection',
  area: '341225',
  road: 'S315',
  direction: 'up',
  carriageway: null,
  startChainageM: 77800,
  endChainageM: 77800,
  chainage: 'K77+800',
  location: { lon: 115.5900129, lat: 32.6606424 },
  address: null,
  externalSystem: null,
  externalId: null,
  foundAt: null,
  channel: null,
  hotline: null,
  mediaUrl: null,
  reportedAt: '2026-11-22T02:30:38.780Z',
  reportedBy: { id: '01a20116-9f8a-7251-b5be-6358cb34814d', name: '排查员 李强' },
  listedAt: '2026-11-22T06:10:00.000Z',
  evaluation: '临水急弯，近三年两起坠车事故。',
  defaultDueAt: '2027-02-17T15:59:59.999Z',
  assignment: {
    goal: '消除临水弯道坠车风险',
    leadOfficial: { name: '王建国', title: '副县长' },
    responsibleUnit: UNIT,
    coUnits: [],
    completionStandard: '弯道外侧 120 米波形梁护栏，警示标志两处，验收合格',
    dueAt: '2026-12-31T15:59:59.999Z',
    reward: '按期销号，年度考核加 2 分',
    penalty: '逾期未销号，通报并扣 5 分',
    assignedAt: '2026-11-23T01:00:00.000Z',
    assignedBy: OFFICE,
    acceptedAt: null,
  },
  dueAt: '2026-12-31T15:59:59.999Z',
  dueProvisional: false,
  escalation: null,
  onAccount: true,
  overdue: false,
  overdueDays: 0,
  dueSoon: false,
  suspended: false,
  suspension: null,
  extensionPending: false,
  extension: null,
  supervision: { tier: 'city', reason: '一年内两起坠车', at: '2026-11-22T07:00:00.000Z', by: OFFICE },
  plan: null,
  progress: null,
  closureRequest: null,
  closedAt: null,
  closedBy: null,
  closureFindings: null,
  closurePoints: null,
  verifications: [],
  recheck: null,
  dismissalReason: null,
  mergedInto: null,
  mergedFrom: [],
  evidence: [EVIDENCE_REF_EXAMPLE],
  suspectedRecurrenceOf: null,
  updatedAt: '2026-11-23T01:00:00.000Z',
}

/** The same as the properties of a feature. */
export const PROPERTIES_EXAMPLE = {
  ...ITEM_EXAMPLE,
  unitId: ITEM_EXAMPLE.assignment.responsibleUnit,
  unitName: '阜南县交通运输局',
  leadOfficialName: ITEM_EXAMPLE.assignment.leadOfficial.name,
  leadOfficialTitle: ITEM_EXAMPLE.assignment.leadOfficial.title,
}

export const NEAR_EXAMPLE = {
  id: '01a1f0aa-2b1c-7d3e-8f40-5a6b7c8d9e0f',
  code: '2025-000171',
  status: 'remediating',
  title: '弯道护栏缺失',
  distanceM: 12,
}

export const EVENT_EXAMPLE = {
  jurisdiction: 'fuyang',
  seq: 42,
  itemId: ITEM_EXAMPLE.id,
  itemCode: ITEM_EXAMPLE.code,
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
