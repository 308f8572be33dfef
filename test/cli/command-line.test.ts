import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import { explain } from '../../src/cli/explain.js'
import { createTestApp } from '../helpers/app.js'
import { MAIN, type Run, runNode } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'

const made = await createTestApp(t)
const folder = t.testdir({ file: 'no folder' })
/** A file that takes nothing, as on a full disk. */
const FULL = '/dev/full'

/** One sentence of what is wrong and one of what to do, and where more is to be had; no stack, no object. */
function sentence(t: Test, run: Run, says: RegExp, what: string): void {
  const [first = '', ...rest] = run.err.trimEnd().split('\n')
  t.match(first, says, what)
  t.same(rest, ['LOG_LEVEL=debug shows where.'], `${what}: nothing else`)
  t.equal(run.code, 1, `${what}: exit code`)
}

t.test('a folder that cannot be made is named, at once, whatever is in its way', async (t) => {
  const [circle, nowhere] = [join(folder, 'circle'), join(folder, 'nowhere')]
  await symlink(circle, circle)
  await symlink(join(folder, 'not', 'there'), nowhere)
  const places: [string, RegExp][] = [
    [join(folder, 'file'), /ENOTDIR/],
    [join(folder, 'file', 'data'), /ENOTDIR/],
    [circle, /ELOOP/],
    [nowhere, /EEXIST|ENOENT/],
    [join(folder, 'n'.repeat(300)), /ENAMETOOLONG/],
    ...(['/proc/x', '/proc/self/x/y', '/sys/x', '/dev/null/x'] as const).map((place): [string, RegExp] => [
      place,
      /ENOENT|ENOTDIR|EPERM|EACCES|EROFS/,
    ]),
  ]
  for (const [place, code] of places.filter(([one]) => !one.startsWith('/proc') || existsSync('/proc'))) {
    const run = await runNode(MAIN, ['serve'], { env: { DATA_DIR: place } })
    sentence(t, run, new RegExp(`^DATA_DIR: /\\S+: .* \\((?:${code.source})\\)\\. \\S.*\\.$`), place)
    t.equal(run.out, '', `${place}: nothing is announced`)
  }
  const command = await runNode(MAIN, ['verify'], { env: { DATA_DIR: '/dev/null/x' } })
  sentence(t, command, /^DATA_DIR: /, 'a command says it too')
})

t.test('a full disk is named, the service’s own or the database’s, or that of what is printed', async (t) => {
  const settings = { databaseUrl: undefined, host: '127.0.0.1', port: 3000, dataDir: '/srv/list' }
  const full = /^DATA_DIR: \/srv\/list\S*: the disk is full/
  const said = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  for (const err of [
    said,
    Object.assign(said, { path: '/srv/list/postgres/password' }),
    new Error('The embedded database could not be made: FATAL: could not extend file: No space left on device'),
    new Error(
      'The embedded database could not be made: FATAL: wrote only 4096 of 8192 bytes HINT:  Check free disk space.',
    ),
    new Error('Failed query: x', { cause: Object.assign(new Error('no space left on device'), { code: '53100' }) }),
  ]) {
    t.match(explain(err, settings), full, err.message)
  }
  const elsewhere = { ...settings, databaseUrl: 'postgres://list@db.example/list' }
  const theirs = Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' })
  t.match(explain(theirs, elsewhere), /^DATABASE_URL: the disk of the server at db\.example/)
  if (!existsSync(FULL)) return
  const printed = await runShell(`exec node "$0" openapi > ${FULL}`)
  t.match(printed, { code: 1, err: /^The output could not be written: ENOSPC[^\n]*\n$/ })
})

t.test('what keeps the service from starting is said with the variable, what was found and what to do', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const { port } = taken.address() as net.AddressInfo
  const wrong = (change: (url: URL) => void) => {
    const url = new URL(made.url)
    change(url)
    return url.href
  }
  const free = await unusedPort()
  const cases: [string, Record<string, string>, RegExp][] = [
    [
      'a taken port',
      { DATABASE_URL: made.url, PORT: `${port}` },
      new RegExp(`^PORT: .*port ${port} \\(EADDRINUSE\\)\\. End it`),
    ],
    [
      'a foreign address',
      { DATABASE_URL: made.url, HOST: '192.0.2.1' },
      /^HOST: 192\.0\.2\.1 is no address .* Set HOST/,
    ],
    [
      'no database',
      { DATABASE_URL: `postgres://u:geheim@127.0.0.1:${free}/x` },
      /^DATABASE_URL: no PostgreSQL answers .*\. Start it/,
    ],
    ['no host', { DATABASE_URL: 'postgres://u:geheim@no.host.invalid/x' }, /^DATABASE_URL: .*no\.host\.invalid/],
    [
      'a wrong password',
      {
        DATABASE_URL: wrong((url) => {
          url.password = 'geheim'
        }),
      },
      /^DATABASE_URL: the password of \S+ is wrong/,
    ],
    [
      'no such database',
      {
        DATABASE_URL: wrong((url) => {
          url.pathname = '/nicht_da'
        }),
      },
      /^DATABASE_URL: .* no database nicht_da .*createdb/,
    ],
    [
      'no TLS there',
      {
        DATABASE_URL: wrong((url) => {
          url.searchParams.set('sslmode', 'verify-full')
        }),
      },
      /^DATABASE_URL: .*does not speak TLS/,
    ],
  ]
  for (const [what, env, says] of cases) {
    const run = await runNode(MAIN, ['serve'], { env: { MIGRATE_ON_START: 'false', PORT: '0', ...env } })
    sentence(t, run, says, what)
    t.notMatch(run.err, 'geheim', `${what}: no secret`)
  }
  const old = explain(new Error('The service needs PostgreSQL 15 or newer; this is 14.9.'), {
    ...{ databaseUrl: made.url, host: '127.0.0.1', port: 3000, dataDir: '.data' },
  })
  t.match(old, /^DATABASE_URL: .*14\.9.*Use a newer server\.$/)
})

t.test('a URL that is none is named with its variable, and so is a folder that may not be written', async (t) => {
  for (const [variable, value] of [
    ['DATABASE_URL', 'not a url'],
    ['DATABASE_URL', 'mysql://u:geheim@host/db'],
    ['MIGRATE_DATABASE_URL', '::'],
    ['PUBLIC_URL', 'list.example.cn'],
    ['SMTP_URL', 'mail'],
    ['EVIDENCE_S3_URL', 'bucket'],
    ['PORT', '99999'],
    ['CORS_ORIGINS', 'map.example.cn'],
  ] as const) {
    const run = await runNode(MAIN, ['serve'], { env: { [variable]: value } })
    t.match(
      run,
      { code: 1, out: '', err: new RegExp(`^Configuration:\\n${variable}: [^\\n]+\\n$`) },
      `${variable}=${value}`,
    )
    t.notMatch(run.err, 'geheim')
  }
  const denied = Object.assign(new Error('EACCES: permission denied, mkdir'), {
    code: 'EACCES',
    syscall: 'mkdir',
    path: '/srv',
  })
  t.match(
    explain(denied, { databaseUrl: undefined, host: '127.0.0.1', port: 3000, dataDir: '/srv/list' }),
    /^DATA_DIR: \/srv: this account may not write there \(EACCES\)\. Give it the right, or set DATA_DIR/,
  )
})

t.test('every command says what it is for, and does nothing else, when it is asked', async (t) => {
  const names = ['serve', 'worker', 'migrate', 'init', 'keys', 'import', 'boundaries', 'verify', 'mirror', 'openapi']
  for (const name of names) {
    const asked = await runNode(MAIN, [name, '--help'])
    t.match(asked, { code: 0, err: '', out: new RegExp(`^one-list ${name}`) }, name)
    t.ok(asked.out.length < 3_000, `${name}: words, not its work`)
    if (name === 'keys') t.same(await runNode(MAIN, ['help', name]), asked, 'asked the other way')
  }
  for (const way of ['help', '--help', '-h'])
    t.match(await runNode(MAIN, [way]), { code: 0, err: '', out: /^one-list <command>/ })
})

t.test('what is not there is named, with what may be meant, and ends with 2', async (t) => {
  const cases: [string[], RegExp][] = [
    [['fly'], /^There is no command fly\.\n\none-list <command>/],
    [['imprt'], /^There is no command imprt\..*import/],
    [['toString'], /^There is no command toString\./],
    [['--port'], /^There is no option --port\./],
    [['verify', '--nope'], /^There is no option --nope\.[^\n]*\n\none-list verify/],
    [['openapi', 'extra'], /^There is no place for extra here\./],
    [['serve', '--workers', 'many'], /^--workers is a number from 1 to 64/],
    [['init', '--id', 'a', '--name', '\u200b', '--area', '341200'], /^--name: the text shows nothing/],
  ]
  for (const [args, says] of cases) {
    t.match(await runNode(MAIN, args), { code: 2, out: '', err: says }, args.join(' '))
  }
})

t.test('a reader that has seen enough ends a command in peace', async (t) => {
  const child = spawn(process.execPath, [MAIN, 'openapi'], { stdio: ['ignore', 'pipe', 'pipe'], env: bare() })
  const heard: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text) => heard.push(text))
  child.stdout.once('data', () => child.stdout.destroy())
  const [code] = await once(child, 'close')
  t.equal(code, 0)
  t.same(heard, [])
})

function bare(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH }
}

async function runShell(script: string): Promise<Run> {
  const child = spawn('/bin/sh', ['-c', script, MAIN], { stdio: ['ignore', 'pipe', 'pipe'], env: bare() })
  const run: Run = { code: null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    run.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    run.err += text
  })
  const [code] = await once(child, 'close')
  return { ...run, code }
}

async function unusedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
