/**
 * Reads a CSV as strictly as RFC 4180 is written, and knows nothing of what the service writes with: a value without
 * quotation marks holds none, no comma and neither half of a line end; every record ends in CRLF and has as many values as
 * the first.
 * @throws Error that names the record.
 */
export function strictCsv(bytes: Buffer): string[][] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const records: string[][] = []
  let [at, record] = [0, [] as string[]]
  while (at < text.length) {
    const { value, end } = text[at] === '"' ? quoted(text, at) : bare(text, at)
    record.push(value)
    if (text[end] === ',') {
      at = end + 1
      continue
    }
    if (text.slice(end, end + 2) !== '\r\n') throw new Error(`record ${records.length + 1} has a stray line end`)
    records.push(record)
    ;[at, record] = [end + 2, []]
  }
  if (record.length > 0) throw new Error('the last record is not ended')
  const wrong = records.findIndex(({ length }) => length !== records[0]?.length)
  if (wrong !== -1) throw new Error(`record ${wrong + 1} has ${records[wrong]?.length} values`)
  return records
}

function bare(text: string, from: number) {
  const end = from + text.slice(from).search(/[,\r\n]/)
  const value = text.slice(from, end)
  if (end < from || value.includes('"')) throw new Error(`${JSON.stringify(value)} is not a value`)
  return { value, end }
}

function quoted(text: string, from: number) {
  const [whole, inner] = /^"((?:[^"]|"")*)"(?=[,\r])/.exec(text.slice(from)) ?? []
  if (whole === undefined || inner === undefined) throw new Error('a quotation mark is not closed')
  return { value: inner.replaceAll('""', '"'), end: from + whole.length }
}
