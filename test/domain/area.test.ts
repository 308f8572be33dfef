import fc from 'fast-check'
import {
  areaPrefix,
  isAreaCode,
  isAreaPrefix,
  isWithinArea,
  parseAreaCode,
  parseAreaPrefix,
} from '../../src/domain/place/area.js'
import { t } from '../helpers/tap.js'

const pair = fc.integer({ min: 1, max: 99 }).map((n) => String(n).padStart(2, '0'))
const province = fc.integer({ min: 11, max: 65 }).map(String)

t.test('the prefix of an area is its code without the pairs of zeros', async (t) => {
  t.equal(areaPrefix('340000'), '34')
  t.equal(areaPrefix('341200'), '3412')
  t.equal(areaPrefix('341202'), '341202')
  t.equal(areaPrefix('341210'), '341210', 'a single zero is part of the code')
  t.equal(areaPrefix('341000'), '3410', 'a zero before a pair is part of the code')
  t.equal(areaPrefix('341202100'), '341202100', 'a township keeps its zeros')
  for (const prefix of ['3', '34', '341', '3412', '34120', '3412021']) t.equal(areaPrefix(prefix), prefix)
})

t.test('what is not 1 to 9 digits is refused', async (t) => {
  for (const text of ['', '341202001001', '3412020010', '34x2', ' 34', '34\n', '３４', '-34', '000000', '034']) {
    t.throws(() => areaPrefix(text), RangeError, `${JSON.stringify(text)} is no prefix`)
    t.throws(() => isWithinArea('341202', text), RangeError)
    t.equal(isAreaPrefix(text), false)
  }
  for (const text of ['3', '3412', '341200', '341202001']) t.equal(isAreaPrefix(text), true)
})

t.test('an area code has 6 or 9 digits', async (t) => {
  for (const code of ['340000', '341200', '341202', '341202001']) t.equal(isAreaCode(code), true, code)
  for (const code of [
    '',
    '34',
    '3412',
    '34120',
    '3412020',
    '341202001001',
    '34120a',
    '000000',
    '341202\n',
    '３４１２０２',
  ]) {
    t.equal(isAreaCode(code), false, `${JSON.stringify(code)} is none`)
  }
})

t.test('the statistical form of 12 digits is the same area, and a village is its township', async (t) => {
  const forms: Record<string, string[]> = {
    '341225': ['341225', '341225000', '341225000000', '３４１２２５', ' 341225 '],
    '341225100': ['341225100', '341225100000', '341225100203'],
    '341200': ['341200', '341200000000'],
    '340000': ['340000000000'],
  }
  for (const [code, texts] of Object.entries(forms)) {
    for (const text of texts) {
      t.equal(parseAreaCode(text), code, text)
      t.equal(parseAreaPrefix(text), code, text)
    }
  }
  for (const text of ['', '3412', '34122510', '3412251000', '341225000203', '041225', '34122a', '341225100203000']) {
    t.equal(parseAreaCode(text), undefined, text)
  }
  t.equal(parseAreaPrefix('3412'), '3412')
  t.equal(parseAreaPrefix('34122510'), '34122510')
  for (const text of ['3', '3412251002', '341225000203', '%']) t.equal(parseAreaPrefix(text), undefined, text)
})

t.test('an area lies within itself and within what is above it, and nowhere else', async (t) => {
  t.equal(isWithinArea('341202001', '341202'), true)
  t.equal(isWithinArea('341202', '341200'), true)
  t.equal(isWithinArea('341200', '340000'), true)
  t.equal(isWithinArea('341200', '3412'), true)
  t.equal(isWithinArea('341200', '341202'), false, 'a city is not in its district')
  t.equal(isWithinArea('341000', '341200'), false)
  t.equal(isWithinArea('341302', '341200'), false)
  fc.assert(
    fc.property(province, pair, pair, fc.integer({ min: 0, max: 999 }), (p, city, county, town) => {
      const codes = [
        `${p}0000`,
        `${p}${city}00`,
        `${p}${city}${county}`,
        `${p}${city}${county}${String(town).padStart(3, '0')}`,
      ]
      return codes.every((lower, i) => codes.every((upper, j) => isWithinArea(lower, upper) === j <= i))
    }),
  )
})
