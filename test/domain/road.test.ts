import fc from 'fast-check'
import t from 'tap'
import { parseRoad } from '../../src/domain/road.js'

t.test('a road number has one form, however it is written', async (t) => {
  const forms: Record<string, string[]> = {
    G220: [
      'G220',
      'g220',
      'Ｇ２２０',
      ' G220 ',
      'G 220',
      'G220国道',
      '国道220',
      '220国道',
      '国道G220',
      'G220线',
      '国道220线',
    ],
    G42: ['G42', 'g42', 'G42高速', 'G42高速公路'],
    G3: ['G3', 'g3高速'],
    G4W2: ['G4W2', 'g4w2'],
    G1501: ['G1501'],
    G42S: ['G42S', 'g42s'],
    S315: ['S315', 's315', '省道315', '315省道', 'S315省道', 'Ｓ３１５'],
    S07: ['S07', 's07', 'S07高速'],
    X012: ['X012', 'x012', '县道012', '012县道', 'X012县道', '县道X012'],
    X0123: ['X0123', '县道0123'],
    X012341202: ['X012341202', 'x012341202', '县道X012341202', '县道012341202'],
    Y045: ['Y045', '乡道045', '045乡道'],
    C123: ['C123', '村道123', 'c123村道'],
    C1234341225: ['C1234341225', 'c1234341225'],
    Z001: ['Z001', 'z001', '专用公路001'],
  }
  for (const [canonical, texts] of Object.entries(forms)) {
    for (const text of texts) t.equal(parseRoad(text), canonical, `${text} is ${canonical}`)
  }
})

t.test('a street name is only trimmed', async (t) => {
  t.equal(parseRoad('人民路'), '人民路')
  t.equal(parseRoad('\u3000颍州中路 '), '颍州中路')
  t.equal(parseRoad('Magazine St'), 'Magazine St')
  t.equal(parseRoad('路'.repeat(80)), '路'.repeat(80))
  t.equal(parseRoad('𠮷'.repeat(80)), '𠮷'.repeat(80), 'a character outside the basic plane counts once')
})

t.test('what only resembles a road number is left as it is', async (t) => {
  const texts = [
    'X12',
    'X12县道',
    '县道12',
    'G12345',
    'S220国道',
    '国道S220',
    'G',
    '国道',
    'G220辅道',
    'G220X',
    'X012341',
    'x12',
    '国道G',
  ]
  for (const text of texts) t.equal(parseRoad(text), text, text)
})

t.test('what names nothing is refused', async (t) => {
  const texts = [
    '',
    ' ',
    '\u3000',
    '---',
    '·',
    '路'.repeat(81),
    'G220\n',
    'G2\u000020',
    '人民\t路',
    '人\ud800民路',
    'a\u2028b',
    '\u0085',
  ]
  for (const text of texts) t.equal(parseRoad(text), undefined)
})

t.test('reading a road a second time changes nothing', async () => {
  const unit = fc.constantFrom(...'GSXYCZgsxycz0123456789Ｇ２国省县乡村道线高速公路 WN')
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit, maxLength: 14 }), fc.string({ unit: 'grapheme' })), (text) => {
      const road = parseRoad(text)
      return road === undefined || parseRoad(road) === road
    }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...'GSXYCZ'), fc.integer({ min: 100, max: 9999 }), (letter, number) => {
      const canonical = `${letter}${number}`
      return parseRoad(canonical.toLowerCase()) === canonical && parseRoad(`${canonical}线`) === canonical
    }),
  )
})
