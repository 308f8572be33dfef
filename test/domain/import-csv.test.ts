import fc from 'fast-check'
import { readCsv } from '../../src/import/csv.js'
import { t } from '../helpers/tap.js'

type Dialect = Parameters<typeof readCsv>[1]

const COMMA: Dialect = { encoding: 'utf-8', delimiter: ',', quote: '"' }

async function* chunksOf(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function rowsOf(text: string | Buffer, dialect: Partial<Dialect> = {}, size = 65_536) {
  const rows: { line: number; record: readonly string[]; isOpenQuote: boolean }[] = []
  for await (const row of readCsv(chunksOf(Buffer.from(text), size), { ...COMMA, ...dialect })) rows.push(row)
  return rows
}

const shortOf = async (...args: Parameters<typeof rowsOf>) =>
  (await rowsOf(...args)).map(({ line, record, isOpenQuote }) => [line, ...record, ...(isOpenQuote ? ['OPEN'] : [])])

t.test('a row is known by the line at which it begins', async (t) => {
  const text = 'a,b\r\n1,"x\r\ny\nz"\r\n\r\n\r\n2,\n3,"q"\r4,5'
  t.same(await shortOf(text), [
    [1, 'a', 'b'],
    [2, '1', 'x\r\ny\nz'],
    [7, '2', ''],
    [8, '3', 'q'],
    [9, '4', '5'],
  ])
})

t.test('quotation marks are read as people write them', async (t) => {
  t.same(await shortOf('"a","b ""c"" d",""'), [[1, 'a', 'b "c" d', '']])
  t.same(await shortOf('5" pipe,he said "no"'), [[1, '5" pipe', 'he said "no"']], 'inside a value they are part of it')
  t.same(await shortOf('"x"y,z'), [[1, '"x"y', 'z']], 'a value that goes on after them is taken as it stands')
  t.same(await shortOf('"a",b', { quote: 'none' }), [[1, '"a"', 'b']])
  t.same(await shortOf("'a, b',c", { quote: "'" }), [[1, 'a, b', 'c']])
  t.same(await shortOf('a\tb;c', { delimiter: '\t' }), [[1, 'a', 'b;c']])
})

t.test('a quotation mark that is never closed costs its own line and no other', async (t) => {
  t.same(await shortOf('a,b\n1,"open\n2,x\n3,y\n'), [
    [1, 'a', 'b'],
    [2, '1,"open', 'OPEN'],
    [3, '2', 'x'],
    [4, '3', 'y'],
  ])
  t.same(
    await shortOf('a,b\n1,"open\n2,"x"\n3,y\n'),
    [
      [1, 'a', 'b'],
      [2, '1,"open', 'OPEN'],
      [3, '2', 'x'],
      [4, '3', 'y'],
    ],
    'also when a later row has quotation marks of its own',
  )
  const long = `a,b\n1,"open\n${'2,x\n'.repeat(100_000)}`
  const rows = await rowsOf(long)
  t.equal(rows.length, 100_002, 'also when the file is long')
  t.equal(rows.filter((row) => row.isOpenQuote).length, 1)
})

t.test('every encoding is read, with and without a byte order mark', async (t) => {
  const rows = [
    [1, '编号', '位置'],
    [2, 'A1', '颍州区'],
  ]
  const text = '编号,位置\nA1,颍州区\n'
  t.same(await shortOf(text), rows)
  t.same(await shortOf(`\ufeff${text}`), rows)
  t.same(await shortOf(Buffer.from(`\ufeff${text}`, 'utf16le'), { encoding: 'utf-16le' }), rows)
  // 编号,位置 and A1,颍州区 in GB 18030.
  const gb = Buffer.from('b1e0bac52ccebbd6c30a41312cf2a3d6ddc7f80a', 'hex')
  t.same(await shortOf(gb, { encoding: 'gb18030' }), rows)
  t.match(await shortOf(gb), [[1, /\ufffd/, /\ufffd/]], 'the wrong encoding shows')
})

t.test('the size of the pieces in which a file comes makes no difference', async (t) => {
  const value = fc.stringMatching(/^[a,"\r\n 临]{0,6}$/)
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(value, { minLength: 2, maxLength: 3 })),
      fc.integer({ min: 1, max: 9 }),
      async (table, size) => {
        const text = table.map((row) => row.map(quoted).join(',')).join('\r\n')
        const whole = await rowsOf(text)
        t.strictSame(
          whole.map((row) => row.record),
          table,
        )
        t.strictSame(await rowsOf(text, {}, size), whole)
      },
    ),
    { numRuns: 200 },
  )
  const torn = 'a,b\n1,"open\r\n2,"x"y\r\r\n3,"z""\n""w"\n"",q"\n'
  const whole = await rowsOf(torn)
  for (let size = 1; size < torn.length; size++) t.same(await rowsOf(torn, {}, size), whole, `pieces of ${size}`)
})

t.test('a file that is no list is refused, and an empty one has no rows', async (t) => {
  await t.rejects(rowsOf(Buffer.alloc(2_000_000, 'x')), { code: 'invalid-request' })
  t.same(await rowsOf(''), [])
  t.same(await rowsOf('\ufeff\r\n\n'), [])
})
