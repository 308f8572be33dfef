import type { Actor } from '../../src/domain/access/permissions.js'
import { createFollower } from '../../src/ledger/follower.js'
import { createTail, eventAfter, type Framed, keep, type Tail } from '../../src/ledger/tail.js'
import { range } from '../helpers/event-stream.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const KB = 1024
const jurisdiction = { id: 'fuyang', name: '阜阳', timeZone: 'Asia/Shanghai', area: '341200' }
const auditor: Actor = { id: 'a', name: '审计', role: 'auditor', jurisdiction, unit: null, area: null }
const supervisor: Actor = { ...auditor, role: 'supervisor', area: '341225' }

/** An event whose frame is its seq, filled up to so many bytes. */
function event(seq: number, more: Partial<Framed> = {}, bytes = 10): Framed {
  const frame = Buffer.from(`${seq};`.padEnd(bytes, ' '))
  const area = '341225'
  const about = { itemId: 'one', area, areaThen: area, withheld: null, withheldFrame: null }
  return { seq, type: 'item.noted', json: '', ...about, frame, ...more }
}

function tailOf(from: number, to: number, bytes?: number): Tail {
  const tail = createTail(from - 1)
  for (const seq of range(from, to)) keep(tail, event(seq, {}, bytes))
  return tail
}

/** A follower of a ledger that has every event, and what it has read of it by pages. */
function follow(tail: Tail, { actor = auditor, after = 0, types = [] as string[] } = {}) {
  const pages: number[] = []
  let left = 0
  let fails = 0
  const follower = createFollower({ actor, after, types }, tail, {
    async readPage({ after, until: last, limit }, isWanted) {
      if (fails-- > 0) throw new Error('the database is away')
      if (!isWanted()) return []
      pages.push(after)
      return range(after + 1, Math.min(last, after + limit)).map((seq) => event(seq))
    },
    leave: () => {
      left++
    },
  })
  const given: number[] = []
  const read = () =>
    follower.stream.on('data', (bytes: Buffer) => {
      for (const [, seq] of bytes.toString().matchAll(/(\d+);/g)) given.push(Number(seq))
    })
  return {
    ...{ follower, given, pages, read },
    left: () => left,
    failOnce: () => {
      fails = 1
    },
  }
}

t.test('a client that does not read fills a bounded buffer, whatever happens meanwhile', async (t) => {
  const tail = tailOf(1, 10)
  const { follower, given, pages, read } = follow(tail)
  follower.stream.read(0)
  for (const seq of range(11, 5_000)) {
    keep(tail, event(seq, {}, 4 * KB))
    follower.advance()
  }
  t.ok(follower.stream.readableLength <= 68 * KB, `${follower.stream.readableLength} bytes wait`)
  t.notOk(follower.isReading())
  read()
  await until(() => given.length === 5_000)
  t.same(given, range(1, 5_000))
  t.ok(pages.length > 30, 'what the tail had no more was read by pages')
  keep(tail, event(5_001))
  follower.advance()
  await until(() => given.length === 5_001)
})

t.test('who comes from far meets the tail without a gap, also when it moves on meanwhile', async (t) => {
  const tail = tailOf(1_001, 1_300)
  const { follower, given, read } = follow(tail, { after: 7 })
  read()
  for (let seq = 1_301; seq <= 3_000; seq++) {
    keep(tail, event(seq))
    follower.advance()
    if (seq % 50 === 0) await new Promise(setImmediate)
  }
  await until(() => given.length === 2_993)
  t.same(given, range(8, 3_000))
  t.equal(follower.seq(), 3_000)
})

t.test('who is ahead of the tail waits for it', async (t) => {
  const tail = tailOf(1, 3)
  const { follower, given, pages, read } = follow(tail, { after: 5 })
  read()
  for (const seq of range(4, 7)) {
    keep(tail, event(seq))
    follower.advance()
  }
  await until(() => given.length > 0)
  t.same([given, pages], [[6, 7], []])
})

t.test('a page that cannot be read is asked for again', async (t) => {
  const { given, read, failOnce } = follow(tailOf(11, 12))
  failOnce()
  read()
  await until(() => given.length === 12)
  t.same(given, range(1, 12))
})

t.test('events go by the area in which their item lies now and lay then', async (t) => {
  const tail = createTail(0)
  const { follower, given, read } = follow(tail, { actor: supervisor })
  keep(tail, event(1, { area: '341225' }))
  keep(tail, event(2, { itemId: 'two', area: '341225100' }))
  keep(tail, event(3, { itemId: 'three', area: '341202', areaThen: '341202' }))
  keep(tail, event(4, { itemId: null, area: null, areaThen: null, type: 'rules.changed' }))
  // Before anybody has read anything, one item moves out of the area and another into it.
  keep(tail, event(5, { area: '341202', areaThen: '341202' }))
  keep(tail, event(6, { itemId: 'three', area: '341225' }))
  // People are no supervisor's to read, and whoever is limited to an area follows no chain.
  const withheldFrame = Buffer.from('70;')
  keep(tail, event(7, { itemId: null, area: null, areaThen: null, type: 'person.created', withheldFrame }))
  read()
  await until(() => follower.seq() === 7)
  await new Promise(setImmediate)
  t.same(given, [2, 4, 6])
})

t.test(
  'who follows the whole chain is given what they may not read without its data, and an auditor all',
  async (t) => {
    const office: Actor = { ...auditor, role: 'office' }
    for (const [actor, expected] of [
      [office, [1, 20]],
      [{ ...office, role: 'supervisor' }, [1, 20]],
      [auditor, [1, 2]],
    ] as const) {
      const tail = tailOf(1, 1)
      const { follower, given, read } = follow(tail, { actor })
      const about = { itemId: null, area: null, areaThen: null, withheldFrame: Buffer.from('20;') }
      keep(tail, event(2, { ...about, type: 'key.created' }))
      read()
      await until(() => follower.seq() === 2)
      await new Promise(setImmediate)
      t.same(given, expected, actor.role)
    }
  },
)

t.test('the tail is kept short, and has no gaps', async (t) => {
  const many = tailOf(1, 5_000)
  t.equal(many.kept.length, 1_000)
  t.equal(eventAfter(many, 4_000)?.seq, 4_001)
  t.same([eventAfter(many, 3_999), eventAfter(many, 5_000)], [undefined, undefined])
  const large = tailOf(1, 200, 100 * KB)
  t.ok(large.bytes <= 4 * KB * KB)
  t.equal(
    large.bytes,
    large.kept.reduce((sum, { frame }) => sum + frame.length, 0),
  )
  t.equal(eventAfter(large, 199)?.seq, 200)
})

t.test('a follower that has ended says nothing more, and leaves', async (t) => {
  const tail = tailOf(1, 2)
  const { follower, given, read, left } = follow(tail)
  read()
  await until(() => given.length === 2)
  follower.end()
  follower.end()
  keep(tail, event(3))
  follower.advance()
  follower.say('4;')
  await until(() => left() === 1)
  t.same(given, [1, 2])

  const stuck = follow(tailOf(1, 100, 4 * KB))
  stuck.follower.stream.read(0)
  stuck.follower.end()
  await until(() => stuck.left() === 1)
  t.ok(stuck.follower.stream.destroyed, 'also when nobody takes the rest')
})
