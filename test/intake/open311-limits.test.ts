import { createTestApp, ok } from '../helpers/app.js'
import { channelKey, open311, readWithoutKey } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createTestApp(t, { OPEN311_REQUESTS_PER_MINUTE: '9', OPEN311_FILINGS_PER_MINUTE: '2' })

t.test(
  'a channel files so many a minute, an address asks so many, and neither is a staff member’s limit',
  async (t) => {
    await readWithoutKey(home, true)
    const [one, another] = [await channelKey(home, 'public'), await channelKey(home, 'public')]
    const light = (description: string) => ({ service_code: 'lighting', lat: '32.9', long: '115.8', description })
    for (const n of ['1', '2']) t.equal((await open311(app, one).post(light(n))).status, 200)
    const over = await open311(app, one).post(light('3'))
    t.match(over, { status: 429, body: [{ code: 429, description: String }], headers: { 'retry-after': /^\d+$/ } })
    t.equal((await open311(app, another).post(light('4'))).status, 200, 'each channel has its own')
    for (const n of [5, 6, 7, 8, 9]) {
      const { status, headers } = await open311(app).get('/services.xml', { jurisdiction_id: 'fuyang' })
      t.equal(status, 200, `request ${n}`)
      t.match(headers, { 'ratelimit-policy': '"default";q=9;w=60' })
    }
    for (const path of ['/services.xml', '/requests.xml', '/discovery.xml']) {
      const refusal = await open311(app).get(path, { jurisdiction_id: 'fuyang' })
      t.match(
        refusal,
        { status: 429, body: [{ code: '429', description: String }], headers: { 'retry-after': /^\d+$/ } },
        path,
      )
    }
    t.ok(await ok(home.office.get('/v1/items')), 'and the office works on')
  },
)
