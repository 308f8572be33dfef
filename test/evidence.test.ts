import t from 'tap'
import { itemIn, type Json, ok } from './helpers/app.js'
import { createCheckedApp, refused } from './helpers/checked.js'
import { evidence, partsOf, pdf, photo, sendEvidence } from './helpers/evidence.js'

const made = await createCheckedApp(t)
const { app, home, foreign, clock } = made
const { inspector, unitCaller, office, verifier } = home

t.test('a photo is kept upright and without its metadata, which become data', async (t) => {
  const shot = { at: '2026:03:01 09:20:00', lon: 115.5901, lat: 32.6607 }
  const sent = await photo(1, shot)
  const answer = await sendEvidence(app, inspector, partsOf(sent))
  t.equal(answer.status, 201, JSON.stringify(answer.body))
  const { body } = answer
  t.match(body, {
    kind: 'before',
    mediaType: 'image/jpeg',
    width: 480,
    height: 360,
    thumbnail: true,
    uses: [],
    alike: [],
  })
  t.match(body, { takenAt: '2026-03-01T01:20:00.000Z', takenAtFrom: 'file', locationFrom: 'file' })
  t.match(body.location, { lon: 115.5901, lat: 32.6607 })
  t.same(await ok(inspector.get(`/v1/evidence/${body.id}`)), body)
})
void pdf
void refused
void itemIn
void foreign
void clock
void unitCaller
void office
void verifier
void evidence
const _: Json = 0
void _
