import { constants, inflateSync } from 'node:zlib'
import { Dictionary, Name, PdfReader, Reference, Text, type Thing, TooDeep } from './pdf-objects.js'

/** Why a PDF is not taken: it does something, brings files along, or cannot be looked into. */
export type PdfFault = 'active' | 'embedded' | 'hidden'

/** Names that stand for something that runs, wherever they are (ISO 32000-1, 12.6.4, 12.7.8, 13.2 and 13.6). */
const ACTIVE_NAMES = new Set(['JavaScript', 'JS', 'XFA', 'RichMedia', 'RichMediaContent', 'RichMediaExecute'])
const PLAIN = ['/JavaScript', '/Launch', '/RichMedia']
/** Names that stand for a file within the file. */
const EMBEDDED_NAMES = new Set(['EmbeddedFile', 'EmbeddedFiles', 'EF', 'FileAttachment'])
/** What an action or an annotation is that starts a program, sends, fetches, or opens another file. */
const ACTIONS = new Set([
  ...[
    'Launch',
    'SubmitForm',
    'ImportData',
    'GoToR',
    'GoToE',
    'Rendition',
    'Movie',
    'Sound',
    'GoTo3DView',
    '3D',
    'Thread',
  ],
])
/** Actions that lead within the file: what copiers and word processors write for the page to begin with. */
const HARMLESS = new Set(['GoTo', 'Named'])
/** An address of the web, of a person, or within the file: a reader opens it only when it is told to. */
const ADDRESS = /^\s*(?:(?:https?|mailto|tel|ftp):|[\w-]+(?:\.[\w-]+)+:\d|[^:\\]*(?:[/?#]|$))/i
/** Of all streams of objects together: they are small. */
const MAX_UNPACKED = 64 * 1_048_576
/** A file’s objects are each read once. One in which they lie within each other is made to take long. */
const READ_TIMES = 4
/** From what happens by itself to what that leads to. */
const MAX_CHAIN = 8
const MAX_STEPS = 100_000

interface Found {
  /** Every definition of an object: later ones take the place of earlier ones, and readers differ in which they find. */
  objects: Map<number, Thing[]>
  /** What happens by itself: values of OpenAction and AA. */
  automatic: Thing[]
  addresses: string[]
  isEncrypted: boolean
  /** Bytes that may still be read, and unpacked. */
  readable: number
  unpackable: number
  steps: number
}

/** What is wrong, found on the way. */
class Fault extends Error {
  readonly fault: PdfFault
  constructor(fault: PdfFault) {
    super(fault)
    this.fault = fault
  }
}

/**
 * Looks for what a PDF would run, start, send or bring along: in all objects that its bytes have, of all its versions and
 * wherever a table may find them, also in those packed into streams; by the names as they are meant. It takes time by its length.
 */
export function faultOfPdf(bytes: Buffer): PdfFault | undefined {
  // In plain sight, whatever it is part of.
  if (PLAIN.some((name) => isWritten(bytes, name))) return 'active'
  const found: Found = {
    ...{ objects: new Map(), automatic: [], addresses: [], isEncrypted: false },
    ...{ readable: READ_TIMES * (bytes.length + MAX_UNPACKED / 16), unpackable: MAX_UNPACKED, steps: MAX_STEPS },
  }
  try {
    for (const { number, at } of objectsIn(bytes)) readObject(bytes, number, at, found)
    const isHarmless = found.automatic.every((thing) => isWithin(thing, found, 0))
    // What is encrypted says nothing here of where it leads, and a reader asks before it goes there.
    const areAddresses = found.isEncrypted || found.addresses.every((address) => ADDRESS.test(address))
    return isHarmless && areAddresses ? undefined : 'active'
  } catch (err) {
    if (err instanceof Fault) return err.fault
    if (err instanceof TooDeep) return 'hidden'
    throw err
  }
}

function isWritten(bytes: Buffer, name: string): boolean {
  for (let at = bytes.indexOf(name, 0, 'latin1'); at >= 0; at = bytes.indexOf(name, at + 1, 'latin1')) {
    if (!/\w/.test(String.fromCharCode(bytes[at + name.length] ?? 0))) return true
  }
  return false
}

/** Where an object begins, `12 0 obj`, and where the dictionary of a trailer does. */
function* objectsIn(bytes: Buffer): Generator<{ number: number; at: number }> {
  for (let at = bytes.indexOf('obj', 0, 'latin1'); at >= 0; at = bytes.indexOf('obj', at + 3, 'latin1')) {
    const number = /(\d{1,10})[\s\0]+\d{1,10}[\s\0]*$/.exec(bytes.toString('latin1', Math.max(0, at - 48), at))?.[1]
    if (number !== undefined) yield { number: Number(number), at: at + 3 }
  }
  for (let at = bytes.indexOf('trailer', 0, 'latin1'); at >= 0; at = bytes.indexOf('trailer', at + 7, 'latin1')) {
    yield { number: -1, at: at + 7 }
  }
}

function readObject(bytes: Buffer, number: number, at: number, found: Found): void {
  const reader = new PdfReader(bytes, at)
  const thing = reader.object()
  found.readable -= reader.at - at + 1
  if (found.readable < 0) throw new Fault('hidden')
  look(thing, found)
  const before = found.objects.get(number)
  if (before === undefined) found.objects.set(number, [thing])
  else before.push(thing)
  const isPacked = thing instanceof Dictionary && holdsObjects(thing) && reader.takes('stream')
  if (isPacked) readPacked(bytes, reader.at, thing, found)
}

/** By its type, and by what a reader needs to find objects in it. */
function holdsObjects(dictionary: Dictionary): boolean {
  const isNamed = dictionary.all('Type').some((type) => type instanceof Name && type.name === 'ObjStm')
  return isNamed || (dictionary.all('First').length > 0 && dictionary.all('N').length > 0)
}

function readPacked(bytes: Buffer, at: number, dictionary: Dictionary, found: Found): void {
  const from = bytes[at] === 13 && bytes[at + 1] === 10 ? at + 2 : at + 1
  const unpacked = unpackedOf(bytes.subarray(from), dictionary, found.unpackable)
  const [first] = dictionary.all('First')
  if (unpacked === undefined || typeof first !== 'number') throw new Fault('hidden')
  found.unpackable -= unpacked.length
  const numbers = unpacked.toString('latin1', 0, Math.min(first, unpacked.length)).match(/\d+/g)?.map(Number) ?? []
  for (let k = 0; k + 1 < numbers.length; k += 2) {
    const [number = 0, offset = 0] = numbers.slice(k, k + 2)
    if (first + offset < unpacked.length) readObject(unpacked, number, first + offset, found)
  }
}

/** The bytes of a stream of objects; undefined where they cannot be read: encrypted, or packed as none are. */
function unpackedOf(content: Buffer, dictionary: Dictionary, left: number): Buffer | undefined {
  const said = (...keys: string[]) =>
    keys.flatMap((key) => dictionary.all(key)).flatMap((value) => (Array.isArray(value) ? value : [value]))
  const parameters = said('DecodeParms', 'DP', 'F', 'FFilter').filter((value) => value !== null)
  const filters = said('Filter').filter((value) => value !== null)
  if (parameters.length > 0 || filters.length > 1) return undefined
  const [only] = filters
  if (only === undefined) return content
  if (!(only instanceof Name) || !['FlateDecode', 'Fl'].includes(only.name)) return undefined
  try {
    // It says itself where it ends. What was cut off is read as far as it goes, as readers do.
    return inflateSync(content, { maxOutputLength: Math.max(1, left), finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return undefined
  }
}

function look(thing: Thing, found: Found): void {
  if (thing instanceof Name) lookAtName(thing.name)
  else if (Array.isArray(thing)) for (const one of thing) look(one, found)
  else if (thing instanceof Dictionary) for (const [key, value] of thing.entries) lookAtEntry(key, value, found)
}

function lookAtEntry(key: string, value: Thing, found: Found): void {
  lookAtName(key)
  look(value, found)
  if ((key === 'S' || key === 'Subtype') && value instanceof Name && ACTIONS.has(value.name)) throw new Fault('active')
  if (key === 'OpenAction' || key === 'AA') found.automatic.push(value)
  if (key === 'Encrypt') found.isEncrypted = true
  if (key === 'URI' && value instanceof Text) found.addresses.push(plain(value.text))
}

function lookAtName(name: string): void {
  if (ACTIVE_NAMES.has(name)) throw new Fault('active')
  if (EMBEDDED_NAMES.has(name)) throw new Fault('embedded')
}

/** A text that may be in UTF-16. */
function plain(text: string): string {
  return text.startsWith('\xfe\xff') ? text.slice(2).replaceAll('\0', '') : text
}

/** Whether what happens by itself only leads within the file, or is no action at all. */
function isWithin(thing: Thing, found: Found, depth: number): boolean {
  if (depth > MAX_CHAIN || --found.steps < 0) return false
  if (thing instanceof Reference) {
    return (found.objects.get(thing.object) ?? []).every((one) => isWithin(one, found, depth + 1))
  }
  if (!(thing instanceof Dictionary)) return true
  return thing.entries.every(([key, value]) => {
    if (key === 'S') return value instanceof Name && HARMLESS.has(value.name)
    const next = key === 'Next' && Array.isArray(value) ? value : [value]
    return next.every((one) => isWithin(one, found, depth + 1))
  })
}
