import { DAY_MS, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { fileOf, isPdf, issue, paragraphsOf, WORD } from '../helpers/papers.js'
import { t } from '../helpers/tap.js'

const { app, home, foreign, clock, superuser } = await createCheckedApp(t)
const { office, unitCaller } = home

t.test('an order is issued with its number, as a Word file and a PDF whose hashes stand in the ledger', async (t) => {
  const item = await itemIn('remediating', home, { filing: { title: '临水弯道无护栏', description: '落差约 4 米。' } })
  const asked = {
    kind: 'assignment_order',
    requirements: ['夜间开启爆闪灯。', '每周五报送进展。'],
    copyTo: ['阜南县人民政府'],
  }
  const answer = await office.post(`/v1/items/${item.id}/documents`, {
    ...asked,
    contact: { name: '周敏', phone: '2260000' },
  })
  t.match(answer, { status: 201, headers: { location: `/v1/documents/${answer.body.id}` } })
  const paper = answer.body
  t.match(paper, {
    ...{ kind: 'assignment_order', number: '安办交〔2026〕1号', title: '道路交通安全隐患交办单', templateVersion: 0 },
    ...{ item: { id: item.id, code: item.code, title: item.title }, unit: { id: home.unit }, receivedAt: null },
  })
  const word = await fileOf(app, office, `/v1/documents/${paper.id}/file?format=docx`)
  const pdf = await fileOf(app, office, `/v1/documents/${paper.id}/file`, { accept: 'application/pdf' })
  isPdf(t, pdf)
  t.match(word.headers, { 'content-type': WORD, 'content-disposition': /^attachment; filename="document-.*\.docx"/ })
  t.same(
    paper.files.map(({ format, bytes, sha256 }: Json) => [format, bytes, sha256]),
    [
      ['docx', word.bytes.length, word.sha256],
      ['pdf', pdf.bytes.length, pdf.sha256],
    ],
  )
  const { data } = await ok(office.get(`/v1/items/${item.id}/events`))
  t.match(data.at(-1), {
    type: 'item.document_issued',
    data: { document: paper.id, number: paper.number, files: { docx: word.sha256, pdf: pdf.sha256 } },
  })
  const said = await paragraphsOf(word.bytes)
  for (const line of [
    ...[
      '阜阳道路交通安全委员会办公室',
      '安办交〔2026〕1号',
      '道路交通安全隐患交办单',
      '阜阳交通运输局：',
      '落差约 4 米。',
    ],
    ...[
      '夜间开启爆闪灯。',
      '每周五报送进展。',
      '（联系人：周敏，联系电话：2260000）',
      '抄送：阜南县人民政府。',
      '2026年3月2日',
    ],
    ...['阜南县 S315 线 K12+345 处', '王建国（副县长）', '护栏 120 米，验收合格', '2026年4月30日'],
  ]) {
    t.ok(said.includes(line), line)
  }
  t.notOk(
    said.some((line) => /[{}]/.test(line)),
    'no placeholder is left',
  )
})

t.test('the same bytes come back whatever becomes of the item, and 304 to who has them', async (t) => {
  const item = await itemIn('assigned', home)
  const paper = await issue(home, item, { kind: 'rectification_notice' })
  const url = `/v1/documents/${paper.id}/file?format=pdf`
  const before = await fileOf(app, office, url)
  await ok(office.post(`/v1/items/${item.id}/assignments`, order({ unit: home.otherUnit }, { goal: '另一目标' })))
  await ok(home.admin.patch(`/v1/units/${home.unit}`, { name: '改名后的单位' }))
  clock.advance(DAY_MS)
  t.equal((await fileOf(app, office, url)).sha256, before.sha256)
  t.equal(before.headers.etag, `"${before.sha256}"`)
  const again = await fileOf(app, office, url, { 'if-none-match': `"${before.sha256}"` })
  t.match(again, { status: 304, bytes: { length: 0 } })
  for (const statement of [
    `update document_file set content = 'x', sha256 = sha256('x') where document_id = '${paper.id}'`,
    `delete from document_file where document_id = '${paper.id}'`,
    `update document set number = '改' where id = '${paper.id}'`,
    `delete from document where id = '${paper.id}'`,
    'truncate document_file',
  ]) {
    await t.rejects(superuser.query(statement), { code: '23001' }, statement)
  }
  await ok(home.admin.patch(`/v1/units/${home.unit}`, { name: '阜阳交通运输局' }))
})

t.test('numbers have no gaps: each kind counts by itself, and what is refused takes none', async (t) => {
  const item = await itemIn('remediating', home)
  const talk = { kind: 'talk_notice', meeting: { at: '2026-03-10T01:00:00Z', place: '三楼会议室' } }
  t.equal((await issue(home, item, talk)).number, '安办约〔2026〕1号')
  const url = `/v1/items/${item.id}/documents`
  refused(t, await office.post(url, { kind: 'talk_notice' }), 400, 'invalid-request', { pointers: ['/meeting'] })
  const wrong = { ...talk, document: item.id, replyBy: '2026-03-12' }
  refused(t, await office.post(url, wrong), 400, 'invalid-request', { pointers: ['/document', '/replyBy'] })
  refused(t, await office.post(url, talk, { 'if-match': '"1"' }), 412, 'stale')
  const NOBODY = '01900000-0000-7000-8000-000000000000'
  refused(t, await office.post(url, { kind: 'receipt', document: NOBODY }), 400, 'invalid-request', {
    pointers: ['/document'],
  })
  t.equal((await issue(home, item, talk)).number, '安办约〔2026〕2号')
  await superuser.query(`alter table document_file add constraint broken check (format <> 'pdf') not valid`)
  const headers = { authorization: `Bearer ${office.key}` }
  const failed = await app.inject({ method: 'POST', url, headers, payload: talk })
  t.equal(failed.statusCode, 500, 'the database refuses its files at the last moment')
  await superuser.query('alter table document_file drop constraint broken')
  t.equal((await issue(home, item, talk)).number, '安办约〔2026〕3号')
  const { rows } = await superuser.query(`select count(*)::int as n from document where kind = 'talk_notice'`)
  t.same(rows, [{ n: 3 }], 'nothing is left of what was refused')
})

t.test('who asks again under the same key gets the same paper', async (t) => {
  const item = await itemIn('assigned', home)
  const key = { 'idempotency-key': 'paper-1' }
  const url = `/v1/items/${item.id}/documents`
  const first = await office.post(url, { kind: 'item_file' }, key)
  const again = await office.post(url, { kind: 'item_file' }, key)
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' }, body: first.body })
})

t.test('six who issue at once get six numbers in a row', async (t) => {
  const items = await Promise.all(Array.from({ length: 3 }, () => itemIn('remediating', home)))
  const second = await home.addCaller('office', { name: '另一人' })
  const asked = { kind: 'supervision_letter', replyBy: '2026-03-20' }
  const papers = await Promise.all(
    items.flatMap(({ id }) => [office, second].map((caller) => ok(caller.post(`/v1/items/${id}/documents`, asked)))),
  )
  const numbers = papers.map(({ number }) => Number(/(\d+)号/.exec(number)?.[1])).sort((a, b) => a - b)
  t.same(numbers, [1, 2, 3, 4, 5, 6])
})

t.test('a paper says what is so: each kind needs what it speaks of', async (t) => {
  const listed = await itemIn('listed', home)
  const remediating = await itemIn('remediating', home)
  const closed = await itemIn('closed', home)
  const meeting = { at: '2026-03-10T01:00:00Z', place: '三楼' }
  const cases: [Json, Json, Json][] = [
    [{ kind: 'assignment_order' }, listed, remediating],
    [{ kind: 'rectification_notice' }, closed, remediating],
    [{ kind: 'supervision_letter' }, listed, remediating],
    [{ kind: 'talk_notice', meeting }, closed, remediating],
    [{ kind: 'closure_form' }, remediating, closed],
  ]
  for (const [asked, without, having] of cases) {
    const answer = await office.post(`/v1/items/${without.id}/documents`, asked)
    refused(t, answer, 409, 'wrong-status', { itemStatus: without.status })
    t.equal((await issue(home, having, asked)).kind, asked.kind)
  }
  for (const item of [listed, remediating, closed]) {
    t.equal((await issue(home, item, { kind: 'item_file' })).unit, null, 'its file it has always')
  }
  const { id } = remediating
  refused(t, await office.post(`/v1/items/${id}/documents`, { kind: 'supervision_notice' }), 409, 'wrong-status')
  await ok(office.post(`/v1/items/${id}/supervision`, { tier: 'city', reason: '临近汛期' }))
  const notice = await issue(home, remediating, { kind: 'supervision_notice' })
  const said = await paragraphsOf((await fileOf(app, office, `/v1/documents/${notice.id}/file?format=docx`)).bytes)
  t.ok(said.some((line) => line.includes('实施市级挂牌督办')))
  t.ok(said.includes('临近汛期'))
})

t.test('an extension form says what was asked, from when to when, and what was decided', async (t) => {
  const item = await itemIn('remediating', home)
  const url = `/v1/items/${item.id}`
  refused(t, await office.post(`${url}/documents`, { kind: 'extension_form' }), 409, 'wrong-status')
  await ok(unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-05-20', reason: '连续降雨' }))
  refused(t, await office.post(`${url}/documents`, { kind: 'extension_form' }), 409, 'wrong-status')
  await ok(office.post(`${url}/extension-decision`, { approved: true, dueAt: '2026-05-15', reason: '抓紧施工' }))
  const paper = await issue(home, item, { kind: 'extension_form', remarks: '附工期计划' })
  const said = await paragraphsOf((await fileOf(app, office, `/v1/documents/${paper.id}/file?format=docx`)).bytes)
  for (const line of [
    '2026年4月30日',
    '2026年5月20日',
    '连续降雨',
    '同意延期至2026年5月15日。抓紧施工',
    '附工期计划',
  ]) {
    t.ok(said.includes(line), line)
  }
})

t.test('the unit signs for a paper once, and the receipt says so', async (t) => {
  const item = await itemIn('remediating', home)
  const order = await issue(home, item, { kind: 'assignment_order' })
  const url = `/v1/documents/${order.id}/receipt`
  const notices = (await ok(unitCaller.get('/v1/notices'))).data.filter(
    (one: Json) => one.details?.documentId === order.id,
  )
  t.match(notices, [{ kind: 'document' }], 'it is told of the paper')
  refused(t, await home.otherUnitCaller.post(url), 404, 'not-found')
  clock.advance(3_600_000)
  const signed = await ok(unitCaller.post(url))
  t.match(signed, { receivedAt: clock.now, receivedBy: { name: '阜阳 unit' } })
  clock.advance(3_600_000)
  t.match(await ok(unitCaller.post(url)), { receivedAt: signed.receivedAt }, 'again is no error, and nothing happens')
  const { data } = await ok(office.get(`/v1/items/${item.id}/events`))
  const received = data.filter(({ type }: Json) => type === 'item.document_received')
  t.match(received, [{ data: { document: order.id, number: order.number, unit: home.unit } }])
  const receipt = await issue(home, item, { kind: 'receipt', document: order.id })
  t.match(receipt, { document: { id: order.id, number: order.number }, unit: null })
  const said = await paragraphsOf((await fileOf(app, office, `/v1/documents/${receipt.id}/file?format=docx`)).bytes)
  t.ok(said.includes('道路交通安全隐患交办单'))
  t.ok(
    said.some((line) => line.startsWith('阜阳 unit已于2026年')),
    'who signed, and when',
  )
  refused(t, await unitCaller.post(`/v1/documents/${receipt.id}/receipt`), 409, 'wrong-status')
  const file = await issue(home, item, { kind: 'item_file' })
  // It tells of what was before the unit had the item.
  const unseen = await unitCaller.post(`/v1/documents/${file.id}/receipt`)
  refused(t, unseen, 404, 'not-found')
})

t.test('a co-responsible unit reads a paper that it cannot sign for', async (t) => {
  const item = await itemIn('assigned', home, { order: { coUnits: [home.otherUnit] } })
  const paper = await issue(home, item, { kind: 'assignment_order' })
  t.equal((await home.otherUnitCaller.get(`/v1/documents/${paper.id}`)).status, 200)
  refused(t, await home.otherUnitCaller.post(`/v1/documents/${paper.id}/receipt`), 403, 'not-responsible')
})

t.test('papers are listed by item, unit, kind, year and receipt, page by page, each once', async (t) => {
  const item = await itemIn('remediating', home)
  const kinds = ['assignment_order', 'rectification_notice', 'item_file']
  for (const kind of kinds) await issue(home, item, { kind })
  const list = async (query: string) =>
    (await ok(office.get(`/v1/documents?${query}`))).data.map(({ kind }: Json) => kind)
  t.same(await list(`item=${item.code}`), [...kinds].reverse())
  t.same(await list(`item=${item.id}&unit=${home.unit}`), ['rectification_notice', 'assignment_order'])
  t.same(await list(`item=${item.id}&kind=item_file&kind=assignment_order`), ['item_file', 'assignment_order'])
  t.same(await list(`item=${item.id}&year=2025`), [])
  t.same(await list(`item=${item.id}&received=false`), ['rectification_notice', 'assignment_order'])
  t.same(await list(`item=${item.id}&received=true`), [])
  refused(t, await office.get('/v1/documents?itme=1'), 400, 'invalid-request', { pointers: ['/query/itme'] })
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Json = await ok(office.get(`/v1/documents?limit=7${cursor && `&cursor=${cursor}`}`))
    seen.push(...page.data.map(({ id }: Json) => id))
    cursor = page.nextCursor
  }
  const { rows } = await superuser.query(`select id from document where jurisdiction_id = 'fuyang'`)
  t.same([...seen].sort(), rows.map(({ id }) => id).sort())
  refused(
    t,
    await office.get(`/v1/documents?limit=7&unit=${home.unit}&cursor=${Buffer.from('[]').toString('base64url')}`),
    400,
    'invalid-request',
  )
})

t.test('a paper is seen by who sees its item, and by nobody of another jurisdiction', async (t) => {
  const item = await itemIn('assigned', home, { filing: { area: '341225' } })
  const paper = await issue(home, item, { kind: 'assignment_order' })
  const [there, elsewhere] = [
    await home.addCaller('supervisor', { area: '341225' }),
    await home.addCaller('supervisor', { area: '341202' }),
  ]
  const urls = [`/v1/documents/${paper.id}`, `/v1/documents/${paper.id}/file?format=pdf`]
  for (const url of urls) {
    for (const caller of [home.inspector, unitCaller, home.supervisor, home.auditor, home.admin, there]) {
      t.equal((await fileOf(app, caller, url)).status, 200, url)
    }
    for (const caller of [home.otherUnitCaller, elsewhere, foreign.office, foreign.auditor]) {
      t.equal((await fileOf(app, caller, url)).status, 404, url)
    }
  }
  const seenBy = async (caller: typeof office) =>
    (await ok(caller.get(`/v1/documents?item=${item.id}`))).data.map(({ id }: Json) => id)
  t.same(await seenBy(there), [paper.id])
  for (const caller of [home.otherUnitCaller, elsewhere, foreign.office]) t.same(await seenBy(caller), [])
  refused(t, await foreign.office.post(`/v1/items/${item.id}/documents`, { kind: 'item_file' }), 404, 'not-found')
})

t.test('a file is given as it is asked for, or 406', async (t) => {
  const paper = await issue(home, await itemIn('listed', home), { kind: 'item_file' })
  const url = `/v1/documents/${paper.id}/file`
  t.equal((await fileOf(app, office, url, { accept: '*/*' })).headers['content-type'], WORD)
  t.equal(
    (await fileOf(app, office, url, { accept: 'application/pdf;q=0.9, */*;q=0.1' })).headers['content-type'],
    'application/pdf',
  )
  refused(t, await office.get(url, { accept: 'text/html' }), 406, 'not-acceptable')
  refused(t, await office.get(`${url}?format=odt`), 400, 'invalid-request', { pointers: ['/query/format'] })
})

t.test('the office sets who papers come from and how each kind is numbered', async (t) => {
  const { version: _1, setAt: _2, setBy: _3, ...rules } = await ok(home.admin.get('/v1/rules'))
  const patterns = rules.documents.numberPatterns
  const set = (documents: Json) => home.admin.put('/v1/rules', { ...rules, documents })
  const twice = { ...patterns, receipt: patterns.item_file }
  refused(t, await set({ issuer: null, numberPatterns: twice }), 400, 'invalid-request', {
    pointers: ['/documents/numberPatterns'],
  })
  const own = { ...patterns, item_file: '阜安办档〔{year}〕第{n}号' }
  await ok(set({ issuer: '阜阳市安委办', numberPatterns: own }))
  const paper = await issue(home, await itemIn('listed', home), { kind: 'item_file' })
  t.match(paper.number, /^阜安办档〔2026〕第\d+号$/)
  const said = await paragraphsOf((await fileOf(app, office, `/v1/documents/${paper.id}/file?format=docx`)).bytes)
  t.ok(said.includes('建档单位：阜阳市安委办'))
  const { documents: _4, ...without } = rules
  await ok(home.admin.put('/v1/rules', { ...without, receiptDays: 5 }))
  t.match(
    (await ok(office.get('/v1/rules'))).documents,
    { issuer: '阜阳市安委办' },
    'who sends rules without it keeps it',
  )
})
