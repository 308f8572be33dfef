import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// @ts-expect-error: it has no types.
import S3rverModule from 's3rver'
import type { S3Settings } from '../../src/config/settings.js'
import { createFolderStore } from '../../src/evidence/folder-store.js'
import { createS3Store } from '../../src/evidence/s3-store.js'
import { type FileStore, storageErrorOf } from '../../src/evidence/store.js'
import { evidenceSweepTask } from '../../src/evidence/sweep-task.js'
import { verifyFiles } from '../../src/evidence/verify.js'
import { callerOf, createTestApp, DAY_MS, itemIn, type Json, ok, type TestApp } from '../helpers/app.js'
import { refused } from '../helpers/checked.js'
import {
  beginUpload,
  evidence,
  fileOf,
  keptFiles,
  metadataOf,
  partsOf,
  pdf,
  photo,
  sendEvidence,
  tus,
} from '../helpers/evidence.js'
import { MAIN, runNode } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const keys = { region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }

interface S3rver {
  run(): Promise<AddressInfo>
  close(): Promise<void>
}
const S3Server = S3rverModule as new (options: object) => S3rver

/** A real S3 server with one bucket. */
async function bucket(t: Test): Promise<S3Settings> {
  const directory = await mkdtemp(join(tmpdir(), 'one-list-s3-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  const server = new S3Server({
    ...{ port: 0, address: '127.0.0.1', silent: true, directory, resetOnClose: false },
    configureBuckets: [{ name: 'evidence' }],
  })
  const { port } = await server.run()
  t.teardown(() => server.close())
  return { url: `http://127.0.0.1:${port}/evidence`, ...keys }
}

/** What keeps nothing, and answers every request with this. */
async function failing(t: Test, answer: (method: string, url: string) => [number, string]): Promise<S3Settings> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const [status, body] = answer(request.method ?? '', request.url ?? '')
      response.writeHead(status).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/evidence`, ...keys }
}

const environmentOf = ({ url, region, accessKeyId, secretAccessKey }: S3Settings) => ({
  EVIDENCE_S3_URL: url,
  EVIDENCE_S3_REGION: region,
  EVIDENCE_S3_ACCESS_KEY_ID: accessKeyId,
  EVIDENCE_S3_SECRET_ACCESS_KEY: secretAccessKey,
})

async function bytesOf(store: FileStore, name: string): Promise<Buffer | undefined> {
  const content = await store.open(name)
  if (content === undefined) return undefined
  const chunks: Buffer[] = []
  for await (const chunk of content as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

t.test('a store gives back what was put, whole, and forgets what was removed', async (t) => {
  const folder = t.testdir({})
  const stores: Record<string, FileStore> = {
    folder: createFolderStore(join(folder, 'made', 'when', 'needed')),
    s3: createS3Store(await bucket(t)),
  }
  for (const [kind, store] of Object.entries(stores)) {
    const content = Buffer.alloc(300_000, kind)
    const path = join(folder, kind)
    await writeFile(path, content)
    const file = { path, bytes: content.length, sha256: sha256(content), mediaType: 'image/jpeg' }
    t.equal(await store.open('fuyang/ab/abc'), undefined, kind)
    await store.put('fuyang/ab/abc', file)
    await store.put('fuyang/ab/abc', file)
    t.same(await bytesOf(store, 'fuyang/ab/abc'), content, kind)
    await store.remove('fuyang/ab/abc')
    await store.remove('fuyang/ab/abc')
    t.equal(await store.open('fuyang/ab/abc'), undefined, kind)
  }
})

t.test('a store that is full or away says so', async (t) => {
  const path = join(t.testdir({ a: 'a' }), 'a')
  const file = { path, bytes: 1, sha256: sha256(Buffer.from('a')), mediaType: 'image/jpeg' }
  const full = createS3Store(await failing(t, () => [507, '<Error><Code>XMinioStorageFull</Code></Error>']))
  await t.rejects(full.put('a', file), { code: 'storage-full' })
  const forbidden = createS3Store(await failing(t, () => [403, '<Error><Code>AccessDenied</Code></Error>']))
  await t.rejects(forbidden.put('a', file), { code: 'storage-away' })
  await t.rejects(forbidden.open('a'), { code: 'storage-away' })
  await t.rejects(forbidden.remove('a'), { code: 'storage-away' })
  const noBucket = createS3Store(await failing(t, () => [404, '<Error><Code>NoSuchBucket</Code></Error>']))
  await t.rejects(noBucket.open('a'), { code: 'storage-away' }, 'a bucket that is not there has not lost the file')
  const nowhere = createS3Store({ url: 'http://127.0.0.1:1/evidence', ...keys })
  await t.rejects(nowhere.put('a', file), { code: 'storage-away' })
  for (const [code, expected] of [
    ['ENOSPC', 'storage-full'],
    ['EDQUOT', 'storage-full'],
    ['EROFS', 'storage-away'],
    ['EIO', 'storage-away'],
  ] as const) {
    t.match(storageErrorOf(Object.assign(new Error(code), { code, syscall: 'write' })), { code: expected })
  }
  const bug = new TypeError('a bug')
  t.equal(storageErrorOf(bug), bug)
})

t.test('with S3 the service does the same', async (t) => {
  const settings = await bucket(t)
  const made = await createTestApp(t, environmentOf(settings))
  const { app, db, home } = made
  const kept = await evidence(app, home.inspector, await photo(1), { kind: 'before' })
  t.equal(sha256((await fileOf(app, home.inspector, kept.id)).bytes), kept.sha256)
  t.equal((await fileOf(app, home.inspector, kept.id, 'thumbnail')).status, 200)
  t.same(await keptFiles(made), [], 'nothing in the folder')
  const store = createS3Store(settings)
  t.same(await verifyFiles(db, store, home.id), { ok: true, checked: 2, faults: [] })
  made.clock.advance(4 * DAY_MS)
  await runTask(evidenceSweepTask, taskDeps(made, environmentOf(settings)))
  const name = `fuyang/${kept.receivedSha256.slice(0, 2)}/${kept.receivedSha256}`
  t.same([await store.open(name), await store.open(`${name}.thumbnail`)], [undefined, undefined])
})

t.test('a full disk is 507, a store that is away 503, and nothing is half there', async (t) => {
  let status = 507
  const settings = await failing(t, (method, url) =>
    method === 'PUT' && !url.endsWith('.thumbnail') ? [status, ''] : [200, ''],
  )
  const made = await createTestApp(t, environmentOf(settings))
  const { app, db, home } = made
  const sent = await photo(2)
  const full = await sendEvidence(app, home.inspector, partsOf(sent))
  refused(t, full, 507, 'storage-full')
  t.ok(full.headers['retry-after'])
  status = 403
  refused(t, await sendEvidence(app, home.inspector, partsOf(sent)), 503, 'storage-away')
  t.same((await db.execute('select from evidence')).rows, [], 'there is no evidence')
  const id = await beginUpload(app, home.inspector, { length: sent.length, kind: 'before' })
  refused(t, await tus(app, home.inspector, 'PATCH', `/${id}`, { 'upload-offset': '0' }, sent), 503, 'storage-away')
  t.equal((await tus(app, home.inspector, 'HEAD', `/${id}`)).status, 503, 'the upload waits')
  status = 200
  t.match(await tus(app, home.inspector, 'HEAD', `/${id}`), {
    status: 200,
    headers: { 'upload-offset': `${sent.length}` },
  })
  t.match(await ok(home.inspector.get(`/v1/evidence/${id}`)), { id, kind: 'before' })
})

t.test('a folder that cannot be written to is 503', async (t) => {
  const folder = t.testdir({ evidence: 'a file in its place', data: 'a file' })
  const { app, home } = await createTestApp(t, { DATA_DIR: folder })
  refused(t, await sendEvidence(app, home.inspector, partsOf(await photo(3))), 503, 'storage-away')
  const other = await createTestApp(t, { DATA_DIR: join(folder, 'data') })
  refused(
    t,
    await tus(other.app, other.home.inspector, 'POST', '', {
      ...{ 'upload-length': '10', 'upload-metadata': metadataOf({ kind: 'after' }) },
    }),
    503,
    'storage-away',
  )
  refused(
    t,
    await sendEvidence(other.app, other.home.inspector, partsOf(pdf('x'), { kind: 'document' })),
    503,
    'storage-away',
  )
})

const sweep = (made: TestApp) => runTask(evidenceSweepTask, taskDeps(made, { DATA_DIR: made.dataDir }))

t.test('what nobody came to use is swept after three days, and what is used never', async (t) => {
  const made = await createTestApp(t)
  const { app, db, home, clock } = made
  const item = await itemIn('remediating', home)
  const [used, unused, shared] = [await photo(4), await photo(5), await photo(6)]
  const kept = await evidence(app, home.unitCaller, used, { kind: 'during' })
  await evidence(app, home.unitCaller, unused, { kind: 'during' })
  const one = await evidence(app, home.unitCaller, shared, { kind: 'during' })
  const two = await evidence(app, home.unitCaller, shared, { kind: 'after' })
  const report = { percent: 1, note: '开工', evidence: [kept.id, one.id] }
  await ok(home.unitCaller.post(`/v1/items/${item.id}/progress-reports`, report))
  clock.advance(2 * DAY_MS)
  const late = await evidence(app, home.unitCaller, await photo(7), { kind: 'after' })
  await sweep(made)
  t.equal((await keptFiles(made)).length, 8)
  clock.advance(DAY_MS + 3_600_000)
  await sweep(made)
  t.equal((await keptFiles(made)).length, 6)
  t.equal((await home.unitCaller.get(`/v1/evidence/${two.id}`)).status, 404)
  for (const { id } of [kept, one, late]) t.equal((await fileOf(app, home.unitCaller, id)).status, 200)
  t.match(await verifyFiles(db, createFolderStore(join(made.dataDir, 'evidence')), home.id), { ok: true })
  const again = await evidence(app, home.unitCaller, unused, { kind: 'during' })
  t.equal((await fileOf(app, home.unitCaller, again.id)).status, 200, 'what was swept can come again')
})

t.test('what a crash left on the way is cleared away', async (t) => {
  const made = await createTestApp(t)
  const { app, db, home, clock } = made
  await evidence(app, home.inspector, await photo(8), { kind: 'before' })
  const root = join(made.dataDir, 'evidence')
  const left = join(root, '.new-left-behind')
  await writeFile(left, 'half a file')
  await utimes(left, 0, 0)
  // A process that died between the file and its evidence: the file is claimed, and nothing refers to it.
  const [content, received] = [Buffer.from('whole'), '0'.repeat(64)]
  await mkdir(join(root, 'fuyang', '00'), { recursive: true })
  await writeFile(join(root, 'fuyang', '00', received), content)
  await db.execute(`insert into evidence_file (jurisdiction_id, received_sha256, received_bytes, sha256, bytes, media_type, claimed_at)
    values ('fuyang', '\\x${received}', 5, '\\x${sha256(content)}', 5, 'application/pdf', '${clock.now}')`)
  await sweep(made)
  t.notOk((await keptFiles(made)).includes('.new-left-behind'))
  t.equal((await keptFiles(made)).length, 3, 'it may still be on its way')
  clock.advance(4 * DAY_MS)
  await sweep(made)
  t.same(await keptFiles(made), [])
})

t.test('the verification finds a file that is missing or changed, and a hash that is not the ledger’s', async (t) => {
  const made = await createTestApp(t)
  const { app, db, home, superuser } = made
  const store = createFolderStore(join(made.dataDir, 'evidence'))
  const pathOf = ({ receivedSha256: name }: Json) => join(made.dataDir, 'evidence', 'fuyang', name.slice(0, 2), name)
  const all = []
  for (let n = 0; n < 3; n++) all.push(await evidence(app, home.inspector, await photo(30 + n), { kind: 'before' }))
  const [gone, changed, cited] = all
  await ok(home.inspector.post('/v1/items', { title: '隐患', area: '341225', address: '某处', evidence: [cited.id] }))
  t.same(await verifyFiles(db, store, home.id), { ok: true, checked: 6, faults: [] })
  await rm(pathOf(gone))
  const bytes = await readFile(pathOf(changed))
  bytes[100] = (bytes[100] ?? 0) ^ 1
  await writeFile(pathOf(changed), bytes)
  const { ok: isWhole, faults } = await verifyFiles(db, store, home.id)
  t.notOk(isWhole)
  t.same(faults.map(({ fault }) => fault).sort(), ['differs', 'missing'])
  refused(t, await home.inspector.get(`/v1/evidence/${gone.id}/file`), 503, 'storage-away')
  await superuser.query(
    `update evidence_file set sha256 = sha256('x') where received_sha256 = '\\x${cited.receivedSha256}'`,
  )
  t.match((await verifyFiles(db, store, home.id)).faults, [{ name: cited.id, fault: 'another hash' }])
})

t.test('nobody lets more lie about than they use', async (t) => {
  const { app, db, home } = await createTestApp(t)
  const { id } = await evidence(app, home.inspector, pdf('first'), { kind: 'document' })
  await db.execute(`insert into evidence (jurisdiction_id, id, received_sha256, kind, uploaded_at, uploaded_by)
    select jurisdiction_id, gen_random_uuid(), received_sha256, kind, uploaded_at, uploaded_by
    from evidence cross join generate_series(1, 199) where id = '${id}'`)
  refused(t, await sendEvidence(app, home.inspector, partsOf(pdf('x'), { kind: 'document' })), 429, 'too-many-requests')
  t.equal((await sendEvidence(app, home.verifier, partsOf(pdf('x'), { kind: 'document' }))).status, 201)
})

t.test('the command line reads every file, and names what is not as it was', async (t) => {
  const made = await createTestApp(t)
  const { receivedSha256: name } = await evidence(made.app, made.home.inspector, pdf('x'), { kind: 'document' })
  const env = { DATABASE_URL: made.url, DATA_DIR: made.dataDir }
  t.match(await runNode(MAIN, ['verify'], { env }), { code: 0, out: 'fuyang: 1 files, each is as it was kept' })
  await rm(join(made.dataDir, 'evidence', 'fuyang', name.slice(0, 2), name))
  const broken = await runNode(MAIN, ['verify'], { env })
  t.match(broken, { code: 1, out: `fuyang/${name.slice(0, 2)}/${name}: missing` })
})

t.test('a jurisdiction that is made on the command line asks for photos from before and after', async (t) => {
  const { app, url } = await createTestApp(t)
  const about = ['--id', 'huainan', '--name', '淮南', '--area', '340400']
  const { code, out } = await runNode(MAIN, ['init', ...about], { env: { DATABASE_URL: url } })
  t.equal(code, 0, out)
  const rules = await ok(callerOf(app, out.trim().split('\n').at(-1) ?? '').get('/v1/rules'))
  const closure = { before: 1, during: 0, after: 1, document: 0 }
  t.match(rules, { version: 1, evidence: { closure: { general: closure, major: closure } } })
})
