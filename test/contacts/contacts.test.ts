import { type Caller, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { startMailServer } from '../helpers/mail-server.js'
import { addContact, digestOf, FRIDAY, messagesOf, notice, reaching, sendAll } from '../helpers/messages.js'
import { t } from '../helpers/tap.js'

const NOBODY = '01900000-0000-7000-8000-000000000000'
const URL = '/v1/contacts'
const ROBOT = 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6'
const DINGTALK = 'https://oapi.dingtalk.com/robot/send?access_token=566cc69d'

const events = async (caller: Caller, type: string): Promise<Json[]> =>
  (await ok(caller.get(`/v1/events?type=${type}`))).data

t.test('the office and the administrator keep contacts of every kind', async (t) => {
  const { home, clock } = await createCheckedApp(t)
  const unit = await home.office.post(URL, {
    ...{ recipient: 'unit', unit: home.unit, channel: 'email', address: ' luzheng@example.com ', name: '路政股' },
  })
  t.match(unit, { status: 201, headers: { etag: '"1"', location: `${URL}/${unit.body.id}` } })
  t.match(unit.body, {
    ...{ recipient: 'unit', unit: home.unit, area: null, channel: 'email', address: 'luzheng@example.com' },
    ...{
      hasSecret: false,
      name: '路政股',
      language: 'zh-CN',
      active: true,
      unsubscribedAt: null,
      createdAt: clock.now,
    },
  })
  const supervisor = { recipient: 'supervisor', area: '341225', language: 'en' }
  const robot = await ok(
    home.admin.post(URL, { ...supervisor, channel: 'dingtalk', address: DINGTALK, secret: 'SEC1' }),
  )
  t.match(robot, { area: '341225', hasSecret: true, language: 'en', address: DINGTALK })
  await ok(home.admin.post(URL, { recipient: 'office', channel: 'wecom', address: ROBOT }))
  t.same(await ok(home.office.get(`${URL}/${unit.body.id}`)), unit.body)
  t.equal((await home.office.get(`${URL}/${unit.body.id}`)).headers.etag, '"1"')
})

t.test('the ledger knows that there is a contact, and neither where nor whose', async (t) => {
  const { home, superuser } = await createCheckedApp(t)
  const contact = { recipient: 'office', channel: 'dingtalk', address: DINGTALK, secret: 'SEC1', name: '周敏' }
  const { id } = await ok(home.office.post(URL, contact))
  await ok(home.office.patch(`${URL}/${id}`, { secret: 'SEC2', address: `${DINGTALK}0` }, { 'if-match': '"1"' }))
  const data = { id, recipient: 'office', unit: null, channel: 'dingtalk', active: true }
  t.same(
    (await events(home.auditor, 'contact.created')).map((event) => event.data),
    [data],
  )
  t.same(
    (await events(home.auditor, 'contact.changed')).map((event) => event.data),
    [data],
  )
  const { rows } = await superuser.query('select data, (select string_agg(body, $1) from idempotency_key) from event', [
    '',
  ])
  t.notMatch(JSON.stringify(rows), /SEC[12]|566cc69d|周敏/)
  const shown = JSON.stringify([await home.office.get(URL), await home.office.get(`${URL}/${id}`)])
  t.notMatch(shown, /SEC[12]/, 'and no answer has the secret')
})

t.test('what is no contact is refused by the name of its field', async (t) => {
  const { home, foreign } = await createCheckedApp(t)
  const office = { recipient: 'office', channel: 'email', address: 'a@example.com' }
  const cases: [Json, string[]][] = [
    [{}, ['/recipient', '/channel', '/address']],
    [{ ...office, recipient: 'everybody' }, ['/recipient']],
    [{ ...office, channel: 'sms' }, ['/channel']],
    [{ ...office, extra: 1 }, ['/extra']],
    [{ ...office, recipient: 'unit' }, ['/unit']],
    [{ ...office, unit: home.unit }, ['/unit']],
    [{ ...office, recipient: 'unit', unit: NOBODY }, ['/unit']],
    [{ ...office, recipient: 'unit', unit: foreign.unit }, ['/unit']],
    [{ ...office, area: '341225' }, ['/area']],
    [{ ...office, recipient: 'supervisor', area: '999999' }, ['/area']],
    [{ ...office, recipient: 'supervisor', area: '341621' }, ['/area']],
    [{ ...office, name: '甲\r\nBcc: b@example.com' }, ['/name']],
    [{ ...office, language: 'fr' }, ['/language']],
    [{ ...office, secret: 'SEC1' }, ['/secret']],
    [{ ...office, channel: 'wecom', address: ROBOT, secret: 'SEC1' }, ['/secret']],
    ...[
      'nobody',
      'a@b',
      'a@example.com\r\nX: y',
      'a b@example.com',
      'A <a@example.com>',
      'a@example.com, b@example.com',
      '',
    ].map((address): [Json, string[]] => [{ ...office, address }, ['/address']]),
    ...[
      ...['http://qyapi.weixin.qq.com/', 'https://127.0.0.1/', 'https://localhost/', 'https://[::1]/', 'https://10.1/'],
      ...[
        'https://user:x@example.com/',
        'javascript:alert(1)',
        'ftp://example.com',
        'not a url',
        `https://e.cn/${'x'.repeat(2000)}`,
      ],
    ].flatMap((address): [Json, string[]][] => [
      [{ ...office, channel: 'wecom', address }, ['/address']],
      [{ ...office, channel: 'dingtalk', address }, ['/address']],
    ]),
  ]
  for (const [body, pointers] of cases)
    refused(t, await home.office.post(URL, body), 400, 'invalid-request', { pointers })
  t.same((await ok(home.office.get(URL))).data, [])
})

t.test('a recipient has an address once, also under another spelling of a robot’s', async (t) => {
  const { home } = await createCheckedApp(t)
  const office = { recipient: 'office', channel: 'wecom' }
  const { id } = await ok(home.office.post(URL, { ...office, address: ROBOT }))
  for (const address of [ROBOT, ROBOT.replace('https://qyapi', 'HTTPS://QYAPI').replace('.com/', '.com:443/')]) {
    refused(t, await home.office.post(URL, { ...office, address }), 409, 'duplicate')
  }
  await ok(home.office.post(URL, { recipient: 'unit', unit: home.unit, channel: 'wecom', address: ROBOT }))
  await ok(home.office.post(URL, { recipient: 'unit', unit: home.otherUnit, channel: 'wecom', address: ROBOT }))
  const second = await ok(home.office.post(URL, { ...office, address: `${ROBOT}2` }))
  const patched = await home.office.patch(`${URL}/${second.id}`, { address: ROBOT }, { 'if-match': '*' })
  refused(t, patched, 409, 'duplicate')
  t.equal((await home.office.delete(`${URL}/${id}`)).status, 204)
  refused(t, await home.office.post(URL, { ...office, address: ROBOT }), 409, 'duplicate')
})

t.test('a contact is changed by who has seen it', async (t) => {
  const { home } = await createCheckedApp(t)
  const { id } = await addContact(home.office, { recipient: 'supervisor', address: 'a@example.com', name: '甲' })
  const url = `${URL}/${id}`
  refused(t, await home.office.patch(url, { name: '乙' }), 428, 'precondition-required')
  refused(t, await home.office.patch(url, { name: '乙' }, { 'if-match': '"2"' }), 412, 'stale', { currentVersion: 1 })
  const changed = await home.office.patch(url, { name: null, area: '341225', language: 'en' }, { 'if-match': '"1"' })
  t.match(changed, { status: 200, headers: { etag: '"2"' } })
  t.match(changed.body, { version: 2, name: null, area: '341225', language: 'en', address: 'a@example.com' })
  const refusals: [Json, string[]][] = [
    [{ recipient: 'office' }, ['/recipient']],
    [{ channel: 'wecom' }, ['/channel']],
    [{ address: 'nobody' }, ['/address']],
    [{ area: '341621' }, ['/area']],
    [{ secret: 'SEC1' }, ['/secret']],
    [{ unsubscribedAt: '2026-01-01T00:00:00.000Z' }, ['/unsubscribedAt']],
  ]
  for (const [body, pointers] of refusals) {
    refused(t, await home.office.patch(url, body, { 'if-match': '*' }), 400, 'invalid-request', { pointers })
  }
  const office = await addContact(home.office, { address: 'o@example.com' })
  const patched = await home.office.patch(`${URL}/${office.id}`, { area: '341225' }, { 'if-match': '*' })
  refused(t, patched, 400, 'invalid-request', { pointers: ['/area'] })
})

t.test('a contact is switched off and on; twice off is no error', async (t) => {
  const { home } = await createCheckedApp(t)
  const { id } = await addContact(home.office, { address: 'a@example.com' })
  for (let n = 0; n < 2; n++) t.equal((await home.office.delete(`${URL}/${id}`)).status, 204)
  t.match(await ok(home.office.get(`${URL}/${id}`)), { active: false, version: 2 })
  t.match(await events(home.auditor, 'contact.changed'), [{ data: { id, active: false } }])
  refused(t, await home.office.post(`${URL}/${id}/test-message`), 409, 'not-active')
  const on = await ok(home.office.patch(`${URL}/${id}`, { active: true }, { 'if-match': '"2"' }))
  t.match(on, { active: true, version: 3 })
})

t.test('another address has not asked to be left alone; the same one can ask back', async (t) => {
  const { home, superuser } = await createCheckedApp(t)
  const { id } = await addContact(home.office, { address: 'a@example.com' })
  const unsubscribe = () => superuser.query('update contact set unsubscribed_at = $1', [FRIDAY])
  await unsubscribe()
  const patch = (body: Json) => ok(home.office.patch(`${URL}/${id}`, body, { 'if-match': '*' }))
  t.match(await patch({ name: '甲', address: 'a@example.com' }), { unsubscribedAt: FRIDAY })
  refused(t, await home.office.post(`${URL}/${id}/test-message`), 409, 'not-active')
  t.match(await patch({ address: 'b@example.com' }), { unsubscribedAt: null })
  await unsubscribe()
  t.match(await patch({ unsubscribedAt: null }), { unsubscribedAt: null })
})

t.test('contacts are listed by whose they are, page after page', async (t) => {
  const { home, foreign, clock } = await createCheckedApp(t)
  const made: Json[] = []
  for (let n = 0; n < 7; n++) {
    if (n % 3 === 0) clock.advance(1)
    const recipient = n % 2 === 0 ? { recipient: 'unit', unit: home.unit } : { recipient: 'office' }
    made.push(await addContact(home.office, { ...recipient, address: `a${n}@example.com` }))
  }
  await addContact(foreign.office, { address: 'a0@example.com' })
  t.equal((await home.office.delete(`${URL}/${made[1].id}`)).status, 204)
  const addresses = async (query: string) =>
    (await allPages(home.admin, `${URL}?limit=2${query}`)).map(({ address }) => Number(address[1]))
  t.same(await addresses(''), [0, 1, 2, 3, 4, 5, 6])
  t.same(await addresses(`&unit=${home.unit}`), [0, 2, 4, 6])
  t.same(await addresses('&recipient=office'), [1, 3, 5])
  t.same(await addresses('&recipient=office&active=true'), [3, 5])
  t.same(await addresses('&channel=wecom'), [])
  t.same(await addresses(`&unit=${foreign.unit}`), [])
  const { nextCursor } = await ok(home.office.get(`${URL}?limit=2`))
  const elsewhere = await home.office.get(`${URL}?limit=2&recipient=office&cursor=${nextCursor}`)
  refused(t, elsewhere, 400, 'invalid-request', { pointers: ['/query/cursor'] })
})

t.test('a contact is made once, however often it is asked for', async (t) => {
  const { home } = await createCheckedApp(t)
  const body = { recipient: 'office', channel: 'email', address: 'a@example.com' }
  const headers = { 'idempotency-key': 'contact-1' }
  const first = await home.office.post(URL, body, headers)
  const again = await home.office.post(URL, body, headers)
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true', etag: '"1"' } })
  t.same(again.body, first.body)
  t.equal((await events(home.auditor, 'contact.created')).length, 1)
})

t.test('a test message goes out at once, once, and says what came of it', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  let isAway = false
  const server = await startMailServer(t, { refuse: () => (isAway ? '451 not now' : undefined) })
  const deps = reaching(made, t, { SMTP_URL: server.url })
  // On a Saturday night: whoever tries a contact wants to know now.
  clock.now = '2026-03-21T15:00:00.000Z'
  const contact = await addContact(home.office, { address: 'a@example.com' })
  const url = `${URL}/${contact.id}/test-message`
  const headers = { 'idempotency-key': 'test-1' }
  const answer = await home.office.post(url, {}, headers)
  t.match(answer, {
    status: 202,
    body: { test: true, notices: 0, state: 'pending', attempts: 0, nextAttemptAt: clock.now },
  })
  t.match(await home.office.post(url, {}, headers), { status: 202, headers: { 'idempotency-replayed': 'true' } })
  await sendAll(deps)
  t.match(await messagesOf(home.office, contact), [
    { digest: answer.body.digest, test: true, state: 'sent', sentAt: clock.now },
  ])
  t.match(await server.mailFor('a@example.com'), [{ subject: '【一单】阜阳：测试消息' }])
  isAway = true
  clock.advance(1000)
  await ok(home.office.post(url))
  await sendAll(deps)
  t.match((await messagesOf(home.office, contact))[0], {
    test: true,
    state: 'failed',
    attempts: 1,
    lastError: /451 not now/,
  })
  t.match(await events(home.auditor, 'notice.sent'), [])
})

t.test('a contact’s messages are its own, newest first, page after page', async (t) => {
  const made = await createCheckedApp(t)
  const { home, foreign, clock } = made
  const contact = await addContact(home.office, { address: 'a@example.com' })
  const other = await addContact(home.office, { recipient: 'supervisor', address: 'a@example.com' })
  clock.now = FRIDAY
  for (let n = 1; n <= 3; n++)
    await digestOf(
      made,
      Array.from({ length: n }, () => notice()),
    )
  const all = await messagesOf(home.office, contact)
  t.same(
    all.map(({ notices, state }) => [notices, state]),
    [
      [3, 'pending'],
      [2, 'pending'],
      [1, 'pending'],
    ],
  )
  t.same(await allPages(home.office, `${URL}/${contact.id}/messages?limit=1`), all)
  t.same(await messagesOf(home.office, other), [])
  for (const caller of [foreign.office, foreign.admin]) {
    refused(t, await caller.get(`${URL}/${contact.id}/messages`), 404, 'not-found')
  }
})
