import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

// As much of curl as the lessons use, for a machine that has none: `-s -i -X -H -d`, and `-d @file`.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    include: { type: 'boolean', short: 'i' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd' },
  },
})
const [url = ''] = positionals
const { data, include, request = data === undefined ? 'GET' : 'POST' } = values
// A file's line ends are left out, as curl does.
const body = data?.startsWith('@') ? readFileSync(data.slice(1), 'utf8').replace(/[\r\n]/g, '') : data
const headers = new Headers(
  values.header.map((line): [string, string] => /^([^:]*):\s*(.*)$/.exec(line)?.slice(1) as [string, string]),
)
const answer = await fetch(url, { method: request, headers, ...(body !== undefined && { body }) })
if (include) {
  const lines = [...answer.headers].map(([name, value]) => `${name}: ${value}`)
  process.stdout.write(`${[`HTTP/1.1 ${answer.status} ${answer.statusText}`, ...lines].join('\r\n')}\r\n\r\n`)
}
process.stdout.write(await answer.text())
