/** What the objects of a PDF are made of, as far as it matters to what they do; `true`, `null` and the like are null. */
export type Thing = Name | Text | Reference | Thing[] | Dictionary | number | null

export class Name {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export class Text {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export class Reference {
  readonly object: number
  constructor(object: number) {
    this.object = object
  }
}

/** Of a key that is there twice both values count: readers differ in which they take. */
export class Dictionary {
  readonly entries: [key: string, value: Thing][] = []
  all(key: string): Thing[] {
    return this.entries.filter(([name]) => name === key).map(([, value]) => value)
  }
}

/** The end of a group, `R`, `obj` and the like. */
class Word {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const [TAB, LF, FF, CR, SPACE] = [9, 10, 12, 13, 32]
const SPACES = new Set([0, TAB, LF, FF, CR, SPACE])
const DELIMITERS = new Set([...'()<>[]{}/%'].map((one) => one.charCodeAt(0)))
const [OPEN, CLOSE, PERCENT, BACKSLASH, LESS, MORE] = [40, 41, 37, 92, 60, 62]
const SLASH = 47
const BRACKET = 91
/** What a file has come to where it is nested so deep is no paper. */
const MAX_DEPTH = 100
/** Longer names and words are cut: none that is looked for is nearly so long. */
const MAX_WORD = 128
/** Enough of a text to see where an address leads. */
const MAX_TEXT = 2_048
/** Here an object that was never closed ends. */
const OUTSIDE = ['obj', 'endobj', 'stream', 'endstream', 'xref', 'trailer', 'startxref']

/** An object is nested too deep. */
export class TooDeep extends Error {}

/**
 * Reads an object of a PDF from a place on (ISO 32000-1, 7.2 and 7.3), each byte once. What is malformed is passed over, as
 * readers do that mend what they open.
 */
export class PdfReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  /** @throws TooDeep */
  object(): Thing {
    const first = this.#next(0)
    if (first instanceof Word) return null
    if (typeof first !== 'number') return first
    const here = this.#at
    const [second, third] = [this.#next(0), this.#next(0)]
    if (typeof second === 'number' && third instanceof Word && third.text === 'R') return new Reference(first)
    this.#at = here
    return first
  }

  /** Whether a word stands here; it is passed then. */
  takes(word: string): boolean {
    this.#skipSpace()
    const isHere = this.#bytes.toString('latin1', this.#at, this.#at + word.length) === word
    if (isHere) this.#at += word.length
    return isHere
  }

  #next(depth: number): Thing | Word {
    if (depth > MAX_DEPTH) throw new TooDeep()
    this.#skipSpace()
    const byte = this.#bytes[this.#at]
    if (byte === undefined) return new Word('')
    if (byte === SLASH) {
      this.#at++
      return new Name(nameOf(this.#word()))
    }
    if (byte === OPEN) return this.#text()
    if (byte === BRACKET) return this.#group(']', depth)
    const isDouble = this.#bytes[this.#at + 1] === byte
    if (byte === LESS) return isDouble ? this.#group('>>', depth) : this.#hex()
    if (byte === MORE && isDouble) {
      this.#at += 2
      return new Word('>>')
    }
    if (DELIMITERS.has(byte)) {
      this.#at++
      return new Word(String.fromCharCode(byte))
    }
    const word = this.#word()
    return /^[+-]?\d*\.?\d*$/.test(word) ? Number(word) : new Word(word)
  }

  /** Values up to the closing word; of a dictionary in pairs. */
  #group(close: string, depth: number): Thing[] | Dictionary {
    this.#at += close.length
    const values: Thing[] = []
    while (this.#at < this.#bytes.length) {
      const from = this.#at
      const value = this.#next(depth + 1)
      if (!(value instanceof Word)) values.push(value)
      else if (value.text === close) break
      else if (OUTSIDE.includes(value.text)) {
        this.#at = from
        break
      } else if (value.text === 'R') {
        const [object] = values.splice(-2)
        values.push(new Reference(typeof object === 'number' ? object : -1))
      } else if (value.text !== '') values.push(null)
    }
    return close === ']' ? values : dictionaryOf(values)
  }

  #skipSpace(): void {
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at] ?? 0
      if (byte === PERCENT) {
        while (this.#at + 1 < this.#bytes.length && !isLineEnd(this.#bytes[this.#at + 1])) this.#at++
      } else if (!SPACES.has(byte)) return
    }
  }

  #word(): string {
    const from = this.#at
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at] ?? 0
      if (SPACES.has(byte) || DELIMITERS.has(byte)) break
    }
    return this.#bytes.toString('latin1', from, Math.min(this.#at, from + MAX_WORD))
  }

  /** A text in brackets, which may have balanced ones in it. */
  #text(): Text {
    let text = ''
    let open = 0
    while (this.#at < this.#bytes.length) {
      const byte = this.#bytes[this.#at++] ?? 0
      if (byte === OPEN) open++
      else if (byte === CLOSE && --open === 0) break
      if (text.length > MAX_TEXT) this.#at += byte === BACKSLASH ? 1 : 0
      else text += byte === BACKSLASH ? this.#escaped() : String.fromCharCode(byte)
    }
    return new Text(text.slice(1))
  }

  #escaped(): string {
    const octal = /^[0-7]{1,3}/.exec(this.#bytes.toString('latin1', this.#at, this.#at + 3))?.[0]
    this.#at += octal?.length ?? 1
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
    const byte = this.#bytes[this.#at - 1]
    return isLineEnd(byte) ? '' : String.fromCharCode(byte ?? 0)
  }

  #hex(): Text {
    const from = this.#at + 1
    const end = this.#bytes.indexOf(MORE, from)
    const to = end < 0 ? this.#bytes.length : end
    this.#at = Math.min(to + 1, this.#bytes.length)
    const digits = this.#bytes.toString('latin1', from, Math.min(to, from + 2 * MAX_TEXT)).replace(/[^0-9a-f]/gi, '')
    return new Text(Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex').toString('latin1'))
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR
}

/** What stands where a key should is looked at all the same. */
function dictionaryOf(things: readonly Thing[]): Dictionary {
  const dictionary = new Dictionary()
  for (let k = 0; k < things.length; k++) {
    const key = things[k] ?? null
    if (key instanceof Name) dictionary.entries.push([key.name, things[++k] ?? null])
    else dictionary.entries.push(['', key])
  }
  return dictionary
}

/** A name as it is meant: any of its characters may be written as a number (7.3.5). */
function nameOf(written: string): string {
  return written.replace(/#([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
