import { readRules } from '../../src/db/rules.js'
import { DEFAULT_RULES } from '../../src/domain/rules.js'
import { verifyChain } from '../../src/ledger/verify.js'
import { DAY_MS, itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock, db } = await createCheckedApp(t)
const { admin, office } = home
const RULES: Json = JSON.parse(JSON.stringify(DEFAULT_RULES))
/** The default rules with some members changed. */
const rulesWith = (changes: Json = {}): Json => ({ ...structuredClone(RULES), ...changes })
const [FIRST, ...REST] = RULES.ladder
const lastEvent = async () => (await ok(home.auditor.get('/v1/events?type=rules.changed&limit=200'))).data.at(-1)

t.test('until somebody sets them the rules are those of the service, version 0', async (t) => {
  const answer = await home.unitCaller.get('/v1/rules')
  t.match(answer, { status: 200, headers: { etag: '"0"' } })
  t.same(answer.body, { version: 0, setAt: null, setBy: null, ...RULES })
  t.same(await ok(admin.get('/v1/rules/versions')), { data: [], nextCursor: null })
  t.match(await ok(admin.put('/v1/rules', RULES)), { version: 0, setBy: null }, 'the same are no new version')
})

t.test('rules are set whole, as a new version that stands in the ledger', async (t) => {
  const set = rulesWith({ warningDays: [1, 14, 5], defaultDeadlines: { general: 20, major: 40 } })
  const answer = await admin.put('/v1/rules', set)
  const expected = { ...set, warningDays: [14, 5, 1] }
  t.match(answer, { status: 200, headers: { etag: '"1"' } })
  const { version, setAt, setBy, ...rules } = answer.body
  t.same({ version, setAt, rules }, { version: 1, setAt: clock.now, rules: expected }, 'warnings in their order')
  t.match(setBy, { name: '阜阳 admin' })
  t.same(await ok(office.get('/v1/rules')), answer.body)
  t.match(await lastEvent(), { at: clock.now, itemId: null, data: { version: 1, rules: expected } })
  t.match(await readRules(db, home.id), { version: 1, rules: { warningDays: [14, 5, 1] } })
  t.match(await readRules(db, foreign.id), { version: 0 }, 'elsewhere nothing changed')
})

t.test('what was read can be changed and sent back, and the same again is no new version', async (t) => {
  const read = await ok(admin.get('/v1/rules'))
  const before = (await ok(home.auditor.get('/v1/ledger'))).seq
  t.same(await ok(admin.put('/v1/rules', read)), read)
  t.same(await ok(admin.put('/v1/rules', { ...read, version: 77 })), read, 'the version in the body is let be')
  t.equal((await ok(home.auditor.get('/v1/ledger'))).seq, before)
  clock.advance(1000)
  t.match(await ok(admin.put('/v1/rules', { ...read, receiptDays: 5 })), { version: 2, receiptDays: 5 })
})

t.test('a stale screen does not overwrite what it has not seen', async (t) => {
  const current = (await admin.get('/v1/rules')).headers.etag ?? ''
  const stale = await admin.put('/v1/rules', rulesWith(), { 'if-match': '"1"' })
  refused(t, stale, 412, 'stale', { currentVersion: 2 })
  t.match(await admin.put('/v1/rules', rulesWith({ receiptDays: 7 }), { 'if-match': current }), { status: 200 })
  t.match(await admin.put('/v1/rules', rulesWith({ receiptDays: 8 }), { 'if-match': '*' }), { status: 200 })
})

t.test('every version stays and can be read', async (t) => {
  t.match(await ok(office.get('/v1/rules?version=0')), { version: 0, warningDays: [7, 3, 1] })
  t.match(await ok(office.get('/v1/rules?version=1')), { version: 1, warningDays: [14, 5, 1] })
  t.match(await ok(office.get('/v1/rules?version=3')), { version: 3, receiptDays: 7 })
  for (const version of [5, 2_147_483_647]) {
    refused(t, await office.get(`/v1/rules?version=${version}`), 404, 'not-found')
  }
  for (const version of ['-1', 'x', '2147483648', '1.5']) {
    const answer = await office.get(`/v1/rules?version=${version}`)
    refused(t, answer, 400, 'invalid-request', { pointers: ['/query/version'] })
  }
  const versions = await allPages(admin, '/v1/rules/versions?limit=2')
  t.same(
    versions.map(({ version }) => version),
    [4, 3, 2, 1],
  )
  t.match(versions.at(-1), { setAt: '2026-03-02T01:00:00.000Z', setBy: { name: '阜阳 admin' } })
  t.same(await ok(foreign.admin.get('/v1/rules/versions')), { data: [], nextCursor: null })
  refused(t, await foreign.admin.get('/v1/rules?version=1'), 404, 'not-found')
})

t.test('two who set rules at once make two versions', async (t) => {
  const sets = [9, 10, 11, 12].map((receiptDays) => admin.put('/v1/rules', rulesWith({ receiptDays })))
  const versions = (await Promise.all(sets)).map(({ body }) => body.version)
  t.same(versions.sort(), [5, 6, 7, 8])
  t.match(await verifyChain(db, home.id), { ok: true })
})

t.test('setting rules with a key happens once', async (t) => {
  const headers = { 'idempotency-key': 'rules-1' }
  const first = await admin.put('/v1/rules', rulesWith({ receiptDays: 20 }), headers)
  await ok(admin.put('/v1/rules', rulesWith({ receiptDays: 21 })))
  const again = await admin.put('/v1/rules', rulesWith({ receiptDays: 20 }), headers)
  t.match(again, { status: 200, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.body, first.body)
  t.match(await ok(admin.get('/v1/rules')), { receiptDays: 21 })
  refused(t, await admin.put('/v1/rules', rulesWith(), headers), 422, 'key-reused')
})

t.test('what is left out or unknown is named, never kept or ignored', async (t) => {
  refused(t, await admin.put('/v1/rules', {}), 400, 'invalid-request', {
    // What came later than clients is kept as it is where they leave it out.
    pointers: Object.keys(RULES)
      .filter(
        (name) =>
          !/^(scoring|planning|notices|evidence|verification|rechecks|recurrence|publicIntake|documents)$/.test(name),
      )
      .map((name) => `/${name}`),
  })
  refused(t, await admin.put('/v1/rules', rulesWith({ laddder: [] })), 400, 'invalid-request', {
    pointers: ['/laddder'],
  })
})

const rung = (changes: Json) => ({ ...FIRST, ...changes })
const rungs = (count: number) => Array.from({ length: count }, (_, k) => rung({ rung: `r${k}`, days: k + 1 }))
const sending = (changes: Json) => ({ sending: { ...RULES.sending, ...changes } })
const bulletins = (changes: Json) => ({ bulletins: { ...RULES.bulletins, ...changes } })
const times = (changes: Json) => bulletins({ times: { ...RULES.bulletins.times, ...changes } })

const evidence = (changes: Json) => ({ evidence: { ...RULES.evidence, ...changes } })
const closure = (general: Json) => evidence({ closure: { ...RULES.evidence.closure, general } })

const documents = (changes: Json) => ({ documents: { ...RULES.documents, ...changes } })
const patterns = (changes: Json) => documents({ numberPatterns: { ...RULES.documents.numberPatterns, ...changes } })

const WRONG: [Json, string[]][] = [
  [documents({ issuer: '' }), ['/documents/issuer']],
  [documents({ issuer: '安委\r\nX: y' }), ['/documents/issuer']],
  ...['\r\n', '\n', '\u0000', '\u001b', '\u0085', '\u2028', '\u200b', '\t'].map((mark): [Json, string[]] => [
    patterns({ receipt: `送达${mark}〔{year}〕{n}号` }),
    ['/documents/numberPatterns/receipt'],
  ]),
  [bulletins({ numberPattern: '通报\r\n〔{year}〕{n}号' }), ['/bulletins/numberPattern']],
  [patterns({ receipt: '送达{n}号' }), ['/documents/numberPatterns/receipt']],
  [patterns({ letter: '函〔{year}〕{n}号' }), ['/documents/numberPatterns/letter']],
  [evidence({ maxDistanceM: 9 }), ['/evidence/maxDistanceM']],
  [evidence({ photos: 2 }), ['/evidence/photos']],
  [
    closure({ before: 1, during: 0, after: -1, document: 21 }),
    ['/evidence/closure/general/after', '/evidence/closure/general/document'],
  ],
  [closure({ before: 1, during: 0, after: 1 }), ['/evidence/closure/general/document']],
  [{ defaultDeadlines: { general: 0, major: 60 } }, ['/defaultDeadlines/general']],
  [{ defaultDeadlines: { general: 30, major: 2001 } }, ['/defaultDeadlines/major']],
  [{ defaultDeadlines: { general: 30 } }, ['/defaultDeadlines/major']],
  [{ defaultDeadlines: { general: 30, major: 60, minor: 5 } }, ['/defaultDeadlines/minor']],
  [{ warningDays: [0] }, ['/warningDays/0']],
  [{ warningDays: [7, 366] }, ['/warningDays/1']],
  [{ warningDays: [7, 7] }, ['/warningDays']],
  [{ warningDays: [1.5] }, ['/warningDays/0']],
  [{ warningRecipients: [] }, ['/warningRecipients']],
  [{ warningRecipients: ['unit', 'unit'] }, ['/warningRecipients']],
  [{ warningRecipients: ['mayor'] }, ['/warningRecipients/0']],
  [{ ladder: [rung({ rung: 'Talk' })] }, ['/ladder/0/rung']],
  [{ ladder: [rung({ rung: '7days' })] }, ['/ladder/0/rung']],
  [{ ladder: [rung({ rung: 'warning_9' })] }, ['/ladder/0/rung']],
  [{ ladder: [rung({ rung: 'x'.repeat(41) })] }, ['/ladder/0/rung']],
  [{ ladder: [rung({ days: 0 })] }, ['/ladder/0/days']],
  [{ ladder: [rung({ days: 3651 })] }, ['/ladder/0/days']],
  [{ ladder: [rung({ recipients: [] })] }, ['/ladder/0/recipients']],
  [{ ladder: [rung({ label: { zh: '通知', en: ' ' } })] }, ['/ladder/0/label/en']],
  [{ ladder: [FIRST, rung({ days: 2 })] }, ['/ladder/1/rung']],
  [{ ladder: [FIRST, rung({ rung: 'other' })] }, ['/ladder/1/days']],
  [{ ladder: [...REST, FIRST] }, ['/ladder/4/days']],
  [{ ladder: rungs(21) }, ['/ladder']],
  [{ signing: { workingDays: 0, recipients: ['unit'] } }, ['/signing/workingDays']],
  [{ progress: { days: 15, recipients: [] } }, ['/progress/recipients']],
  [{ receiptDays: 0 }, ['/receiptDays']],
  [sending({ from: '8:30' }), ['/sending/from']],
  [sending({ from: '24:00' }), ['/sending/from']],
  [sending({ to: '24:01' }), ['/sending/to']],
  [sending({ from: '17:30', to: '17:30' }), ['/sending/to']],
  [sending({ from: '17:30', to: '08:30' }), ['/sending/to']],
  [sending({ everyMinutes: 0 }), ['/sending/everyMinutes']],
  [{ language: 'zh' }, ['/language']],
  [bulletins({ numberPattern: '安办〔{year}〕号' }), ['/bulletins/numberPattern']],
  [bulletins({ numberPattern: '安办{n}号' }), ['/bulletins/numberPattern']],
  [bulletins({ numberPattern: '{year}{n}{month}' }), ['/bulletins/numberPattern']],
  [times({ daily: '25:00' }), ['/bulletins/times/daily']],
  [times({ weekly: { weekday: 0, at: '09:00' } }), ['/bulletins/times/weekly/weekday']],
  [times({ weekly: { weekday: 8, at: '09:00' } }), ['/bulletins/times/weekly/weekday']],
  [times({ monthly: { day: 29, at: '09:00' } }), ['/bulletins/times/monthly/day']],
]

t.test('rules that cannot hold are refused at the member that is wrong', async (t) => {
  const before = await ok(admin.get('/v1/rules'))
  for (const [changes, pointers] of WRONG) {
    refused(t, await admin.put('/v1/rules', rulesWith(changes)), 400, 'invalid-request', { pointers })
  }
  t.same(await ok(admin.get('/v1/rules')), before)
  const zh = await admin.put('/v1/rules', rulesWith({ warningDays: [7, 7] }), { 'accept-language': 'zh-CN' })
  t.match(zh.body.errors[0], { detail: '预警天数重复。' })
})

const RIGHT: Json[] = [
  { warningDays: [], ladder: [], signing: null, progress: null },
  { ladder: rungs(20) },
  { ladder: [rung({ days: 3650 })], warningDays: [365], defaultDeadlines: { general: 1, major: 2000 } },
  sending({ from: '00:00', to: '24:00', workingDaysOnly: false }),
  times({ daily: '08:00', weekly: { weekday: 7, at: '09:00' }, monthly: { day: 28, at: '23:59' } }),
  { ...bulletins({ numberPattern: '{n}/{year}' }), language: 'en' },
]

t.test('rules at their bounds hold', async (t) => {
  for (const changes of RIGHT) t.match(await ok(admin.put('/v1/rules', rulesWith(changes))), changes)
})

t.test('a new default deadline holds for what is listed from then on, and moves nothing', async (t) => {
  await ok(admin.put('/v1/rules', rulesWith({ defaultDeadlines: { general: 3, major: 6 } })))
  clock.now = '2026-03-02T01:00:00.000Z'
  const item = await itemIn('listed', home)
  t.match(item, { dueAt: '2026-03-05T15:59:59.999Z' })
  await ok(admin.put('/v1/rules', rulesWith()))
  clock.advance(DAY_MS)
  t.match(await ok(office.get(`/v1/items/${item.id}`)), { dueAt: item.dueAt })
  t.match(await itemIn('listed', home), { dueAt: '2026-04-15T15:59:59.999Z' }, '30 working days from 3 March')
})

t.test('rules from before a member was there have its default', async (t) => {
  const { everyMinutes: _, ...older } = RULES.sending
  const { signing: _1, ...rest } = rulesWith({ sending: older })
  await db.execute(`insert into rules (jurisdiction_id, version, data, set_at, set_by)
    values ('${foreign.id}', 1, '${JSON.stringify(rest)}', '${clock.now}', '${foreign.system.id}')`)
  t.match(await ok(foreign.admin.get('/v1/rules')), { version: 1, signing: { workingDays: 3 }, sending: RULES.sending })
})
