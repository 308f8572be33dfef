import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { readConfig } from '../../src/config.js'
import { RETRY_DELAYS_S } from '../../src/contacts/message-task.js'
import { ladderTask } from '../../src/notices/ladder-task.js'
import { itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { startMailServer } from '../helpers/mail-server.js'
import {
  addContact,
  digestOf,
  FRIDAY,
  messagesOf,
  notice,
  reaching,
  SENDER,
  sendAll,
  states,
  TASKS,
} from '../helpers/messages.js'
import { t } from '../helpers/tap.js'
import { runTask } from '../helpers/tasks.js'

const header = (mail: Json, key: string) => mail.headers.find((one: Json) => one.key === key)?.value

t.test('a unit gets its overdue items in one mail, in its language, as text and HTML', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const server = await startMailServer(t)
  const deps = reaching(made, t, { SMTP_URL: server.url })
  const unit = { recipient: 'unit', unit: home.unit }
  await addContact(home.office, { ...unit, address: 'luzheng@example.com', name: '路政股 "甲"' })
  await addContact(home.office, { ...unit, address: 'roads@example.com', language: 'en' })
  await addContact(home.office, { recipient: 'unit', unit: home.otherUnit, address: 'other@example.com' })
  const first = await itemIn('remediating', home, { order: { dueAt: '2026-03-19' } })
  const second = await itemIn('remediating', home, { order: { dueAt: '2026-03-16' }, filing: { title: 'A <b> & B' } })
  clock.now = FRIDAY
  await runTask(ladderTask, deps)
  await digestOf(made, [])
  await sendAll(deps)

  t.same(server.recipients().sort(), ['luzheng@example.com', 'roads@example.com'], 'nobody else')
  const [mail, ...more] = await server.mailFor('luzheng@example.com')
  t.same(more, [])
  t.match(mail, {
    from: { address: SENDER, name: 'One List' },
    to: [{ address: 'luzheng@example.com', name: '路政股 "甲"' }],
    subject: '【一单】阜阳：4 项提醒，最长逾期 4 天',
    date: clock.now,
  })
  const lines = mail?.text?.split('\n') ?? []
  const place = (item: Json) => lines.indexOf(`${lines.find((one) => one.includes(item.code))}`)
  t.ok(place(second) < place(first), 'the most urgent first')
  t.match(mail?.text, /1\. 2026-\d{6} A <b> & B\n {3}逾期通知、督办函\n {3}时限 2026-03-16，逾期 4 天/)
  t.match(mail?.html, /<strong>2026-\d{6}<\/strong> A &#60;b&#62; &#38; B<br>/)
  t.match(mail?.text, '阜南县 S315 K12+345')
  const token = /https:\/\/one-list\.example\/unsubscribe\/[A-Za-z0-9_-]{43}/.exec(mail?.text ?? '')?.[0]
  t.equal(header(mail, 'list-unsubscribe'), `<${token}>`)
  t.equal(header(mail, 'list-unsubscribe-post'), 'List-Unsubscribe=One-Click')
  t.equal(header(mail, 'auto-submitted'), 'auto-generated')
  t.equal(header(mail, 'content-language'), 'zh-CN')
  const [english] = await server.mailFor('roads@example.com')
  t.match(english, { subject: '[One List] 阜阳: 4 matters, up to 4 days overdue', to: [{ name: '' }] })
  t.match(english?.text, /Overdue notice, Supervision letter\n {3}deadline 2026-03-16, 4 days overdue/)
  t.not(header(english, 'list-unsubscribe'), `<${token}>`, 'everybody has their own way out')
})

t.test('a supervisor of an area is told of what lies there, and of nothing when nothing does', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const server = await startMailServer(t)
  const deps = reaching(made, t, { SMTP_URL: server.url })
  const supervisor = (address: string, area?: string) =>
    addContact(home.admin, { recipient: 'supervisor', address, ...(area && { area }) })
  await supervisor('city@example.com')
  await supervisor('near@example.com', '341225')
  const far = await supervisor('far@example.com', '341202')
  const items: Json[] = []
  for (const area of ['341225', '341225101', '341221']) {
    items.push(await itemIn('remediating', home, { order: { dueAt: '2026-03-16' }, filing: { area, title: area } }))
  }
  clock.now = FRIDAY
  await runTask(ladderTask, deps)
  await digestOf(made, [])
  await sendAll(deps)
  const titles = async (address: string) =>
    (await server.mailFor(address))
      .map(({ text }) => items.filter(({ code }) => text?.includes(code)).map(({ title }) => title))
      // Two mails to one address go side by side.
      .sort((a, b) => b.length - a.length)
  t.same(await titles('city@example.com'), [['341225', '341225101', '341221']])
  t.same(await titles('near@example.com'), [['341225', '341225101']])
  t.same(await titles('far@example.com'), [])
  t.match(await messagesOf(home.office, far), [{ state: 'dropped', lastError: /^nothing/, notices: 3 }])

  await ok(home.office.patch(`/v1/items/${items[0].id}`, { area: '341202' }, { 'if-match': '*' }))
  await digestOf(made, [notice({ recipient: 'supervisor', item: items[0].id, area: '341225', kind: 'unreceived' })])
  await digestOf(made, [notice({ recipient: 'supervisor' })])
  await sendAll(deps)
  t.same(await titles('near@example.com'), [['341225', '341225101'], []], 'where the item lies now counts')
  t.same(await titles('far@example.com'), [['341225'], []], 'and what is about no place is for all')
})

t.test('one address that is refused stops no other', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const server = await startMailServer(t, {
    refuse: (address) => (address.startsWith('gone') ? '550 5.1.1 No such user' : undefined),
  })
  const deps = reaching(made, t, { SMTP_URL: server.url })
  const gone = []
  for (let n = 0; n < 6; n++) {
    await addContact(home.office, { address: `here${n}@example.com` })
    gone.push(await addContact(home.office, { address: `gone${n}@example.com` }))
  }
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  await sendAll(deps)
  t.same(
    server.recipients().sort(),
    Array.from({ length: 6 }, (_, n) => `here${n}@example.com`),
  )
  t.same(await states(made), [
    { state: 'failed', attempts: 1, n: 6 },
    { state: 'sent', attempts: 1, n: 6 },
  ])
  t.match(await messagesOf(home.office, gone[0]), [
    {
      state: 'failed',
      lastError: /550 5\.1\.1 No such user/,
      sentAt: null,
      nextAttemptAt: null,
      attemptedAt: clock.now,
    },
  ])
  clock.advance(86_400_000)
  t.equal(await runTask(TASKS[0] as never, deps), 0, 'what is refused for good is not tried again')
})

t.test('what a server cannot take now is tried again by the schedule, then it has failed', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  let attempts = 0
  const server = await startMailServer(t, {
    refuse: () => {
      attempts++
      return '451 4.7.1 Greylisted, come back later'
    },
  })
  const deps = reaching(made, t, { SMTP_URL: server.url })
  const to = await addContact(home.office, { address: 'a@example.com' })
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  for (const delayS of RETRY_DELAYS_S) {
    await sendAll(deps)
    const [waiting] = await messagesOf(home.office, to)
    const before = attempts
    t.match(waiting, { state: 'pending', attempts: before, lastError: /451 4\.7\.1/ })
    t.equal(waiting.nextAttemptAt, new Date(Date.parse(clock.now) + delayS * 1000).toISOString())
    clock.advance(delayS * 1000 - 1)
    await sendAll(deps)
    t.equal(attempts, before, 'not a moment sooner')
    clock.advance(1)
  }
  await sendAll(deps)
  t.match(await messagesOf(home.office, to), [{ state: 'failed', attempts: RETRY_DELAYS_S.length + 1 }])
  clock.advance(30 * 86_400_000)
  await sendAll(deps)
  t.equal(attempts, RETRY_DELAYS_S.length + 1)
})

t.test('a server that is away, or does not let the service in, is no fault of the address', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const { port, close } = await startMailServer(t)
  await close()
  const to = await addContact(home.office, { address: 'a@example.com' })
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  await sendAll(reaching(made, t, { SMTP_URL: `smtp://127.0.0.1:${port}` }))
  t.match(await messagesOf(home.office, to), [{ state: 'pending', attempts: 1, lastError: /ECONNREFUSED/ }])
  const locked = await startMailServer(t, { refuseLogin: true })
  clock.advance(60_000)
  await sendAll(reaching(made, t, { SMTP_URL: locked.url.replace('//', '//user:wrong@') }))
  t.match(await messagesOf(home.office, to), [{ state: 'pending', attempts: 2, lastError: /Invalid login/ }])
  t.notMatch((await messagesOf(home.office, to))[0].lastError, /wrong/)
  const server = await startMailServer(t, { refuseData: () => '554 5.6.0 Spam' })
  clock.advance(300_000)
  await sendAll(reaching(made, t, { SMTP_URL: server.url }))
  t.match(await messagesOf(home.office, to), [{ state: 'failed', attempts: 3, lastError: /554 5\.6\.0 Spam/ }])
})

t.test('a worker that dies after sending lets the mail be sent again, recognisable as the same', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const server = await startMailServer(t)
  const deps = reaching(made, t, { SMTP_URL: server.url })
  const to = await addContact(home.office, { address: 'a@example.com' })
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  let sends = 0
  const dying = {
    ...deps,
    // The lease is one transaction; what writes the outcome is the worker's only other write.
    db: new Proxy(deps.db, {
      get: (db, name) =>
        name === 'execute' && server.recipients().length > 0
          ? async () => {
              sends++
              throw new Error('killed')
            }
          : Reflect.get(db, name, db),
    }),
  }
  await t.rejects(sendAll(dying), /killed/)
  t.equal(sends, 1)
  t.match(await messagesOf(home.office, to), [{ state: 'pending', attempts: 1, sentAt: null }])
  await sendAll(deps)
  t.equal(server.recipients().length, 1, 'not while the worker may still be at it')
  clock.advance(120_000)
  await sendAll(deps)
  const mails = await server.mailFor('a@example.com')
  const [message] = await messagesOf(home.office, to)
  t.same(
    mails.map(({ messageId }) => messageId),
    Array(2).fill(`<${message.digest}.${to.id}@one-list.example>`),
  )
  t.match(message, { state: 'sent', attempts: 2, sentAt: clock.now })
})

t.test('workers that race send every message once', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const server = await startMailServer(t)
  const deps = reaching(made, t, { SMTP_URL: server.url })
  for (let n = 0; n < 60; n++) await addContact(home.office, { address: `a${n}@example.com` })
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  while ((await states(made)).some(({ state }) => state === 'pending')) {
    await Promise.all([sendAll(deps), sendAll(deps), sendAll(deps), sendAll(deps)])
  }
  t.equal(server.recipients().length, 60)
  t.equal(new Set(server.recipients()).size, 60)
  t.same(await states(made), [{ state: 'sent', attempts: 1, n: 60 }])
  t.ok(server.mostAtOnce() > 1, `${server.mostAtOnce()} at the same time`)
})

t.test('a worker that is told to end breaks off, and what it had begun was no attempt', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const ending = new AbortController()
  const slow = await startMailServer(t, {
    refuse: () => {
      ending.abort()
      return '451 busy'
    },
  })
  const to = await addContact(home.office, { address: 'a@example.com' })
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  await TASKS[0]?.run(reaching(made, t, { SMTP_URL: slow.url }), { jurisdiction: home.id }, ending.signal)
  t.match(await messagesOf(home.office, to), [
    { state: 'pending', attempts: 0, attemptedAt: null, nextAttemptAt: clock.now, lastError: null },
  ])
})

t.test('whoever is switched off or has unsubscribed meanwhile gets nothing of what waits', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const server = await startMailServer(t)
  const [off, out] = [
    await addContact(home.office, { address: 'off@example.com' }),
    await addContact(home.office, { address: 'out@example.com' }),
  ]
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  t.equal((await home.office.delete(`/v1/contacts/${off.id}`)).status, 204)
  await made.superuser.query('update contact set unsubscribed_at = now() where id = $1', [out.id])
  await sendAll(reaching(made, t, { SMTP_URL: server.url }))
  t.same(server.recipients(), [])
  for (const contact of [off, out]) t.match(await messagesOf(home.office, contact), [{ state: 'dropped' }])
  await digestOf(made, [notice()])
  t.same((await messagesOf(home.office, off)).length, 1, 'and is given nothing new')
})

t.test('with no mail server, the embedded service writes its mail into a folder', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const deps = reaching(made, t)
  const to = await addContact(home.office, { address: 'a@example.com', name: '安委办' })
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  await sendAll(deps)
  const [message] = await messagesOf(home.office, to)
  t.match(message, { state: 'sent' })
  const folder = join(deps.config.dataDir, 'mail')
  t.same(readdirSync(folder), [`${message.digest}.${to.id}.eml`])
  const file = join(folder, `${message.digest}.${to.id}.eml`)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(statSync(folder).mode & 0o777, 0o700)
  const mail = await PostalMime.parse(readFileSync(file))
  t.match(mail, { to: [{ address: 'a@example.com', name: '安委办' }], subject: /^【一单】〔2026〕\d+号 三月通报$/ })
  t.ok(header(mail, 'list-unsubscribe'))
})

t.test('where mail is not configured, messages fail and say so', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const to = await addContact(home.office, { address: 'a@example.com' })
  clock.now = FRIDAY
  await digestOf(made, [notice()])
  const deps = reaching(made, t, { DATABASE_URL: 'postgres://one_list@db.example/one_list' })
  await sendAll(deps)
  t.match(await messagesOf(home.office, to), [{ state: 'failed', lastError: 'the channel is not configured' }])
  t.throws(() => readConfig({ SMTP_URL: 'smtp://mail.example' }), { message: /^MAIL_FROM: required/ })
  t.throws(() => readConfig({ SMTP_URL: 'http://mail.example', MAIL_FROM: 'a@b.cn' }), { message: /^SMTP_URL/ })
  for (const from of ['nobody', 'a@b.cn, c@d.cn', 'A <a@b.cn>\r\nBcc: x@y.cn', '<>']) {
    t.throws(() => readConfig({ MAIL_FROM: from }), { message: /^MAIL_FROM/ }, from)
  }
  t.same(readConfig({ MAIL_FROM: '一单 <a@b.cn>' }).mail.from, { name: '一单', address: 'a@b.cn' })
  t.equal(readConfig({ HOST: '0.0.0.0', PORT: '80' }).publicUrl, 'http://localhost:80')
  t.equal(readConfig({ HOST: '::1' }).publicUrl, 'http://[::1]:3000')
  t.equal(readConfig({ PUBLIC_URL: 'https://a.example/list/' }).publicUrl, 'https://a.example/list')
})

t.test('no text of anybody becomes a header', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const server = await startMailServer(t)
  const title = '坑洼\r\nBcc: all@example.com\r\nX-Evil: 1\r\n\r\n<h1>x</h1>'
  await addContact(home.office, {
    recipient: 'unit',
    unit: home.unit,
    address: 'a@example.com',
    name: '甲" <b@evil.example>',
  })
  const { id } = await itemIn('remediating', home, { filing: { title } })
  clock.now = FRIDAY
  await digestOf(made, [notice({ recipient: 'unit', unit: home.unit, item: id, kind: 'unreceived' })])
  await sendAll(reaching(made, t, { SMTP_URL: server.url }))
  t.same(server.recipients(), ['a@example.com'])
  const [mail] = await server.mailFor('a@example.com')
  t.match(mail?.subject, /坑洼 Bcc: all@example\.com X-Evil: 1/)
  t.same(mail?.to, [{ address: 'a@example.com', name: '甲" <b@evil.example>' }])
  t.notOk(header(mail, 'bcc') ?? header(mail, 'x-evil'))
  t.notMatch(server.raw()[0], /^(Bcc|X-Evil)/im)
})

t.test('one jurisdiction’s mail has nothing of another’s', async (t) => {
  const made = await createCheckedApp(t)
  const { home, foreign, clock } = made
  const server = await startMailServer(t)
  await addContact(home.office, { address: 'home@example.com' })
  await addContact(foreign.office, { address: 'foreign@example.com' })
  clock.now = FRIDAY
  await digestOf(made, [notice({ data: { title: '阜阳的事' } })])
  await digestOf(made, [notice({ data: { title: '亳州的事' } })], foreign.id)
  await sendAll(reaching(made, t, { SMTP_URL: server.url }))
  t.match(await server.mailFor('home@example.com'), [{ subject: '【一单】阜阳的事' }])
  t.match(await server.mailFor('foreign@example.com'), [{ subject: '【一单】亳州的事' }])
  t.equal(server.recipients().length, 2)
})
