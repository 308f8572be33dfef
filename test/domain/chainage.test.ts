import fc from 'fast-check'
import { CARRIAGEWAYS } from '../../src/domain/item/words.js'
import {
  carriagewayIn,
  formatChainage,
  MAX_CHAINAGE_M,
  otherLineIn,
  parseChainage,
  parseChainageRange,
  sideIn,
} from '../../src/domain/place/chainage.js'
import { t } from '../helpers/tap.js'

const metres = fc.integer({ min: 0, max: MAX_CHAINAGE_M })
const SEPARATORS = ['-', '~', '～', '—', '——', '–', '－', '〜', '至', '到', ' - ', ' 至 ', '\u3000～\u3000']

t.test('a chainage is read in every form that people write', async (t) => {
  const forms: [string | number, number][] = [
    ['K12+345', 12_345],
    ['k12+345', 12_345],
    ['K12', 12_000],
    ['12+345', 12_345],
    ['0+000', 0],
    ['Ｋ１２＋３４５', 12_345],
    ['ｋ１２＋３４５．６', 12_346],
    ['K12 + 345', 12_345],
    ['  K12+345\u3000', 12_345],
    ['K 12+345', 12_345],
    ['K0012+045', 12_045],
    ['K12+5', 12_005],
    ['77公里加800米', 77_800],
    ['77公里800米', 77_800],
    ['77公里+800', 77_800],
    ['77 公里 800 米', 77_800],
    ['７７公里加８００米处', 77_800],
    ['K77公里+800米', 77_800],
    ['77千米800米', 77_800],
    ['77公里', 77_000],
    ['800米', 800],
    ['K12+345.6', 12_346],
    ['K12+345.4', 12_345],
    ['K12+999.6', 13_000],
    ['K9999+999', MAX_CHAINAGE_M],
    ['K12+345米', 12_345],
    ['K12+345m', 12_345],
    ['K12+345 M', 12_345],
    ['K12km+345m', 12_345],
    ['12km345m', 12_345],
    ['K12+345左侧', 12_345],
    ['K12+345米 右侧', 12_345],
    ['Ｋ１２＋３４５左幅处', 12_345],
    ['K12+345.5右幅', 12_346],
    ['345m', 345],
    [0, 0],
    [12_345, 12_345],
    [12_345.6, 12_346],
    [MAX_CHAINAGE_M, MAX_CHAINAGE_M],
  ]
  for (const [text, m] of forms) t.equal(parseChainage(text), m, `${text} is ${m} m`)
  t.ok(Object.is(parseChainage(-0), 0), 'minus zero is zero')
})

t.test('the side that is written with a chainage is told apart from it', async (t) => {
  t.equal(sideIn('K12+345左侧'), '左侧')
  t.equal(sideIn('K12+345~K12+400 右幅 段'), '右幅')
  t.equal(sideIn('K12+345左侧\u3000'), '左侧')
  t.equal(sideIn('K12+345左侧~K12+400右侧'), '左侧至右侧')
  t.equal(sideIn('K12+345左侧~K12+400左侧'), '左侧')
  for (const text of ['K12+345', '左侧K12+345', 12_345]) t.equal(sideIn(text), null)
  t.same(parseChainageRange('K12+345左侧~K12+400左侧'), { startM: 12_345, endM: 12_400 })
  t.same(parseChainageRange('K12+345米~K12+400米右侧'), { startM: 12_345, endM: 12_400 })
})

t.test('a carriageway’s own chainage is read as its metres, and told apart from the road’s', async (t) => {
  const forms: [string, number, 'left' | 'right'][] = [
    ['ZK12+345', 12_345, 'left'],
    ['YK12+345', 12_345, 'right'],
    ['zk12+345左侧', 12_345, 'left'],
    ['ＺＫ１２＋３４５', 12_345, 'left'],
    [' YK 12+345米 处', 12_345, 'right'],
    ['ZK12', 12_000, 'left'],
    ['YK77公里800米', 77_800, 'right'],
  ]
  for (const [text, m, carriageway] of forms) {
    t.equal(parseChainage(text), m, text)
    t.equal(carriagewayIn(text), carriageway, text)
  }
  for (const text of ['K12+345', 'k12', 'K77公里800米']) t.equal(carriagewayIn(text), null, text)
  for (const text of ['12+345', '800米', 12_345, 'AK0+100', 'ZK', '']) t.equal(carriagewayIn(text), undefined)
})

t.test('a ramp’s chainage is no other’s', async (t) => {
  for (const text of [
    'AK0+345',
    'BK1+000',
    'LK3+200',
    'ZAK0+100',
    'ZRK0+100',
    '匝道AK0+200',
    'ＡＫ０＋３４５',
    'K12+300~AK0+100',
  ]) {
    t.equal(parseChainageRange(text), undefined, text)
    t.equal(otherLineIn(text), 'ramp', text)
  }
  for (const text of ['K12+345', 'ZK12+345', '12+345', 12_345, 'K', 'K12km+345m']) t.equal(otherLineIn(text), undefined)
})

t.test('a stretch lies on one carriageway', async (t) => {
  const expected = { startM: 12_300, endM: 12_900 }
  for (const text of [
    'ZK12+300~ZK12+900',
    'ZK12+300~+900',
    'ZK12+900-ZK12+300',
    'ZK12+300至12+900',
    'zk12+300~ＺＫ12+900',
  ]) {
    t.same(parseChainageRange(text), expected, text)
    t.equal(carriagewayIn(text), 'left', text)
  }
  for (const text of ['ZK12+300~YK12+900', 'ZK12+300~K12+900', 'K12+300~ZK12+900', '12+300~YK12+900']) {
    t.equal(parseChainageRange(text), undefined, text)
    t.equal(otherLineIn(text), 'two-lines', text)
  }
})

t.test('what is not a chainage is refused', async (t) => {
  const texts = [
    ...[
      '',
      ' ',
      'K',
      '+',
      'K+345',
      '+345',
      '米',
      '公里',
      'abc',
      'K12+',
      'K12+abc',
      'AK12+345',
      'K12+345+600',
      'K12+345x',
    ],
    ...[
      'K0-050',
      'K12+1050',
      'ZK12+1050',
      'ZK0-050',
      'AK1+000',
      'XK12+345',
      'ZYK12+345',
      'Z12+345',
      'ZK',
      'K12+345左',
      '左侧',
    ],
    ...['K12+1345', 'K12+0345', '77公里加1800米', '1200米', '77公里800', 'K12.5', 'K12,345', '12', '12345', 'K12 345'],
    ...[
      '-K12+345',
      'K-12+345',
      'K12-+345',
      'K12+-345',
      'K12345+000',
      'K9999+999.6',
      'K1²+345',
      'K１2+3 45',
      'K1e3',
      '0x10',
    ],
    ...['K12+345\u0000', 'K12+345-K13', `K12+345${' '.repeat(100)}`, `K12+345.${'1'.repeat(40)}`, '十二公里'],
  ]
  for (const text of texts) t.equal(parseChainage(text), undefined, `${JSON.stringify(text)} is refused`)
  for (const m of [-1, -0.4, MAX_CHAINAGE_M + 1, MAX_CHAINAGE_M + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.equal(parseChainage(m), undefined, `${m} is refused`)
  }
})

t.test('what is printed is read back as the same metres', async () => {
  fc.assert(fc.property(metres, (m) => parseChainage(formatChainage(m)) === m))
  fc.assert(
    fc.property(metres, fc.constantFrom(null, ...CARRIAGEWAYS), (m, carriageway) => {
      const text = formatChainage(m, carriageway)
      return parseChainage(text) === m && carriagewayIn(text) === carriageway
    }),
  )
  fc.assert(fc.property(metres, (m) => parseChainage(m) === m))
  fc.assert(fc.property(metres, (m) => parseChainage(`${Math.floor(m / 1000)}公里加${m % 1000}米`) === m))
})

t.test('no text and no number breaks the reader, and what it gives is in bounds', async () => {
  const inBounds = (m: number | undefined) => m === undefined || (Number.isInteger(m) && m >= 0 && m <= MAX_CHAINAGE_M)
  const alphabet = fc.string({ unit: fc.constantFrom(...'KkZYA0123456789+-.~至公里加米 Ｋ＋１'), maxLength: 24 })
  fc.assert(fc.property(fc.oneof(alphabet, fc.string(), fc.double()), (text) => inBounds(parseChainage(text))))
  fc.assert(
    fc.property(fc.oneof(alphabet, fc.string(), fc.double()), (text) => {
      const range = parseChainageRange(text)
      return range === undefined || (inBounds(range.startM) && inBounds(range.endM) && range.startM <= range.endM)
    }),
  )
})

t.test('chainage is printed with three digits of metres', async (t) => {
  t.equal(formatChainage(12_345), 'K12+345')
  t.equal(formatChainage(12_005), 'K12+005')
  t.equal(formatChainage(0), 'K0+000')
  t.equal(formatChainage(MAX_CHAINAGE_M), 'K9999+999')
  for (const m of [-1, 0.5, MAX_CHAINAGE_M + 1, Number.NaN]) t.throws(() => formatChainage(m), RangeError)
})

t.test('a range is read with every separator, and comes out in order whichever way it is written', async (t) => {
  fc.assert(
    fc.property(metres, metres, fc.constantFrom(...SEPARATORS), (a, b, separator) => {
      const range = parseChainageRange(`${formatChainage(a)}${separator}${formatChainage(b)}`)
      return range?.startM === Math.min(a, b) && range.endM === Math.max(a, b)
    }),
  )
  for (const separator of SEPARATORS) {
    const expected = { startM: 12_345, endM: 12_900 }
    t.same(parseChainageRange(`K12+345${separator}K12+900`), expected, `separator ${separator}`)
    t.same(parseChainageRange(`K12+900${separator}K12+345`), expected, `separator ${separator}, backwards`)
  }
})

t.test('a single chainage is a range of one point', async (t) => {
  t.same(parseChainageRange('K12+345'), { startM: 12_345, endM: 12_345 })
  t.same(parseChainageRange('77公里加800米'), { startM: 77_800, endM: 77_800 })
  t.same(parseChainageRange(500), { startM: 500, endM: 500 })
})

t.test('the second chainage may leave out what the first has said', async (t) => {
  const forms: [string, number, number][] = [
    ['K12+345-12+900', 12_345, 12_900],
    ['12+345-12+900', 12_345, 12_900],
    ['K12+345-+900', 12_345, 12_900],
    ['K12+345～＋900', 12_345, 12_900],
    ['K12+900-+345', 12_345, 12_900],
    ['K12-+500', 12_000, 12_500],
    ['K12-K14', 12_000, 14_000],
    ['K12+345至K12+900段', 12_345, 12_900],
    ['77公里100米至800米', 77_100, 77_800],
    ['77公里800米至100米', 77_100, 77_800],
    ['77公里100米至78公里', 77_100, 78_000],
    ['77公里100米到+800米', 77_100, 77_800],
    ['100米-800米', 100, 800],
  ]
  for (const [text, startM, endM] of forms) t.same(parseChainageRange(text), { startM, endM }, text)
})

t.test('what is not a range is refused', async (t) => {
  const texts = [
    ...['', '-', 'K12+345-', '-K12+345', 'K12+345-K12+900-K13', 'K12+345-abc', 'abc-K12+345', 'K12+345-K12+1900'],
    ...[
      'K12+345-+1900',
      'K12+345-900',
      'K12-13',
      '12-13',
      '12345-12900',
      '+345-+900',
      'K12+345,K12+900',
      'K9999-K10000',
    ],
  ]
  for (const text of texts) t.equal(parseChainageRange(text), undefined, `${JSON.stringify(text)} is refused`)
  for (const m of [-1, Number.NaN, MAX_CHAINAGE_M + 1]) t.equal(parseChainageRange(m), undefined, `${m} is refused`)
})
