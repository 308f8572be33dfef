import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import net from 'node:net'
import { createLogSink } from '../../src/log-sink.js'
import { createTestApp } from '../helpers/app.js'
import { MAIN } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

type Written = (err: NodeJS.ErrnoException | null, written: number) => void

/** A file that is as the test says: each write waits until it is told how it ended. */
function pretend() {
  const texts: string[] = []
  const pending: { bytes: Buffer; done: Written }[] = []
  const write = (_fd: number, bytes: Buffer, done: Written) => {
    pending.push({ bytes, done })
  }
  return {
    write,
    texts,
    pending,
    end(written: number | 'ENOSPC' | 'EPIPE') {
      const one = pending.shift()
      if (one === undefined) throw new Error('nothing is being written')
      if (typeof written === 'string') return one.done(Object.assign(new Error(written), { code: written }), 0)
      texts.push(one.bytes.subarray(0, written).toString())
      one.done(null, written)
    },
    endWhole() {
      this.end(pending[0]?.bytes.length ?? 0)
    },
  }
}

t.test('lines that cannot be written are counted, and the next ones are tried again', async (t) => {
  const file = pretend()
  const told: number[] = []
  const sink = createLogSink(1, (lost) => told.push(lost), file.write)
  for (const code of ['ENOSPC', 'EPIPE'] as const) {
    sink.write('a\n')
    file.end(code)
  }
  t.equal(sink.lost(), 2)
  t.same(told, [], 'there is nowhere to say so yet')
  sink.write('b\n')
  file.endWhole()
  t.same(file.texts, ['b\n'])
  t.same(told, [2])
  sink.write('c\n')
  file.endWhole()
  t.same(told, [2], 'it is said once')
})

t.test('lines that come meanwhile are written together, and whole', async (t) => {
  const file = pretend()
  const sink = createLogSink(1, () => {}, file.write)
  for (const line of ['a\n', 'b\n', 'c\n']) sink.write(line)
  file.endWhole()
  t.equal(file.pending.length, 1)
  file.end(1)
  file.endWhole()
  t.same(file.texts, ['a\n', 'b', '\nc\n'])
  t.equal(file.pending.length, 0)
})

t.test('a line that was cut off does not take the next with it', async (t) => {
  const file = pretend()
  const sink = createLogSink(1, () => {}, file.write)
  sink.write('{"a":1}\n')
  file.end(3)
  file.end('ENOSPC')
  sink.write('{"b":2}\n')
  file.endWhole()
  t.equal(file.texts.join(''), '{"a\n{"b":2}\n')
})

t.test('a log that nobody reads keeps nobody waiting, and has a limit', async (t) => {
  const file = pretend()
  const sink = createLogSink(1, () => {}, file.write)
  const line = `${'x'.repeat(100_000)}\n`
  for (let k = 0; k < 100; k++) sink.write(line)
  t.equal(file.pending.length, 1)
  t.ok(sink.lost() > 50 && sink.lost() < 70, `${sink.lost()} of 100 lines of 100 kB`)
  let isFlushed = false
  sink.flush(() => {
    isFlushed = true
  })
  t.notOk(isFlushed)
  file.endWhole()
  file.endWhole()
  t.ok(isFlushed)
})

const made = await createTestApp(t)
const METRICS_TOKEN = 'a-token-for-metrics'

/** The service with its log somewhere. */
async function startWithLog(t: Test, stdout: number | 'pipe') {
  const probe = net.createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as net.AddressInfo
  probe.close()
  await once(probe, 'close')
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: {
      PATH: process.env.PATH,
      ...{ DATABASE_URL: made.url, MIGRATE_ON_START: 'false', PORT: `${port}`, WORKER: 'false', METRICS_TOKEN },
    },
    stdio: ['ignore', stdout, 'pipe'],
  })
  const exited = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const url = `http://127.0.0.1:${port}`
  const health = () =>
    fetch(`${url}/healthz`).then(
      ({ status }) => status,
      () => undefined,
    )
  const lost = async () => {
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })
    return Number(/^one_list_log_lines_lost_total (\d+)$/m.exec(await answer.text())?.[1])
  }
  return { child, exited, health, lost }
}

t.test('a service goes on with its log on a disk that is full', async (t) => {
  const full = openSync('/dev/full', 'w')
  const { child, exited, health, lost } = await startWithLog(t, full)
  closeSync(full)
  await until(async () => (await health()) === 200, 60_000)
  for (let k = 0; k < 20; k++) t.equal(await health(), 200)
  await until(async () => (await lost()) >= 20)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})

t.test('a service goes on when the reader of its log has gone', async (t) => {
  const { child, exited, health, lost } = await startWithLog(t, 'pipe')
  child.stdout?.destroy()
  await until(async () => (await health()) === 200, 60_000)
  for (let k = 0; k < 20; k++) t.equal(await health(), 200)
  await until(async () => (await lost()) >= 20)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})
