import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuardedFetch } from '../../src/http/guarded-fetch.js'
import { isPublicAddress, refusalOfUrl } from '../../src/http/outside-url.js'
import { type Test, t } from '../helpers/tap.js'

const OUTGOING = { headers: { 'content-type': 'application/json' }, body: '{}' }

/** A server on this machine, which counts what reaches it. */
async function listen(t: Test, answer: RequestListener): Promise<{ port: number; url: string; calls: () => number }> {
  let calls = 0
  const server: Server = createServer((request, reply) => {
    calls++
    answer(request, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/hook`, calls: () => calls }
}

const SPECIAL = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.7', '203.0.113.9'],
  ...['192.88.99.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '100.100.100.200'],
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1'],
  ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::127.0.0.1', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '2002:7f00:1::', '2002:808:808::', '2001::1'],
  ...['2001:db8::1', '3fff::1', '100::1', '5f00::1', '4000::1', 'localhost', '', '1.2.3.4.5', '127.1:80'],
]
const PUBLIC = [
  ...['8.8.8.8', '114.114.114.114', '172.15.0.1', '172.32.0.1', '100.128.0.1', '223.5.5.5'],
  ...['2400:3200::1', '2001:4860:4860::8888', '::ffff:8.8.8.8', '64:ff9b::808:808'],
]

t.test('only global unicast is a public address, however it is written', async (t) => {
  for (const address of SPECIAL) t.equal(isPublicAddress(address), false, address)
  for (const address of PUBLIC) t.equal(isPublicAddress(address), true, address)
})

t.test('a URL to an address inside is refused in every spelling', async (t) => {
  const hosts = [
    ...['127.0.0.1', '0x7f.1', '0x7f000001', '2130706433', '017700000001', '127.1', '127.0.1', '0177.0.0.01', '0'],
    ...['①②⑦.⓪.⓪.①', '127。0。0。1', '%31%32%37.0.0.1', '127.0.0.1.', '[::1]', '[0:0:0:0:0:0:0:1]', '[::]'],
    ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[fe80::1]', '[fd00::1]', '[64:ff9b::7f00:1]'],
    ...['[2002:7f00:1::]', '169.254.169.254', '0xa9fea9fe', '2852039166', '10.1', '192.168.257', '100.64.0.1'],
    ...['localhost', 'LOCALHOST', 'localhost.', 'api.localhost', 'api.localhost.', 'ｌｏｃａｌｈｏｓｔ'],
  ]
  for (const host of hosts) {
    t.match(refusalOfUrl(`https://${host}/hook`, false), { zh: String, en: String }, host)
    const fetch = createGuardedFetch({ allowPrivate: false, resolve: async () => t.fail('it was looked up') as never })
    await t.rejects(fetch(`https://${host}/hook`, OUTGOING), { name: 'OutsideError' }, host)
  }
})

t.test('a URL is https, without a password, on its port or a high one', async (t) => {
  for (const url of [
    ...['https://example.com/a?b=c', 'https://example.com:8443/', 'https://8.8.8.8/', 'https://[2400:3200::1]/'],
    ...['https://例子.中国/钩', 'https://localhost.example.com/'],
  ]) {
    t.equal(refusalOfUrl(url, false), undefined, url)
  }
  for (const url of [
    ...['http://example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'javascript:alert(1)', 'example.com', ''],
    ...[
      'https://user@example.com/',
      'https://:secret@example.com/',
      'https://example.com:22/',
      'https://[fe80::1%25eth0]/',
    ],
  ]) {
    t.match(refusalOfUrl(url, false), { en: String }, url)
  }
})

t.test('in development http and private addresses are called, other schemes and passwords are not', async (t) => {
  for (const url of ['http://localhost:80/', 'http://127.0.0.1:22/', 'https://10.0.0.1/']) {
    t.equal(refusalOfUrl(url, true), undefined, url)
  }
  for (const url of ['ftp://localhost/', 'http://user@localhost/'])
    t.match(refusalOfUrl(url, true), { en: String }, url)
  const { port, calls } = await listen(t, (_, reply) => reply.end('ok'))
  const fetch = createGuardedFetch({ allowPrivate: true })
  t.match(await fetch(`http://localhost:${port}/`, OUTGOING), { status: 200, body: 'ok' })
  t.equal(calls(), 1)
})

t.test('a name is called only when all its addresses are public', async (t) => {
  const { port, calls } = await listen(t, (_, reply) => reply.end())
  for (const addresses of [['127.0.0.1'], ['::1'], ['2400:3200::1', '127.0.0.1'], ['::ffff:7f00:1'], ['10.0.0.1']]) {
    const fetch = createGuardedFetch({ allowPrivate: false, resolve: async () => addresses })
    await t.rejects(fetch(`https://hook.example:${port}/`, OUTGOING), /not on the public internet/, addresses.join())
  }
  t.equal(calls(), 0)
  const nowhere = createGuardedFetch({ allowPrivate: false, resolve: async () => [] })
  await t.rejects(nowhere('https://hook.example/', OUTGOING), /no address/)
})

t.test('a name that changes its address between two looks is looked at once for each connection', async (t) => {
  const { port, calls } = await listen(t, (_, reply) => reply.end())
  // Of the former 6bone: public by its number, and in nobody's hands.
  const answers = [['3ffe::1'], ['127.0.0.1']]
  let looks = 0
  const resolve = async () => answers[looks++] ?? []
  const fetch = createGuardedFetch({ allowPrivate: false, timeoutMs: 200, resolve })
  const url = `https://rebind.example:${port}/`
  await t.rejects(fetch(url, OUTGOING), { message: /^(?!.*public internet)/ })
  t.equal(looks, 1, 'the address that was checked is the one that was called')
  await t.rejects(fetch(url, OUTGOING), /not on the public internet/)
  t.same([looks, calls()], [2, 0])
})

t.test('a redirect is an answer and is not followed', async (t) => {
  const inside = await listen(t, (_, reply) => reply.end('secret'))
  for (const status of [301, 302, 303, 307, 308]) {
    const outside = await listen(t, (_, reply) => reply.writeHead(status, { location: inside.url }).end())
    t.match(await createGuardedFetch({ allowPrivate: true })(outside.url, OUTGOING), { status })
    t.equal(outside.calls(), 1)
  }
  t.equal(inside.calls(), 0)
})

t.test('who does not answer in time is given up', async (t) => {
  const silent = await listen(t, () => {})
  const dribbling = await listen(t, (_, reply) => {
    const timer = setInterval(() => reply.socket?.write(reply.socket.bytesWritten === 0 ? 'HTTP/1.1 200' : ' '), 10)
    reply.on('close', () => clearInterval(timer))
  })
  const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 150 })
  for (const { url } of [silent, dribbling]) await t.rejects(fetch(url, OUTGOING), /no answer in 150 ms/)
  const hanging = createGuardedFetch({ allowPrivate: true, timeoutMs: 50, resolve: () => new Promise(() => {}) })
  await t.rejects(hanging('http://hook.example/', OUTGOING), /no answer in 50 ms/, 'its name server is silent')
})

t.test('a status counts as soon as it is there, and a body is read to its limit', async (t) => {
  const endless = await listen(t, (_, reply) => {
    const more = () => {
      while (reply.write('x'.repeat(1000)));
      reply.once('drain', more)
    }
    more()
  })
  const answer = await createGuardedFetch({ allowPrivate: true, bodyLimitBytes: 2500 })(endless.url, OUTGOING)
  t.match(answer, { status: 200, body: 'x'.repeat(2500) })
  t.equal(answer.body.length, 2500)

  const slow = await listen(t, (_, reply) => reply.writeHead(202).write('begun'))
  const begun = await createGuardedFetch({ allowPrivate: true, timeoutMs: 1_000 })(slow.url, OUTGOING)
  t.match(begun, { status: 202, body: 'begun' })

  const broken = await listen(t, (_, reply) => {
    reply.writeHead(204, { 'x-much': 'x'.repeat(20_000) }).end()
  })
  await t.rejects(
    createGuardedFetch({ allowPrivate: true })(broken.url, OUTGOING),
    { name: 'OutsideError' },
    'headers too large',
  )
})

t.test('a call ends when its caller stops, and when nobody listens', async (t) => {
  const silent = await listen(t, () => {})
  const fetch = createGuardedFetch({ allowPrivate: true })
  const stop = new AbortController()
  const call = fetch(silent.url, { ...OUTGOING, signal: stop.signal })
  stop.abort()
  await t.rejects(call, /stopping/)
  await t.rejects(fetch(silent.url, { ...OUTGOING, signal: stop.signal }), /stopping/)
  await t.rejects(fetch('http://127.0.0.1:1/', OUTGOING), /ECONNREFUSED/)
})
