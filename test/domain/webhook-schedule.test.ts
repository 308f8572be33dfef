import fc from 'fast-check'
import { later } from '../../src/domain/time/zone.js'
import { nextAttemptAt, RETRY_DELAYS_S, retryAfterOf } from '../../src/webhooks/schedule.js'
import { createSecret, isSecret } from '../../src/webhooks/secret.js'
import { t } from '../helpers/tap.js'

const NOW = '2026-03-02T01:00:00.000Z'
const delayOf = (at: string | undefined) => (Date.parse(at ?? '') - Date.parse(NOW)) / 1000

t.test('the schedule is that of Standard Webhooks: ten attempts', async (t) => {
  const [minute, hour] = [60, 3600]
  t.same(RETRY_DELAYS_S, [5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour])
  const middle = RETRY_DELAYS_S.map((_, k) => nextAttemptAt({ step: k + 1, now: NOW, retryAfterMs: 0, random: 0.5 }))
  t.same(middle.map(delayOf), RETRY_DELAYS_S)
  t.equal(nextAttemptAt({ step: 10, now: NOW, retryAfterMs: 0, random: 0.5 }), undefined)
})

t.test(
  'each delay is drawn from a tenth around the schedule’s, and never before the receiver’s Retry-After',
  async (t) => {
    const attempt = fc.record({
      step: fc.integer({ min: 1, max: 9 }),
      retryAfterMs: fc.integer({ min: 0, max: 86_400_000 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    })
    fc.assert(
      fc.property(attempt, ({ step, retryAfterMs, random }) => {
        const delay = delayOf(nextAttemptAt({ step, now: NOW, retryAfterMs, random }))
        const planned = RETRY_DELAYS_S[step - 1] ?? 0
        const least = Math.max(planned * 0.9, retryAfterMs / 1000)
        return delay >= least - 0.001 && delay <= Math.max(planned * 1.1, retryAfterMs / 1000) + 0.001
      }),
    )
    const [early, late] = [0, 0.999].map((random) => nextAttemptAt({ step: 2, now: NOW, retryAfterMs: 0, random }))
    t.same([delayOf(early), Math.round(delayOf(late))], [270, 330])
  },
)

t.test('Retry-After is seconds or a date, at most a day, and nothing where it is neither', async (t) => {
  t.equal(retryAfterOf('120', NOW), 120_000)
  t.equal(retryAfterOf('Mon, 02 Mar 2026 01:10:00 GMT', NOW), 600_000)
  t.equal(retryAfterOf('Mon, 02 Mar 2026 00:10:00 GMT', NOW), 0, 'a date that is past')
  t.equal(retryAfterOf('999999999', NOW), 86_400_000)
  t.equal(retryAfterOf('Mon, 02 Mar 2099 01:10:00 GMT', NOW), 86_400_000)
  for (const nothing of [undefined, '', 'soon', '-5', '1e9', '12.5.5', ['1', '2']])
    t.equal(retryAfterOf(nothing, NOW), 0)
  fc.assert(fc.property(fc.string(), (text) => retryAfterOf(text, NOW) >= 0 && retryAfterOf(text, NOW) <= 86_400_000))
})

t.test('an instant is put off by milliseconds', async (t) => {
  t.equal(later(NOW, 1_500), '2026-03-02T01:00:01.500Z')
})

t.test('a secret is whsec_ and the base64 of 24 to 64 bytes', async (t) => {
  for (let n = 0; n < 20; n++) t.ok(isSecret(createSecret()))
  t.not(createSecret(), createSecret())
  const ofBytes = (n: number) => `whsec_${Buffer.alloc(n, 7).toString('base64')}`
  for (const n of [24, 25, 26, 32, 64]) t.ok(isSecret(ofBytes(n)), `${n} bytes`)
  for (const n of [0, 1, 23, 65, 100]) t.notOk(isSecret(ofBytes(n)), `${n} bytes`)
  const good = ofBytes(32)
  for (const bad of [
    good.slice(6),
    good.toUpperCase(),
    `${good} `,
    `${good}=`,
    good.slice(0, -1),
    good.replace('B', '-'),
  ]) {
    t.notOk(isSecret(bad), bad)
  }
})
