import { SaxesParser } from 'saxes'
import type { Words } from '../domain/rejection.js'

/** An element’s beginning. Names are without their prefixes: a file gives Word’s names whatever prefix it likes. */
export interface Opened {
  name: string
  attributes: ReadonlyMap<string, string>
}

/** What is made of a part as it is read, from its beginning to its end. */
export interface Reader {
  open?(element: Opened): void
  close?(name: string): void
  text?(text: string): void
}

/** Why a part is not read any further. */
export class XmlFault extends Error {
  readonly words: Words

  constructor(words: Words) {
    super(words.en)
    this.words = words
  }
}

/** Word’s own files have some forty: most of them name spaces at the root. */
const MAX_ATTRIBUTES = 200
/** Tables within tables come to a few dozen. */
export const MAX_DEPTH = 200

/**
 * Reads a part by a strict parser, tag by tag, in time that grows with its length alone.
 * @throws XmlFault for what is no well-formed XML 1.0, has a DTD or CDATA, or goes beyond the limits
 */
export function readXml(xml: string, reader: Reader): void {
  const parser = new SaxesParser({ defaultXMLVersion: '1.0', forceXMLVersion: true })
  const open: string[] = []
  const prefixes = createPrefixes()
  let attributes = new Map<string, string>()
  let count = 0
  const refuse = () => {
    throw new XmlFault(DTD)
  }
  parser.on('error', ({ message }) => {
    throw new XmlFault(malformed(message))
  })
  parser.on('doctype', refuse)
  parser.on('cdata', refuse)
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (!/^utf-8$/i.test(encoding)) refuse()
  })
  parser.on('attribute', ({ name, value }) => {
    // Also of one name: the parser finds the repetition at the end of the tag.
    if (++count > MAX_ATTRIBUTES) throw new XmlFault(CROWDED)
    attributes.set(name, value)
  })
  parser.on('opentag', ({ name }) => {
    open.push(name)
    if (open.length > MAX_DEPTH) throw new XmlFault(DEEP)
    prefixes.open(name, attributes)
    reader.open?.({ name: localOf(name), attributes: localised(attributes) })
    attributes = new Map()
    count = 0
  })
  parser.on('closetag', ({ name }) => {
    open.pop()
    prefixes.close()
    reader.close?.(localOf(name))
  })
  if (reader.text !== undefined) parser.on('text', reader.text)
  parser.write(xml).close()
  // What was looked for goes first: it says more of the file than that Word would not open it.
  const unbound = prefixes.unbound()
  if (unbound !== undefined) throw new XmlFault(malformed(`unbound prefix: ${unbound}`))
}

/** Prefixes that are used without a declaration (Namespaces in XML 1.0, section 5): Word does not open such a file. */
function createPrefixes() {
  const bound = new Map([['xml', 1]])
  const declared: string[][] = []
  let unbound: string | undefined
  return {
    open(name: string, attributes: ReadonlyMap<string, string>): void {
      const own = [...attributes.keys()].flatMap((key) => (key.startsWith('xmlns:') ? [key.slice(6)] : []))
      declared.push(own)
      for (const prefix of own) bound.set(prefix, (bound.get(prefix) ?? 0) + 1)
      for (const used of [name, ...attributes.keys()]) {
        const prefix = used.slice(0, Math.max(0, used.indexOf(':')))
        if (prefix !== '' && prefix !== 'xmlns' && !bound.get(prefix)) unbound ??= prefix
      }
    },
    close(): void {
      for (const prefix of declared.pop() ?? []) bound.set(prefix, (bound.get(prefix) ?? 1) - 1)
    },
    unbound: () => unbound,
  }
}

function localOf(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** Of two that differ by their prefix alone both count: they are put together. */
function localised(attributes: ReadonlyMap<string, string>): Map<string, string> {
  const named = new Map<string, string>()
  for (const [name, value] of attributes) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue
    const local = localOf(name)
    const before = named.get(local)
    named.set(local, before === undefined ? value : `${before}\n${value}`)
  }
  return named
}

// Entities could be another file of this machine, or a thousand million of themselves.
const DTD: Words = {
  zh: '含 DTD、实体声明或 CDATA，或不是 UTF-8 编码',
  en: 'has a DTD, entities, or CDATA, or is not UTF-8',
}
const CROWDED: Words = {
  zh: `有元素的属性超过 ${MAX_ATTRIBUTES} 个`,
  en: `has an element of over ${MAX_ATTRIBUTES} attributes`,
}
const DEEP: Words = { zh: `嵌套超过 ${MAX_DEPTH} 层`, en: `is nested over ${MAX_DEPTH} deep` }

function malformed(message: string): Words {
  const where = message.slice(0, 120)
  return { zh: `不是格式良好的 XML（${where}）`, en: `is no well-formed XML (${where})` }
}
