import { CHANNELS, KEY_ROLES } from '../../src/domain/access/permissions.js'
import { itemTold } from '../../src/item/channel.js'
import { ItemView } from '../../src/item/view.js'
import { callerOf, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { channelKey, open311 } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createCheckedApp(t)
const { office, verifier, admin } = home

/** All that a channel is told; a field that comes to the item later is not, until it is named here too. */
const TOLD = new Set([
  ...[
    'id',
    'code',
    'version',
    'status',
    'title',
    'description',
    'category',
    'source',
    'area',
    'road',
    'direction',
    'carriageway',
  ],
  ...['startChainageM', 'endChainageM', 'chainage', 'location', 'address', 'externalSystem', 'externalId', 'foundAt'],
  ...['channel', 'hotline', 'mediaUrl', 'reportedAt', 'reportedBy', 'listedAt', 'onAccount', 'closedAt', 'updatedAt'],
])

t.test('each field of an item is told to each channel, or kept from each, as the list says', async (t) => {
  const fields = Object.keys(ItemView.shape).filter((name) => !['possibleDuplicates', 'warnings'].includes(name))
  const whole: Json = Object.fromEntries([...fields, 'new'].map((name) => [name, `said in ${name}`]))
  whole.hotline = { ticket: 'T', answerWanted: true, firstAnswer: null, satisfaction: null }
  for (const role of CHANNELS) {
    const told = JSON.parse(itemTold({ id: 'a', role }, JSON.stringify(whole)))
    for (const name of fields) {
      t.equal(name in told, true, `${role}: ${name} has its place in the answer`)
      const isTold = JSON.stringify(told[name]) === JSON.stringify(whole[name])
      t.equal(isTold, TOLD.has(name), `${role}: ${name}`)
    }
    t.notOk('new' in told, `${role}: a field that nobody decided about`)
  }
  for (const role of KEY_ROLES) {
    if ((CHANNELS as readonly string[]).includes(role)) continue
    t.same(JSON.parse(itemTold({ id: 'a', role }, JSON.stringify(whole))), whole, `${role} is told all`)
  }
})

t.test('of who verified a call, what was found and what is still open a hotline hears nothing', async (t) => {
  const rules = await ok(admin.get('/v1/rules'))
  const verification = { verifiers: { general: 1, major: 2 }, supervised: 2, points: true }
  await ok(admin.put('/v1/rules', { ...rules, verification }))
  const key = await channelKey(home, 'hotline')
  const hotline = callerOf(app, key)
  const filed = await open311(app, key).post({ service_code: 'lighting', lat: '32.9', long: '115.8' })
  const url = `/v1/items/${filed.body[0].service_request_id}`
  await ok(office.post(`${url}/listing`, { level: 'major', evaluation: '内部意见' }))
  await ok(office.post(`${url}/assignments`, order(home, { completionStandard: '1. 路灯两盏；2. 亮度合格' })))
  await ok(home.unitCaller.post(`${url}/acceptance`))
  await ok(home.unitCaller.post(`${url}/hotline-answers`, { answer: '已联系' }))
  await ok(home.unitCaller.post(`${url}/closure-requests`, { summary: '内部小结' }))
  const points = ['路灯两盏', '亮度合格'].map((point) => ({ point, met: true, note: '内部备注' }))
  const approval = { approved: true, findings: '内部核验意见', points }
  const once = await verifier.post(`${url}/closure-decision`, approval)
  t.equal(once.status, 200, JSON.stringify(once.body))
  t.equal(once.body.verifications.length, 1)
  const people = [office, verifier, home.unitCaller].map(async (one) => (await ok(one.get('/v1/me'))).id)
  const inner = new RegExp(['内部', home.unit, ...(await Promise.all(people))].join('|'))
  const open = await ok(hotline.post(`${url}/satisfaction`, { rating: 'satisfied' }))
  t.match(open, { status: 'listed', verifications: [], hotline: { firstAnswer: { answer: '已联系', by: null } } })
  t.equal(open.hotline.satisfaction.by, (await ok(hotline.get('/v1/me')).catch(() => open.reportedBy)).id)
  t.notMatch(JSON.stringify(open), inner)
  t.match(await ok(office.post(`${url}/closure-decision`, approval)), { status: 'closed', closurePoints: points })
  const headers = { 'idempotency-key': 'after' }
  const closed = await ok(hotline.post(`${url}/satisfaction`, { rating: 'dissatisfied' }, headers))
  t.match(closed, { status: 'closed', closurePoints: null, closedBy: null, closureFindings: null })
  t.notMatch(JSON.stringify(closed), inner)
  t.same((await hotline.post(`${url}/satisfaction`, { rating: 'dissatisfied' }, headers)).body, closed, 'and again')
})
