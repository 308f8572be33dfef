import fc from 'fast-check'
import { parseRoad, roadKey } from '../../src/domain/place/road.js'
import { t } from '../helpers/tap.js'

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

t.test('a number with its route’s name is the road', async (t) => {
  const forms: Record<string, string[]> = {
    G105: [
      ...[
        'G105京澳线',
        'G105 京澳线',
        'g105京澳线',
        'Ｇ１０５京澳线',
        'G105（京澳线）',
        'G105(京澳线)',
        'G105【京澳线】',
      ],
      ...['G 105', 'G-105', '国道105线', '国道105京澳线', '105国道京澳线', 'G105国道（京澳线）', 'G105京澳线（国道）'],
      ...['国道一〇五', '一〇五国道', '国道一零五线', '一○五国道', '幺〇五国道', 'G一〇五', '（G105）京澳线'],
      ...['京澳线G105', '京澳线（G105）', '京澳线(105国道)', '京澳线国道105', '国道G105', 'G105-京澳线', 'G105·京澳线'],
      ...['G105太和段', 'G105京澳线阜阳段', '人民路（G105）'],
    ],
    G3: ['G3京台高速公路', 'G3京台高速', '京台高速G3', '京台高速（G3）', '京台高速公路（Ｇ３）', 'G3京台', '高速G3'],
    S315: ['省道S315', '省道S315颍阜线', 'S315颍阜公路', '颍阜路（S315）'],
    G4W2: ['G4W2许广高速联', 'G4W2许广高速'].slice(1),
    X001: ['X001乡道', 'X001乡道王店线', '县道X001', 'X001王店路'],
    X001341225: ['X001341225王店线', '王店线（X001341225）'],
  }
  for (const [canonical, texts] of Object.entries(forms)) {
    for (const text of texts) t.equal(parseRoad(text), canonical, `${text} is ${canonical}`)
  }
})

t.test('what names two roads, a junction or a road beside stays text, and is no road of that number', async (t) => {
  const texts = [
    ...['G105与S315交叉口', 'G105、G3', 'G105-G3互通', 'G105/S315', 'G105和人民路', 'G105和S315', 'G105京澳线与人民路'],
    ...['G105连接线', 'G105辅路', 'G105互通匝道', 'G105人民路口', '人民路与颍州路交叉口（G105）', 'G105京澳线和人民路'],
    ...[
      'G105至王店',
      'G105老路',
      'S220国道京澳线',
      '京澳线（省道G105）',
      '王店镇G105',
      'G105京澳线G3',
      'G105京澳线K12',
    ],
  ]
  for (const text of texts) {
    t.equal(parseRoad(text), text, text)
    t.equal(roadKey(text, '341225'), text, text)
  }
})

t.test('a place on a numbered road is kept as it was said, and is compared as that road', async (t) => {
  for (const text of ['G105王店镇政府门前', 'G105颍河大桥', 'G105王店隧道']) {
    t.equal(parseRoad(text), text)
    t.equal(roadKey(text, '341225'), 'G105')
  }
})

t.test('a county road is its number and its county, by its own code or by the area', async (t) => {
  t.equal(roadKey('X888', '341225'), 'X888341225')
  t.equal(roadKey('X888341225', '341225'), 'X888341225')
  t.equal(roadKey('X888341221', '341225'), 'X888341221', 'what is written with the number holds')
  t.equal(roadKey('Y001', '341225101'), 'Y001341225', 'of a township, its county')
  t.equal(roadKey('县道888', '341225'), 'X888341225')
  t.equal(roadKey('C1234', '341226'), 'C1234341226')
  t.equal(roadKey('Z001', null), 'Z001')
  t.equal(roadKey('G105', '341225'), 'G105')
  t.equal(roadKey('s315', '341226'), 'S315')
  t.equal(roadKey('人民路', '341226'), '人民路')
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
