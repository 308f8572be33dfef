// What the documentation shows: a small bulletin as the service gives it. Held to its schema by a test.

const OFFICE = { id: '01a20116-9f85-7d4e-8f0a-2a3f6d1c7b90', name: '安委办 周敏' }
const UNIT = { id: '01a20116-9f7a-7373-b205-b62c6b6c93e1', name: '阜南县交通运输局' }
const SHA256 = '9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab'
const rate = (numerator: number, denominator: number, value: number | null) => ({ numerator, denominator, value })
const nothing = rate(0, 0, null)

export const SUMMARY_EXAMPLE = {
  id: '01a20520-0c1e-7b43-a9b8-5a3c0ce8f21d',
  version: 3,
  kind: 'monthly',
  state: 'issued',
  number: '阜安办〔2026〕12号',
  title: '道路交通安全隐患治理月通报（2026年10月）',
  preface: '各县（市、区）、各成员单位：',
  remarks: null,
  from: '2026-10-01',
  to: '2026-11-01',
  seq: 1234,
  asOf: '2026-10-31T15:59:59.999Z',
  contentSha256: SHA256,
  corrects: null,
  correctedBy: null,
  createdAt: '2026-11-01T01:00:00.000Z',
  createdBy: { id: '01a20116-9f80-7c11-9f00-0d1e2f3a4b5c', name: '系统' },
  issuedAt: '2026-11-02T02:30:00.000Z',
  issuedBy: OFFICE,
  receivedAt: null,
}

const STANDING_EXAMPLE = {
  ...{ rank: 1, previousRank: null, few: false, listed: 172, onAccount: 87, closed: 85, newlyListed: 20 },
  ...{ closedInPeriod: 31, overdue: 1, maxOverdueDays: 16 },
  rates: { closure: rate(85, 172, 0.4942), onTime: rate(80, 85, 0.9412), overdue: rate(1, 87, 0.0115) },
}

export const BULLETIN_EXAMPLE = {
  ...SUMMARY_EXAMPLE,
  content: {
    version: 1,
    jurisdiction: { id: 'fuyang', name: '阜阳市道路交通安全委员会', timeZone: 'Asia/Shanghai' },
    kind: 'monthly',
    period: { from: '2026-10-01', to: '2026-11-01', days: 31 },
    asOf: '2026-10-31T15:59:59.999Z',
    ledger: { seq: 1234, hash: 'd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35' },
    rules: {
      version: 0,
      minimumListed: 5,
      ladder: [{ rung: 'bulletin_naming', days: 15, label: { zh: '通报', en: 'Named in the bulletin' } }],
    },
    figures: {
      ...{
        listed: 172,
        closed: 85,
        closedUndated: 0,
        onAccount: 87,
        reported: 4,
        overdue: 1,
        dueSoon: 6,
        suspended: 2,
      },
      ...{ extensionPending: 1, underSupervision: 3, openAtStart: 98, newlyListed: 20, reopenedInPeriod: 0 },
      ...{ closedInPeriod: 31, openAtEnd: 87, extendedInPeriod: 2, returnedInPeriod: 1, closureRejectedInPeriod: 3 },
      overdueByAge: { d1to7: 0, d8to30: 1, d31to90: 0, over90: 0 },
      medianDaysToClose: 21,
    },
    rates: {
      ...STANDING_EXAMPLE.rates,
      ...{ extension: rate(5, 160, 0.0313), return: rate(4, 160, 0.025), rework: rate(9, 94, 0.0957) },
      ...{ recurrence: rate(0, 85, 0), recheckPass: nothing },
    },
    units: [{ key: UNIT.id, name: UNIT.name, ...STANDING_EXAMPLE }],
    areas: [{ key: '341225', name: '阜南县', ...STANDING_EXAMPLE }],
    overdueItems: {
      total: 1,
      items: [
        {
          ...{
            id: '01a20117-5fde-7171-bd82-1b39a1974f7e',
            code: '2026-000001',
            title: '临水弯道无护栏',
            level: 'major',
          },
          ...{ area: { code: '341225', name: '阜南县' }, road: 'S315', chainage: 'K77+800', address: null, unit: UNIT },
          ...{ leadOfficial: { name: '王建国', title: '副县长' }, dueAt: '2026-10-15T15:59:59.999Z', overdueDays: 16 },
          ...{ rung: 'bulletin_naming', named: true },
        },
      ],
    },
    series: [{ date: '2026-10-31', listed: 2, closed: 3, reopened: 0, open: 87, overdue: 1 }],
    scores: {
      period: { period: '2026-10', seq: 1230, contentSha256: SHA256 },
      units: [
        { key: UNIT.id, name: UNIT.name, entries: 9, rewards: 10, penalties: -3.5, points: 6.5, moneyFen: -50_000 },
      ],
    },
    previous: null,
    changes: null,
  },
}

export const RECEIPT_EXAMPLE = {
  recipient: 'unit',
  unit: UNIT,
  person: null,
  receivedAt: '2026-11-02T03:10:00.000Z',
  receivedBy: { id: '01a20116-9f8f-7a55-8c01-6f7e8d9c0b1a', name: '阜南县交通运输局 陈涛' },
}
