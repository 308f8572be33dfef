import fc from 'fast-check'
import { distanceM } from '../../src/domain/item/evidence-warnings.js'
import {
  apartM,
  boxAround,
  monthsAgo,
  type Neighbour,
  resemblanceOf,
  type Spot,
} from '../../src/domain/item/recurrence.js'
import { t } from '../helpers/tap.js'

const SPOT: Spot = {
  area: '341225',
  ...{ category: 'lighting', road: 'G220', direction: null, startChainageM: 1000, endChainageM: 1200 },
  ...{ lon: null, lat: null },
}
const at = (more: Partial<Spot>): Spot => ({ ...SPOT, ...more })
const stretch = (startChainageM: number, endChainageM: number) => ({ startChainageM, endChainageM })
const RULES = { withinM: 100, months: 12 }
const SINCE = '2025-03-01T00:00:00.000Z'

function neighbour(more: Partial<Neighbour>): Neighbour {
  const code = more.code ?? '2025-000001'
  return { ...SPOT, id: code, code, status: 'listed', title: '隐患', closedAt: null, isVisible: true, ...more }
}

t.test('along a road it is the gap between the stretches, and nothing where they overlap', async (t) => {
  t.equal(apartM(SPOT, at(stretch(1200, 1300))), 0)
  t.equal(apartM(SPOT, at(stretch(1250, 1300))), 50)
  t.equal(apartM(SPOT, at(stretch(0, 900))), 100)
  t.equal(apartM(SPOT, at({ road: 'G221' })), undefined)
  t.equal(apartM(SPOT, at({ startChainageM: null, endChainageM: null })), undefined)
})

t.test('the two carriageways are different places', async (t) => {
  t.equal(apartM(at({ direction: 'up' }), at({ direction: 'down' })), undefined)
  for (const direction of ['up', 'both', null] as const) t.equal(apartM(at({ direction: 'up' }), at({ direction })), 0)
})

t.test('two points are as far apart as they are, whatever road they are said to be on', async (t) => {
  const [a, b] = [at({ lon: 115.8, lat: 32.9, road: 'X1' }), at({ lon: 115.801, lat: 32.9, road: 'X2' })]
  t.equal(Math.round(apartM(a, b) ?? 0), 93)
})

t.test('nothing that is near enough lies outside the box that is searched', async () => {
  const degrees = fc.double({ min: -0.2, max: 0.2, noNaN: true })
  fc.assert(
    fc.property(
      ...([fc.double({ min: -170, max: 170, noNaN: true }), fc.double({ min: -80, max: 80, noNaN: true })] as const),
      ...([degrees, degrees, fc.integer({ min: 1, max: 5000 })] as const),
      (lon, lat, east, north, metres) => {
        const point = { lon: lon + east, lat: lat + north }
        if (distanceM({ lon, lat }, point) > metres) return true
        const box = boxAround({ lon, lat }, metres)
        return point.lon >= box.west && point.lon <= box.east && point.lat >= box.south && point.lat <= box.north
      },
    ),
    { numRuns: 2000 },
  )
})

t.test('what is open at the place may be repeated, the nearest first', async (t) => {
  const near = [
    neighbour({ code: 'far', ...stretch(1290, 1290) }),
    neighbour({ code: 'too far', ...stretch(1301, 1400) }),
    neighbour({ code: 'here', status: 'remediating' }),
    neighbour({ code: 'uncategorised', category: null, ...stretch(1210, 1210) }),
    neighbour({ code: 'other', category: 'signals' }),
    neighbour({ code: 'dismissed', status: 'dismissed' }),
  ]
  const { duplicates, recurrenceOf } = resemblanceOf(SPOT, near, RULES, SINCE)
  t.same(
    duplicates.map(({ code, distanceM: metres }) => [code, metres]),
    [
      ['here', 0],
      ['uncategorised', 10],
      ['far', 90],
    ],
  )
  t.equal(recurrenceOf, undefined)
})

t.test(
  'what was struck off not too long ago, of the same category, may have come back: the latest of them',
  async (t) => {
    const closed = (code: string, closedAt: string, more: Partial<Neighbour> = {}) =>
      neighbour({ code, status: 'closed', closedAt, ...more })
    const all = [
      closed('earlier', '2025-06-01T00:00:00.000Z'),
      closed('latest', '2025-12-01T00:00:00.000Z'),
      closed('too long ago', '2025-02-28T00:00:00.000Z'),
      closed('another', '2026-01-01T00:00:00.000Z', { category: 'signals' }),
      closed('unknown', '2026-01-01T00:00:00.000Z', { category: null }),
    ]
    t.equal(resemblanceOf(SPOT, all, RULES, SINCE).recurrenceOf?.code, 'latest')
    t.equal(resemblanceOf(at({ category: null }), all, RULES, SINCE).recurrenceOf, undefined)
    t.same(resemblanceOf(SPOT, all, RULES, SINCE).duplicates, [], 'it repeats none of them')
  },
)

t.test('months are counted on the jurisdiction’s calendar, to the end of a shorter month', async (t) => {
  t.equal(monthsAgo('2026-03-02T01:00:00.000Z', 12, 'Asia/Shanghai'), '2025-03-02T15:59:59.999Z')
  t.equal(monthsAgo('2026-03-31T01:00:00.000Z', 1, 'Asia/Shanghai'), '2026-02-28T15:59:59.999Z')
  t.equal(monthsAgo('2026-01-15T17:00:00.000Z', 1, 'Asia/Shanghai'), '2025-12-16T15:59:59.999Z')
})
