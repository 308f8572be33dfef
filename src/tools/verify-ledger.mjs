#!/usr/bin/env node
// Checks an exported ledger without the service: plain Node 18 or newer, no packages, one pass, flat memory.
//
//   curl -H 'Authorization: Bearer …' -H 'Accept: application/x-ndjson' https://…/v1/events > ledger.ndjson
//   node verify-ledger.mjs ledger.ndjson
//   node verify-ledger.mjs --head <hash noted earlier> < ledger.ndjson
//   node verify-ledger.mjs --from 501 --previous-hash <hash of event 500> since-500.ndjson
//
// It prints `ok <N> events, head <seq> <hash>`, with how many of them came without their data, or the first bad seq and why. Exit code 0: whole; 1: not what it claims
// to be; 2: nothing was checked (wrong call, no such file).
//
// A chain proves that nobody changed a part of it. Who can rewrite all of it can also compute all its hashes anew, and
// who cuts off its end leaves a shorter chain that is whole: only a head that was noted elsewhere (`--head`) shows that.
//
// THE FORMAT, to write this again in another language
//
// A ledger is the history of one jurisdiction. The export is UTF-8 text, one JSON object per event and line, each line
// ended by U+000A alone: U+2028 and U+2029 stand inside lines and end none. No filter on types, or the chain has holes.
//
//   {"jurisdiction": text, "seq": integer, "itemId": UUID or null, "itemCode": text or null,
//    "itemVersion": integer or null, "type": text, "at": "2026-11-22T01:30:00.000Z",
//    "actor": {"id": UUID, "name": text or null, "role": text}, "data": object or null,
//    "salt": 32 hex digits or null, "dataHash": 64, "previousHash": 64, "hash": 64}
//
// Hex digits are lower-case; under a hash stand the bytes that they mean. ‖ joins bytes, JCS(x) is the JSON of x after
// RFC 8785 as UTF-8. For every event:
//
//   seq           is 1 for the first event of a ledger, and one more than the seq before for every other;
//   previousHash  is the hash of the event before, and 32 zero bytes for the first;
//   dataHash      = SHA-256(salt ‖ JCS(data));
//   hash          = SHA-256(previousHash ‖ JCS({jurisdiction, seq, itemId, itemCode, itemVersion, type, at,
//                   actor: {id, role}, dataHash})), with all values as they stand on the line, dataHash as its hex text.
//
// Where the reader may not know what an event says, its "data" and "salt" are null, both: dataHash stands for them under the
// hash, so the chain is checked without them, and what they were can be checked when they are shown. An auditor's export
// has all of them.
//
// The actor's name is looked up when the line is made and is under no hash. Members that are not named here are none of
// the chain's business. `data` is committed to through a salted hash only, so that it can lawfully be erased later.
//
// RFC 8785 in short: no white space; the members of an object sorted by the UTF-16 code units of their names; strings
// with \" \\ \b \t \n \f \r, other characters below U+0020 as \u00xx in lower case, and everything else as itself;
// numbers as ECMAScript prints an IEEE 754 double (1e21 is 1e+21, -0 is 0, 4.50 is 4.5). JSON.stringify does all of
// it but the sorting.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'

const USAGE = `verify-ledger.mjs [file.ndjson] [--head <hash>] [--from <seq> --previous-hash <hash>]

  Checks an exported ledger, from the file or from standard input.
  --head           the hash that the last event must have, as it was noted elsewhere
  --from           the first seq of an export that does not begin with 1, and
  --previous-hash  the hash of the event before it`

const GENESIS = '0'.repeat(64)
const HASH = /^[0-9a-f]{64}$/
const SALT = /^[0-9a-f]{32}$/
/** Longer than any event can be: what comes without line ends is no ledger, and is not collected. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/** The ledger is not what it claims to be; the message says where. */
class Bad extends Error {}
/** The call is wrong. */
class Usage extends Error {}

try {
  const { file, first, previousHash, head } = readCall(process.argv.slice(2))
  const source = file === undefined ? process.stdin : createReadStream(file)
  const { events, withheld, last } = await verify(linesOf(source), first, previousHash)
  if (first === 1 && events === 0) throw new Bad('bad: no events; a ledger has at least its first')
  if (head !== undefined && head !== last.hash) {
    throw new Bad(`bad head: the export ends at seq ${last.seq} with ${last.hash}, not with ${head}`)
  }
  const without = withheld === 0 ? '' : ` (${withheld} without their data)`
  process.stdout.write(`ok ${events} events${without}, head ${last.seq} ${last.hash}\n`)
} catch (err) {
  process.stderr.write(`${err instanceof Error ? err.message : err}\n`)
  process.exitCode = err instanceof Bad ? 1 : 2
}

function readCall(args) {
  const string = { type: 'string' }
  const options = { head: string, from: string, 'previous-hash': string, help: { type: 'boolean', short: 'h' } }
  const { values, positionals } = parseCall({ args, options, allowPositionals: true })
  const { head, from = '1', 'previous-hash': previousHash = from === '1' ? GENESIS : undefined } = values
  if (values.help || positionals.length > 1) throw new Usage(USAGE)
  if (!/^[1-9]\d{0,15}$/.test(from)) throw new Usage(`--from: ${from} is no seq\n\n${USAGE}`)
  if (previousHash === undefined) throw new Usage(`--from needs --previous-hash\n\n${USAGE}`)
  for (const hash of [previousHash, head ?? GENESIS]) {
    if (!HASH.test(hash)) throw new Usage(`${hash} is not 64 lower-case hex digits\n\n${USAGE}`)
  }
  return { file: positionals[0], first: Number(from), previousHash, head }
}

function parseCall(call) {
  try {
    return parseArgs(call)
  } catch (err) {
    throw new Usage(`${err.message}\n\n${USAGE}`)
  }
}

/** Goes through the lines once. Throws Bad at the first event that does not fit. */
async function verify(lines, first, previousHash) {
  let last = { seq: first - 1, hash: previousHash, jurisdiction: undefined }
  let events = 0
  let withheld = 0
  for await (const line of lines) {
    const event = parse(line)
    const reason = event === undefined ? 'the line is no JSON object' : fault(event, last)
    if (reason !== undefined) throw new Bad(`bad seq ${last.seq + 1} (line ${events + 1}): ${reason}`)
    last = event
    events++
    if (event.data === null) withheld++
  }
  return { events, withheld, last }
}

/** Why the event cannot follow the one before; undefined when it does. */
function fault(event, before) {
  const { jurisdiction, seq, itemId, itemCode, itemVersion, type, at, actor, data, salt, dataHash } = event
  if (seq !== before.seq + 1) return `its seq is ${JSON.stringify(seq)}`
  if (typeof jurisdiction !== 'string' || jurisdiction !== (before.jurisdiction ?? jurisdiction)) {
    return `it is of jurisdiction ${JSON.stringify(jurisdiction)}`
  }
  const isWithheld = data === null && salt === null
  if (
    (!isWithheld && !SALT.test(salt)) ||
    ![dataHash, event.previousHash, event.hash].every((hash) => HASH.test(hash))
  ) {
    return 'salt or a hash is not lower-case hex of the right length'
  }
  if (event.previousHash !== before.hash) return 'its previousHash is not the hash of the event before'
  try {
    if (!isWithheld && sha256(Buffer.from(salt, 'hex'), canonical(data)) !== dataHash)
      return 'its data are not those of dataHash'
    const { id, role } = actor
    const header = { jurisdiction, seq, itemId, itemCode, itemVersion, type, at, actor: { id, role }, dataHash }
    if (sha256(Buffer.from(event.previousHash, 'hex'), canonical(header)) === event.hash) return undefined
    return 'its hash is not that of its content'
  } catch {
    return 'a member is missing or has no RFC 8785 form'
  }
}

function sha256(bytes, text) {
  return createHash('sha256').update(bytes).update(text, 'utf8').digest('hex')
}

/** RFC 8785. Throws for what has no such form: undefined, a number beyond the doubles, a lone surrogate. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    // The default order of sort() is that of UTF-16 code units.
    const names = Object.keys(value).sort()
    return `{${names.map((name) => `${canonical(name)}:${canonical(value[name])}`).join(',')}}`
  }
  const text = JSON.stringify(value)
  // JSON.stringify would make null of a number that is no double, and an escape of a lone surrogate.
  if (text === undefined || value === Infinity || value === -Infinity) throw new TypeError('no JSON value')
  if (typeof value === 'string' && /\\ud[89a-f]/.test(text.replaceAll('\\\\', '')))
    throw new TypeError('no Unicode text')
  return text
}

/** A JSON object; undefined for anything else, and where a name stands twice, which other readers may read otherwise. */
function parse(line) {
  try {
    const value = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    let written = 0
    for (const [, colon] of line.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)) if (colon !== undefined) written++
    return written === countMembers(value) ? value : undefined
  } catch {
    return undefined
  }
}

function countMembers(value) {
  if (typeof value !== 'object' || value === null) return 0
  const members = Object.values(value)
  return members.reduce((sum, member) => sum + countMembers(member), Array.isArray(value) ? 0 : members.length)
}

/** The lines of a stream, cut at U+000A only; the empty text for one that is no UTF-8, or does not end. */
async function* linesOf(stream) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let parts = []
  let length = 0
  const line = () => {
    const bytes = Buffer.concat(parts)
    parts = []
    length = 0
    try {
      return decoder.decode(bytes)
    } catch {
      return ''
    }
  }
  for await (const chunk of stream) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end))
      yield line()
      start = end + 1
    }
    parts.push(chunk.subarray(start))
    length += chunk.length - start
    if (length > MAX_LINE_BYTES) yield ''
  }
  if (length > 0) yield line()
}
