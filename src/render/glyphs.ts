import type { Block, Cell } from './blocks.js'
import type { FontFile, Fonts } from './fonts.js'
import { type Face, LOOKS } from './looks.js'
import { fontOf } from './pdf-text.js'
import { TABLES } from './table-looks.js'
import { scopesOf, type Values } from './values.js'

/** The characters of a field that no font has, each once. */
export interface MissingGlyphs {
  field: string
  characters: string[]
}

/** What of a paper’s values its PDF could only show as 〓: each as it is set, in the fonts of its place. */
export function missingGlyphs(blocks: readonly Block[], values: Values, fonts: Fonts): MissingGlyphs[] {
  const missing = new Map<string, Set<string>>()
  for (const { text, face, each } of textsOf(blocks)) {
    const names = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)
    for (const scope of names.length === 0 ? [] : scopesOf(values, each)) {
      for (const name of names) lookAt(name, scope[name], fonts.of(face), missing)
    }
  }
  return [...missing].map(([field, characters]) => ({ field, characters: [...characters] }))
}

function lookAt(name: string, value: Values[string], fonts: readonly FontFile[], missing: Map<string, Set<string>>) {
  if (typeof value !== 'string') return
  for (const character of value) {
    if (fontOf(character, fonts) !== undefined) continue
    const known = missing.get(name)
    if (known === undefined) missing.set(name, new Set([character]))
    else known.add(character)
  }
}

interface Placed {
  text: string
  face: Face
  each: string | undefined
}

function textsOf(blocks: readonly Block[]): Placed[] {
  return blocks.flatMap((block): Placed[] => {
    if (block.is === 'pageBreak') return []
    if (block.is === 'paragraph') return [{ text: block.text, face: LOOKS[block.look].face, each: block.each }]
    const { labelFace } = TABLES[block.look]
    return block.rows.flatMap(({ cells, each }) => cells.flatMap((cell) => cellTexts(cell, labelFace, each)))
  })
}

function cellTexts({ text, is, signed = [] }: Cell, labelFace: Face, each: string | undefined): Placed[] {
  const face: Face = is === 'label' ? labelFace : 'fangsong'
  return [{ text, face, each }, ...signed.map((line) => ({ text: line, face: 'fangsong' as const, each }))]
}
