import { createMessageTasks } from '../../src/contacts/message-task.js'
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
  sendAll,
  states,
  TASKS,
} from '../helpers/messages.js'
import { ROBOT_KEY, ROBOT_SECRET, ROBOT_TOKEN, type Robots, startRobots } from '../helpers/robots.js'
import { t } from '../helpers/tap.js'
import { runTask } from '../helpers/tasks.js'
import { until } from '../helpers/until.js'

const MONDAY = '2026-03-23T01:00:00.000Z'
const ROBOTS = { WEBHOOK_ALLOW_PRIVATE: 'true' }

async function withRobots(t: Parameters<typeof createCheckedApp>[0], signed = true) {
  const made = await createCheckedApp(t, ROBOTS)
  const robots = await startRobots(t, () => made.clock.now, signed)
  made.clock.now = FRIDAY
  return { ...made, robots, deps: reaching(made, t) }
}

const wecom = (robots: Robots, key = ROBOT_KEY) => ({ channel: 'wecom', address: robots.wecom(key) })
const dingtalk = (robots: Robots, more: Json = { secret: ROBOT_SECRET }) => ({
  ...{ channel: 'dingtalk', address: robots.dingtalk(ROBOT_TOKEN) },
  ...more,
})

t.test('both kinds of robot take a digest in their published format', async (t) => {
  const made = await withRobots(t)
  const { home, robots, deps } = made
  const { id, code } = await itemIn('remediating', home, { filing: { title: '护栏 [缺失](x) <@all>' } })
  const contacts = [
    await addContact(home.office, wecom(robots)),
    await addContact(home.office, { ...dingtalk(robots), language: 'en' }),
  ]
  await digestOf(made, [notice({ item: id, kind: 'unreceived', data: { label: { zh: '约谈', en: 'Talk' } } })])
  await sendAll(deps)
  t.same(
    robots.calls.map(({ path, errcode }) => [path, errcode]),
    [
      ['/cgi-bin/webhook/send', 0],
      ['/robot/send', 0],
    ],
  )
  const [zh, en] = robots.calls.map(({ body }) => JSON.parse(body))
  t.same(Object.keys(zh), ['msgtype', 'markdown'])
  t.match(
    zh.markdown.content,
    `#### 未回执（1）\n- **${code}** 护栏 ［缺失］(x) ＜@all＞ · 约谈（— 送出）未回执 · 阜南县 S315 K12+345 · 责任单位`,
  )
  t.match(en.markdown, { title: '[One List] 阜阳: 2 matters', text: /\n- \*\*2026-\d+\*\* .* unit / })
  for (const contact of contacts) {
    t.match(await messagesOf(home.office, contact), [{ state: 'sent', attempts: 1, lastError: null }])
  }
})

t.test('a digest that is too long for a robot is cut, not refused', async (t) => {
  const made = await withRobots(t)
  const { home, robots, deps } = made
  await addContact(home.office, wecom(robots))
  await addContact(home.office, dingtalk(robots))
  const title = '😀'.repeat(30)
  await digestOf(
    made,
    Array.from({ length: 120 }, () => notice({ data: { number: '"\\\n', title } })),
  )
  await sendAll(deps)
  t.same(
    robots.calls.map(({ errcode }) => errcode),
    [0, 0],
  )
  for (const said of robots.said()) {
    const named = said.match(/^- /gm)?.length ?? 0
    t.ok(named > 10 && said.endsWith(`另有 ${120 - named} 项未列出。`), said.slice(-60))
  }
})

t.test('a robot without 加签 is sent no signature', async (t) => {
  const made = await withRobots(t, false)
  const { home, robots, deps } = made
  await addContact(home.office, dingtalk(robots, {}))
  await digestOf(made, [notice()])
  await sendAll(deps)
  t.same(
    robots.calls.map(({ errcode }) => errcode),
    [0],
  )
})

t.test('a wrong key, token or secret fails at once, and stops nobody else', async (t) => {
  const made = await withRobots(t)
  const { home, robots, deps } = made
  const bad: [Json, RegExp][] = [
    [await addContact(home.office, wecom(robots, 'no-such-key')), /^errcode 93000: invalid webhook url$/],
    [await addContact(home.office, { ...dingtalk(robots), address: robots.dingtalk('x') }), /^errcode 300001/],
    [await addContact(home.office, dingtalk(robots, { secret: 'SECwrong' })), /^errcode 310000: sign not match$/],
  ]
  const good = await addContact(home.office, wecom(robots))
  await digestOf(made, [notice()])
  await sendAll(deps)
  for (const [contact, lastError] of bad) {
    t.match(await messagesOf(home.office, contact), [{ state: 'failed', attempts: 1, lastError }])
  }
  t.match(await messagesOf(home.office, good), [{ state: 'sent' }])
  const { rows } = await made.superuser.query('select last_error from message where last_error is not null')
  t.notMatch(JSON.stringify(rows), new RegExp(`${ROBOT_KEY}|${ROBOT_TOKEN}|no-such-key|access_token|SEC`))
})

t.test('a robot that cannot take it now is asked again; one that answers like none is not for ever', async (t) => {
  const made = await withRobots(t)
  const { home, robots, clock, deps } = made
  const to = await addContact(home.office, wecom(robots))
  const answers: [{ status: number; body: string }, RegExp][] = [
    [
      { status: 200, body: '{"errcode":45009,"errmsg":"api freq out of limit\\u0000\\n"}' },
      /^errcode 45009: api freq out of limit$/,
    ],
    [{ status: 200, body: '{"errcode":-1,"errmsg":"system busy"}' }, /^errcode -1/],
    [{ status: 502, body: '<html>' }, /^HTTP 502$/],
    [{ status: 429, body: '' }, /^HTTP 429$/],
    [{ status: 200, body: '[]' }, /^the answer has no errcode$/],
  ]
  await digestOf(made, [notice()])
  for (const [answer, lastError] of answers) {
    robots.answerWith(answer)
    await sendAll(deps)
    const [message] = await messagesOf(home.office, to)
    t.match(message, { state: 'pending', lastError })
    clock.now = message.nextAttemptAt
  }
  robots.answerWith({ status: 302, body: '' })
  await sendAll(deps)
  t.match(await messagesOf(home.office, to), [{ state: 'failed', attempts: 6, lastError: 'HTTP 302' }])
  robots.answerWith({ status: 404, body: '' })
  clock.now = MONDAY
  await digestOf(made, [notice()])
  await sendAll(deps)
  t.match((await messagesOf(home.office, to))[0], { state: 'failed', attempts: 1, lastError: 'HTTP 404' })
})

t.test('a robot is told at most twenty times a minute, whichever contacts it stands for', async (t) => {
  const made = await withRobots(t)
  const { home, robots, clock, deps } = made
  const units = []
  for (let n = 0; n < 25; n++) units.push((await ok(home.admin.post('/v1/units', { name: `单位 ${n}` }))).id)
  for (const unit of units) await addContact(home.office, { recipient: 'unit', unit, ...wecom(robots) })
  const other = await addContact(home.office, dingtalk(robots))
  await digestOf(made, [...units.map((unit) => notice({ recipient: 'unit', unit })), notice()])
  const workers = async () => {
    while (
      (await Promise.all([TASKS[1], TASKS[1], TASKS[2]].map((task) => runTask(task as never, deps)))).some(Boolean)
    );
  }
  const told = () => robots.calls.filter(({ path }) => path.startsWith('/cgi-bin')).length
  await workers()
  t.equal(told(), 20)
  t.match(await messagesOf(home.office, other), [{ state: 'sent' }], 'another robot does not wait')
  t.same(await states(made), [
    { state: 'pending', attempts: 0, n: 5 },
    { state: 'sent', attempts: 1, n: 21 },
  ])
  clock.advance(59_999)
  await workers()
  t.equal(told(), 20)
  clock.advance(1)
  await workers()
  t.equal(told(), 25)
})

t.test('robots on this machine are not called unless that is allowed', async (t) => {
  const made = await withRobots(t)
  const { home, robots } = made
  const to = await addContact(home.office, wecom(robots))
  await digestOf(made, [notice()])
  // The tasks that the other tests share have their guard already.
  const deps = reaching(made, t, { WEBHOOK_ALLOW_PRIVATE: 'false' })
  for (const task of createMessageTasks()) await runTask(task, deps)
  t.match(await messagesOf(home.office, to), [{ state: 'pending', lastError: /https/ }])
  t.same(robots.calls, [])
})

t.test('a mail server that hangs holds up no robot, and nothing is locked meanwhile', async (t) => {
  const made = await withRobots(t)
  const { home, robots } = made
  let release: () => void = () => {}
  const hung = new Promise<void>((resolve) => {
    release = resolve
  })
  const server = await startMailServer(t, { onKept: () => hung })
  const deps = reaching(made, t, { SMTP_URL: server.url })
  const mailed = await addContact(home.office, { address: 'a@example.com' })
  const told = await addContact(home.office, wecom(robots))
  await digestOf(made, [notice()])
  const [email, robot] = TASKS.map((task) => runTask(task, deps))
  await robot
  t.match(await messagesOf(home.office, told), [{ state: 'sent' }])
  await until(() => server.recipients().length === 1)
  t.match(await messagesOf(home.office, mailed), [{ state: 'pending' }])
  const { rows } = await made.superuser.query('select from message join contact on id = contact_id for update nowait')
  t.equal(rows.length, 2)
  release()
  await email
  t.match(await messagesOf(home.office, mailed), [{ state: 'sent' }])
})
