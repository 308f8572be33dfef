import { verifyDocuments } from '../../src/documents/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { filing, type Json, ok, order } from '../helpers/app.js'
import { draft, publish } from '../helpers/bulletins.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { evidence, photo } from '../helpers/evidence.js'
import { MAIN, runNode } from '../helpers/node-process.js'
import { fileOf, isPdf, issue, paragraphsOf, partsOf } from '../helpers/papers.js'
import { t } from '../helpers/tap.js'

const { app, db, home, foreign, clock, superuser, url } = await createCheckedApp(t)
const { office, inspector, unitCaller, verifier } = home

/** An item that is closed, with photos from before and after. */
async function closedWithPhotos(): Promise<Json> {
  const sent = async (caller: typeof inspector, seed: number, kind: string) =>
    (
      await evidence(app, caller, await photo(seed, { at: '2026:03:01 09:20:00', offset: '+08:00', width: 1200 }), {
        kind,
      })
    ).id
  const before = [await sent(inspector, 1, 'before'), await sent(inspector, 2, 'before')]
  const item = await ok(inspector.post('/v1/items', filing({ evidence: before })))
  const at = `/v1/items/${item.id}`
  await ok(office.post(`${at}/listing`, { level: 'general' }))
  await ok(office.post(`${at}/assignments`, order(home)))
  await ok(unitCaller.post(`${at}/acceptance`))
  await ok(unitCaller.post(`${at}/progress-reports`, { percent: 60, note: '立柱已打设', spentFen: 6_500_000 }))
  const after = [await sent(unitCaller, 3, 'after')]
  await ok(unitCaller.post(`${at}/closure-requests`, { summary: '护栏 120 米已完成', evidence: after }))
  return ok(verifier.post(`${at}/closure-decision`, { approved: true, findings: '护栏连续' }))
}

t.test(
  'a closure form shows the photos from before beside those from after; the item’s file tells all of it',
  async (t) => {
    const item = await closedWithPhotos()
    const order = await issue(home, item, { kind: 'closure_form' })
    const word = (await fileOf(app, office, `/v1/documents/${order.id}/file?format=docx`)).bytes
    const pictures = Object.keys(await partsOf(word)).filter((name) => /^word\/media\/./.test(name))
    t.equal(pictures.length, 3)
    const said = await paragraphsOf(word)
    for (const line of ['护栏 120 米已完成', '护栏连续', '拍摄于 2026-03-01 09:20']) t.ok(said.includes(line), line)
    t.notOk(said.some((line) => line.includes('无照片')))
    const pdf = await fileOf(app, office, `/v1/documents/${order.id}/file?format=pdf`)
    isPdf(t, pdf)
    t.equal(pdf.bytes.toString('latin1').match(/\/Subtype \/Image/g)?.length, 3)

    const file = await issue(home, item, { kind: 'item_file' })
    const told = await paragraphsOf((await fileOf(app, office, `/v1/documents/${file.id}/file?format=docx`)).bytes)
    for (const line of [
      ...['上报', '挂账', '交办', '签收', '报告进展', '申请验收', '销号', '制发文书'],
      ...['60%，立柱已打设（已支出 65,000.00 元）', order.number, '已销号'],
    ]) {
      t.ok(told.includes(line), line)
    }
  },
)

t.test('without photos a form says so', async (t) => {
  const item = await ok(inspector.post('/v1/items', filing()))
  const file = await issue(home, item, { kind: 'item_file' })
  const said = await paragraphsOf((await fileOf(app, office, `/v1/documents/${file.id}/file?format=docx`)).bytes)
  t.ok(said.includes('（无照片）'))
})

t.test('a bulletin’s paper has its number and its figures, and is made once', async (t) => {
  clock.advance(86_400_000)
  const drafted = await draft(home, { kind: 'on_demand' })
  refused(t, await office.post(`/v1/bulletins/${drafted.id}/documents`), 409, 'wrong-status')
  const issued = await publish(home, { kind: 'on_demand', title: '一季度治理通报' })
  const answers = await Promise.all(
    [0, 1].map(() => office.post(`/v1/bulletins/${issued.id}/documents`, { copyTo: ['市政府'] })),
  )
  t.same(answers.map(({ status }) => status).sort(), [201, 409], 'of two who ask at once, one gets it')
  const paper = answers.find(({ status }) => status === 201)?.body
  t.match(paper, {
    kind: 'bulletin',
    number: issued.number,
    title: '一季度治理通报',
    item: null,
    bulletin: { id: issued.id },
  })
  const word = await fileOf(app, unitCaller, `/v1/documents/${paper.id}/file?format=docx`)
  const said = await paragraphsOf(word.bytes)
  t.ok(said.includes(issued.number) && said.includes('一季度治理通报') && said.includes('抄送：市政府。'))
  t.ok(said.some((line) => /累计挂账隐患1处，已销号1处，整改率100/.test(line)))
  const { data } = await ok(home.auditor.get('/v1/events?type=document.issued'))
  t.match(data, [{ itemId: null, data: { document: paper.id, bulletin: issued.id, files: { docx: word.sha256 } } }])
  refused(t, await unitCaller.post(`/v1/documents/${paper.id}/receipt`), 409, 'wrong-status')
  refused(t, await foreign.office.post(`/v1/bulletins/${issued.id}/documents`), 404, 'not-found')
  refused(t, await office.get(`/v1/documents/${issued.id}`), 404, 'not-found')
})

t.test('verification finds a paper that was changed, lost, or made behind the ledger’s back', async (t) => {
  const whole = await verifyDocuments(db, home.id)
  t.match(whole, { ok: true, faults: [] })
  t.ok(whole.checked >= 6)
  t.match(await verifyItems(db, home.id), { ok: true })
  const { rows } = await superuser.query(`select id, number from document where kind = 'closure_form'`)
  const [{ id, number }] = rows
  const attack = async (statement: string) => {
    await superuser.query('alter table document disable trigger user; alter table document_file disable trigger user')
    await superuser.query(statement)
    return (await verifyDocuments(db, home.id)).faults
  }
  const ofForm = `document_id = '${id}' and format = 'pdf'`
  await superuser.query(`create table kept as select * from document_file where ${ofForm}`)
  t.same(await attack(`update document_file set content = 'x', sha256 = sha256('x') where ${ofForm}`), [
    { document: `${number} pdf`, fault: 'another hash' },
  ])
  const cli = await runNode(MAIN, ['verify', '--jurisdiction', home.id], { env: { DATABASE_URL: url } })
  t.equal(cli.code, 1)
  t.match(cli.out, new RegExp(`${number} pdf: another hash`))
  t.same(await attack(`delete from document_file where ${ofForm}`), [{ document: `${number} pdf`, fault: 'missing' }])
  t.same(await attack('insert into document_file select * from kept'), [])
  await superuser.query('alter table document_file drop constraint document_file_sha256')
  t.same(await attack(`update document_file set content = 'x' where ${ofForm}`), [
    { document: `${number} pdf`, fault: 'differs' },
  ])
  t.same(
    await attack(
      `update document_file f set content = k.content from kept k where ${ofForm.replaceAll('document_id', 'f.document_id').replace('format', 'f.format')}`,
    ),
    [],
  )
  const forged = `insert into document_file select jurisdiction_id, (select id from document where kind = 'item_file' limit 1),
    format, sha256, content from kept on conflict (jurisdiction_id, document_id, format) do update
    set content = excluded.content, sha256 = excluded.sha256`
  t.match(await attack(forged), [{ fault: 'another hash' }])
  t.match(await attack(`update document set number = '安办销〔2026〕9号' where id = '${id}'`), [
    {},
    {},
    { fault: 'another hash' },
  ])
})
