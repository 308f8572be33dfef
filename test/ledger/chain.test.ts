import fc from 'fast-check'
import { canonicalJson, eventHash, prepareEvent, sha256 } from '../../src/ledger/chain.js'
import { t } from '../helpers/tap.js'

const aText = fc.string({ unit: 'grapheme' })
const aHeader = fc.record({
  jurisdiction: aText,
  itemId: fc.option(fc.uuid()),
  itemCode: fc.option(aText),
  itemVersion: fc.option(fc.nat()),
  type: aText,
  at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  actor: fc.record({ id: fc.uuid(), role: aText }),
})

t.test('an event is chained by the RFC 8785 text of its header, whatever stands in it', async (t) => {
  fc.assert(
    fc.property(aHeader, fc.nat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (header, seq, bytes) => {
      const { prefix, suffix, data_hash: dataHash } = prepareEvent(header, { note: 'x' })
      const text = canonicalJson({ ...header, seq, dataHash })
      const previous = Buffer.from(bytes)
      return (
        prefix + seq + suffix === text &&
        eventHash(previous.toString('hex'), header, seq, dataHash) === sha256(previous, text).toString('hex')
      )
    }),
  )
  t.pass()
})
