import { posix } from 'node:path'
import type { Words } from '../domain/rejection.js'
import type { Parts } from './archive.js'
import { type Opened, XmlFault } from './word-xml.js'

const ACTIVE_RELATION =
  /\/(vbaProject|wordVbaData|control|activeXControlBinary|oleObject|package|aFChunk|subDocument|attachedTemplate|frame|externalLink\w*|keyMapCustomizations|attachedToolbars)\s*$/i
export const ACTIVE: Words = { zh: '含宏、控件或嵌入对象', en: 'has macros, controls or embedded objects' }
export const OUTSIDE: Words = { zh: '引用外部文件或网址', en: 'refers to a file or an address outside' }

/** Reads a part’s relations: each leads to another part of the file, and to nothing that runs. */
export function createRelationReader(name: string, parts: Parts) {
  const there = new Set(Object.keys(parts).map((part) => part.toLowerCase()))
  // `word/_rels/document.xml.rels` is about a part in `word`.
  const folder = posix.dirname(posix.dirname(name))
  return {
    open({ name: element, attributes }: Opened): void {
      if (element !== 'Relationship') return
      if (/^\s*internal\s*$/i.test(attributes.get('TargetMode') ?? 'internal') === false) throw new XmlFault(OUTSIDE)
      if (ACTIVE_RELATION.test(attributes.get('Type') ?? '')) throw new XmlFault(ACTIVE)
      const target = attributes.get('Target') ?? ''
      if (!there.has(placeOf(folder, target).toLowerCase())) throw new XmlFault(outside(target))
    },
  }
}

/** The part that a target means, as it would be named in the archive; of one that leads out, nothing that could be there. */
function placeOf(folder: string, target: string): string {
  // A reader may take this for a separator, and the name for another machine’s.
  if (target.includes('\\')) return ''
  let path: string
  try {
    path = decodeURI(target)
  } catch {
    return ''
  }
  const isAbsolute = path.startsWith('/')
  return posix.normalize(isAbsolute ? path.slice(1) : posix.join(folder, path))
}

function outside(target: string): Words {
  const shown = target.slice(0, 80)
  return {
    zh: `引用的“${shown}”不在文件内（${OUTSIDE.zh}）`,
    en: `refers to “${shown}”, which is not in the file (${OUTSIDE.en})`,
  }
}
