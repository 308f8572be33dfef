import { once } from 'node:events'
import { copyFile, readdir, readFile, utimes } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createTestApp, ok } from '../helpers/app.js'
import { beginUpload, keptFiles, partsOf, photo, tus } from '../helpers/evidence.js'
import { BOUNDARY, formOf } from '../helpers/import.js'
import { startServer } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { app, db, home } = made
const uploads = join(made.dataDir, 'uploads')
const start = () =>
  startServer(t, { DATABASE_URL: made.url, DATA_DIR: made.dataDir, MIGRATE_ON_START: 'false', WORKER: 'false' })

const filesIn = async (folder: string): Promise<string[]> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
const workspaces = async () => (await readdir(uploads).catch(() => [])).filter((name) => name.startsWith('work-'))
const bytesIn = async (paths: string[]) =>
  (await Promise.all(paths.map((path) => readFile(path)))).reduce((sum, { length }) => sum + length, 0)
const evidenceRows = async () => (await db.execute('select from evidence union all select from evidence_file')).rowCount

/** Sends the head of a request and the first bytes of its body, and leaves the connection open. */
async function sendHalf(port: number, head: string, part: Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(`${head}\r\nhost: x\r\nauthorization: Bearer ${home.inspector.key}\r\n\r\n`)
  socket.write(part)
  return socket
}

t.test('killed while a form comes in, nothing of it is there, and what it left is cleared away', async (t) => {
  const form = formOf(partsOf(await photo(1, { format: 'png', width: 900, height: 700 })))
  const killed = await start()
  const head = `POST /v1/evidence HTTP/1.1\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\ncontent-length: ${form.length}`
  await sendHalf(killed.port, head, form.subarray(0, form.length - 1000))
  await until(async () => (await bytesIn(await filesIn(uploads))) > 0)
  killed.kill('SIGKILL')
  await killed.exited
  t.equal(await evidenceRows(), 0)
  t.same(await keptFiles(made), [])
  const left = await workspaces()
  t.equal(left.length, 1)
  const again = await start()
  t.same(await workspaces(), left, 'another server may be at work on it')
  again.kill('SIGKILL')
  await again.exited
  for (const name of left) await utimes(join(uploads, name), 0, 0)
  const last = await start()
  await until(async () => (await workspaces()).length === 0)
  last.kill('SIGKILL')
  t.same(await filesIn(uploads), [])
})

t.test('killed while a resumable upload comes in, it is no evidence, and goes on where it was', async (t) => {
  const sent = await photo(2, { format: 'png', width: 900, height: 700 })
  const id = await beginUpload(app, home.inspector, { length: sent.length, kind: 'after' })
  const killed = await start()
  const head = `PATCH /v1/evidence-uploads/${id} HTTP/1.1\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: ${sent.length}`
  await sendHalf(killed.port, head, sent.subarray(0, 40_000))
  const offset = async () => Number((await tus(app, home.inspector, 'HEAD', `/${id}`)).headers['upload-offset'])
  await until(async () => (await offset()) > 0)
  killed.kill('SIGKILL')
  await killed.exited
  t.equal((await home.inspector.get(`/v1/evidence/${id}`)).status, 404)
  t.equal(await evidenceRows(), 0)
  const from = await offset()
  const rest = sent.subarray(from)
  t.match(await tus(app, home.inspector, 'PATCH', `/${id}`, { 'upload-offset': `${from}` }, rest), { status: 204 })
  t.match(await ok(home.inspector.get(`/v1/evidence/${id}`)), { id, kind: 'after', width: 900 })
  t.same(await filesIn(uploads), [])
})

t.test('killed between the evidence and the clearing away of its upload, it is that evidence, once', async (t) => {
  const sent = await photo(3)
  const id = await beginUpload(app, home.inspector, { length: sent.length, kind: 'before' })
  await tus(app, home.inspector, 'PATCH', `/${id}`, { 'upload-offset': '0' }, sent.subarray(0, 100))
  const paths = await filesIn(uploads)
  const aside = t.testdir({})
  for (const [n, path] of paths.entries()) await copyFile(path, join(aside, `${n}`))
  const last = await tus(app, home.inspector, 'PATCH', `/${id}`, { 'upload-offset': '100' }, sent.subarray(100))
  t.equal(last.status, 204)
  const before = await evidenceRows()
  // As if the process had died before it removed the upload.
  for (const [n, path] of paths.entries()) await copyFile(join(aside, `${n}`), path)
  const again = await tus(app, home.inspector, 'PATCH', `/${id}`, { 'upload-offset': '100' }, sent.subarray(100))
  t.equal(again.status, 204)
  t.match((await tus(app, home.inspector, 'GET', `/${id}`)).body, { complete: true, offset: sent.length })
  t.equal(await evidenceRows(), before)
  t.same(await filesIn(uploads), [])
})
