import fc from 'fast-check'
import { STATUSES } from '../../src/domain/item/words.js'
import {
  isTextPublic,
  type PublicItem,
  publicStateOf,
  withoutPersonalNumbers,
} from '../../src/intake/public-request.js'
import { day } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const standing = (status: PublicItem['status'], more: Partial<PublicItem> = {}): PublicItem => ({
  ...{ id: 'a', status, closedAt: status === 'closed' ? day(5) : null, updatedAt: day(6), isPublic: true },
  ...more,
})

t.test('what is remedied or not listed is closed, all else is open', async (t) => {
  const closed = STATUSES.filter((status) => publicStateOf([standing(status)]).status === 'closed')
  t.strictSame(closed, ['closed', 'dismissed'])
  t.equal(publicStateOf([standing('closed')]).updatedAt, day(5))
  t.equal(publicStateOf([standing('closed', { closedAt: null })]).updatedAt, day(6), 'where an import did not know')
})

t.test('what was merged stands as the last of what it went into, and names it where that is public', async (t) => {
  for (const status of STATUSES) {
    const end = standing(status, { id: 'the-end' })
    const merged = publicStateOf([standing('merged', { updatedAt: day(1) }), end])
    const alone = publicStateOf([end])
    t.match(merged, { status: alone.status, updatedAt: alone.updatedAt })
    t.match(merged.notes.en, /Duplicate request.*the-end/)
    t.notMatch(publicStateOf([standing('merged'), { ...end, isPublic: false }]).notes.en, /the-end/)
  }
  const late = publicStateOf([standing('merged', { updatedAt: day(9) }), standing('closed')])
  t.equal(late.updatedAt, day(9), 'and has changed when it was merged, at the least')
})

t.test('nobody reads a text that the office has not put on the list', async (t) => {
  t.strictSame(
    STATUSES.filter((status) => !isTextPublic({ status })),
    ['reported', 'dismissed', 'merged'],
  )
})

t.test('what leads to a person is taken out, and what only looks like it is left', async (t) => {
  const out = [
    ...['13800138000', '138-0013-8000', '138 0013 8000', '１３８００１３８０００', '+8613800138000', '0558-2551234'],
    ...[
      '05582551234',
      '010-88881234',
      '34120219900101123X',
      '341202 19900101 1234',
      'zhang.san@example.com',
      '张三＠例子.中国',
    ],
  ]
  for (const text of out) {
    const told = withoutPersonalNumbers(`电话${text}，谢谢`)
    t.notMatch(told, /[0-9０-９]{4}/, `${text}: ${told}`)
    t.match(told, /＊＊＊/, text)
  }
  const kept = [
    'S315 K12+345',
    'K77+800~K78+200',
    '2026-03-02 08:15',
    '110kV 高压线',
    '限速 60',
    '341225101',
    '12345 热线',
    '1380',
  ]
  for (const text of kept) t.equal(withoutPersonalNumbers(text), text)
})

t.test('no mobile number comes through, wherever it stands', async (t) => {
  const digits = fc.stringMatching(/^1[3-9]\d{9}$/)
  const around = fc.stringMatching(/^[^0-9０-９]{0,20}$/)
  fc.assert(
    fc.property(around, digits, around, (before, number, after) => {
      const told = withoutPersonalNumbers(before + number + after)
      t.notOk(told.includes(number))
    }),
  )
  fc.assert(
    fc.property(around, (text) => text.includes('@') || text.includes('＠') || withoutPersonalNumbers(text) === text),
  )
})

t.test('a long text is read in a moment, whatever it is made of', async (t) => {
  const hostile = [
    '1'.repeat(4000),
    '0-'.repeat(2000),
    'a.'.repeat(2000),
    `${'a'.repeat(3999)}@`,
    '1 '.repeat(2000),
    '0558'.repeat(1000),
  ]
  for (const text of hostile) {
    const began = performance.now()
    withoutPersonalNumbers(text)
    t.ok(performance.now() - began < 500, text.slice(0, 8))
  }
})
