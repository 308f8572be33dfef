import { type Json, ok, type TestApp } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { startMailServer } from '../helpers/mail-server.js'
import { addContact, digestOf, FRIDAY, notice, reaching, sendAll } from '../helpers/messages.js'
import { t } from '../helpers/tap.js'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const ONE_CLICK = 'List-Unsubscribe=One-Click'
const MULTIPART = {
  headers: { 'content-type': 'multipart/form-data; boundary=b' },
  payload: '--b\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
}

/** A service that has sent a mail, and the path that the mail's header leads to. */
async function withMail(t: Parameters<typeof createCheckedApp>[0]) {
  const made = await createCheckedApp(t)
  const server = await startMailServer(t)
  const contact = await addContact(made.home.office, { address: 'a@example.com' })
  const neighbour = await addContact(made.home.office, { address: 'b@example.com' })
  made.clock.now = FRIDAY
  await digestOf(made, [notice()])
  const deps = reaching(made, t, { SMTP_URL: server.url })
  await sendAll(deps)
  const [mail] = await server.mailFor('a@example.com')
  const header = mail?.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? ''
  const path = new URL(header.slice(1, -1)).pathname
  return { ...made, server, deps, contact, neighbour, path }
}

const contactNow = ({ home }: TestApp, { id }: Json) => ok(home.office.get(`/v1/contacts/${id}`))

t.test('the link in a mail shows a page with a button, and changes nothing', async (t) => {
  const made = await withMail(t)
  const { app, path, contact } = made
  for (let n = 0; n < 3; n++) {
    const page = await app.inject({ method: 'GET', url: path })
    t.match(page, {
      statusCode: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    })
    t.match(page.body, /<form method="post"><button type="submit">退订<\/button><\/form>/)
    t.match(page.body, '不再接收「阜阳」的提醒？')
    t.notMatch(page.body, /a@example\.com|<script/)
    t.match(page.headers, { 'referrer-policy': 'no-referrer', 'content-security-policy': /form-action 'self'/ })
  }
  const english = await app.inject({ method: 'GET', url: path, headers: { 'accept-language': 'en' } })
  t.match(english.body, '<html lang="en">')
  t.match(english.body, 'Receive no more notices of 阜阳?')
  t.match((await app.inject({ method: 'HEAD', url: path })).statusCode, 200)
  t.equal((await contactNow(made, contact)).unsubscribedAt, null)
})

t.test('one click of a mail program, or of the page’s button, is the end of it', async (t) => {
  const clicks: [string, { headers?: Record<string, string>; payload?: string }][] = [
    ['RFC 8058, as a form', { headers: FORM, payload: ONE_CLICK }],
    ['RFC 8058, as multipart', MULTIPART],
    ['the page’s button', { headers: FORM, payload: '' }],
    ['nothing at all', {}],
  ]
  for (const [name, click] of clicks) {
    const made = await withMail(t)
    const { app, path, contact, neighbour, clock, home, server, deps } = made
    clock.advance(1000)
    const done = await app.inject({ method: 'POST', url: path, ...click })
    t.match(done, { statusCode: 200, headers: { 'content-type': 'text/html; charset=utf-8' } }, name)
    t.match(done.body, /已退订/)
    t.notMatch(done.body, /<button/)
    const at = clock.now
    t.match(await contactNow(made, contact), { unsubscribedAt: at, version: 2, active: true })
    clock.advance(1000)
    t.equal((await app.inject({ method: 'POST', url: path, ...click })).statusCode, 200, 'again is no error')
    t.match(await contactNow(made, contact), { unsubscribedAt: at, version: 2 })
    t.match((await app.inject({ method: 'GET', url: path })).body, /已退订/)
    t.equal((await contactNow(made, neighbour)).unsubscribedAt, null, 'nobody else')
    const { data } = await ok(home.auditor.get('/v1/events?type=contact.unsubscribed'))
    t.match(data, [{ actor: { id: home.system.id, role: 'system' }, data: { id: contact.id, channel: 'email' } }])
    t.equal(data.length, 1)
    await digestOf(made, [notice()])
    await sendAll(deps)
    t.same(server.recipients().sort(), ['a@example.com', 'b@example.com', 'b@example.com'])
  }
})

t.test('what is no token of ours answers like one that never was', async (t) => {
  const { app, path, superuser, contact } = await withMail(t)
  const token = path.split('/').at(-1) ?? ''
  const wrong = [
    'A'.repeat(43),
    'x',
    `${token}A`,
    token.slice(0, -1),
    token.toLowerCase() === token ? token.toUpperCase() : token.toLowerCase(),
    contact.id,
    `${encodeURIComponent('甲')}`,
    '%00',
    '..%2f..%2fv1',
  ]
  const answers = new Set<string>()
  for (const text of wrong) {
    for (const method of ['GET', 'POST'] as const) {
      const { statusCode, headers, body } = await app.inject({ method, url: `/unsubscribe/${text}` })
      t.notOk(statusCode === 200 || statusCode >= 500, `${method} ${text}: ${statusCode}`)
      if (text === '%00') continue
      answers.add(JSON.stringify([statusCode, headers['content-type'], body]))
    }
  }
  t.equal(answers.size, 1)
  t.match([...answers][0], /^\[404,"application\/problem\+json/)
  const { rows } = await superuser.query('select from contact where unsubscribed_at is not null')
  t.equal(rows.length, 0)
})

t.test('the token opens nothing but its own unsubscription', async (t) => {
  const made = await withMail(t)
  const { app, path, contact } = made
  const token = path.split('/').at(-1) ?? ''
  for (const authorization of [`Bearer ${token}`, `Bearer ol_test_${token}`]) {
    const answer = await app.inject({ method: 'GET', url: `/v1/contacts/${contact.id}`, headers: { authorization } })
    t.equal(answer.statusCode, 401)
  }
  t.notMatch(JSON.stringify(await contactNow(made, contact)), new RegExp(token))
  for (const url of [path, `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`]) {
    const deleted = await app.inject({ method: 'DELETE', url })
    t.match(deleted, { statusCode: 405, headers: { allow: /POST/ } }, 'whether there is such a token or not')
  }
})

t.test('too many tries from one address are refused', async (t) => {
  const { app } = await createCheckedApp(t, { RATE_LIMIT_PER_MINUTE: '30' })
  const statuses = []
  for (let n = 0; n < 31; n++) statuses.push((await app.inject({ method: 'GET', url: '/unsubscribe/x' })).statusCode)
  t.same([...new Set(statuses.slice(0, 30)), statuses[30]], [404, 429])
})
