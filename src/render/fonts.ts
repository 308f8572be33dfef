import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { create } from 'fontkit'
import type { Face } from './looks.js'

/** A font file, and what of it the layout must know. */
export interface FontFile {
  name: string
  path: string
  /** From the top of its letters to their bottom, in sizes. */
  lineHeight: number
  has(codePoint: number): boolean
}

export interface Fonts {
  /** The font of a kind of type, and those that stand in where it lacks a character. */
  of(face: Face): readonly FontFile[]
  all: readonly FontFile[]
}

const require = createRequire(import.meta.url)
/** The fonts that the service brings: 宋体 takes the place of 仿宋, which nobody gives away with all its characters. */
const SERIF = require.resolve('@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf')
const SERIF_BOLD = require.resolve('@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf')
const SANS = require.resolve('@expo-google-fonts/noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf')
const BUNDLED: Record<Face, string> = { fangsong: SERIF, biaosong: SERIF_BOLD, heiti: SANS, songti: SERIF }
/** One of the operator’s own for characters that no other has. */
const FALLBACK = 'fallback'

/**
 * Opens the fonts of papers: those of the folder, `fangsong.ttf` and so on (or .otf), before the bundled ones.
 * @throws Error that names the file which is no font.
 */
export function openFonts(folder: string | undefined): Fonts {
  const opened = new Map<string, FontFile>()
  const open = (path: string) => {
    const known = opened.get(path)
    if (known !== undefined) return known
    const font = openFont(path, `font${opened.size}`)
    opened.set(path, font)
    return font
  }
  const faces = Object.keys(BUNDLED) as Face[]
  const fallback = ownFont(folder, FALLBACK)
  const chains = faces.map((face) => {
    const paths = [ownFont(folder, face), BUNDLED[face], SERIF, fallback]
    return [face, [...new Set(paths)].filter((path) => path !== undefined).map(open)] as const
  })
  const byFace = new Map<Face, readonly FontFile[]>(chains)
  return { of: (face) => byFace.get(face) ?? [], all: [...opened.values()] }
}

function ownFont(folder: string | undefined, name: string): string | undefined {
  if (folder === undefined) return undefined
  return ['ttf', 'otf'].map((ending) => join(folder, `${name}.${ending}`)).find((path) => existsSync(path))
}

function openFont(path: string, name: string): FontFile {
  const font = create(readFileSync(path))
  if (!('characterSet' in font)) throw new Error(`${path}: a font file with one font is needed`)
  const { ascent, descent, unitsPerEm, characterSet } = font
  const characters = new Set(characterSet)
  return { name, path, lineHeight: (ascent - descent) / unitsPerEm, has: (codePoint) => characters.has(codePoint) }
}
