import { createHash } from 'node:crypto'
import type { DocumentSettings } from '../config/settings.js'
import type { DocumentKind } from '../domain/item/document.js'
import type { Fonts } from '../render/fonts.js'
import type { MissingGlyphs } from '../render/glyphs.js'
import { loadPaper } from '../render/load.js'
import type { About } from '../render/pdf.js'
import { cleanValues, type Values } from '../render/values.js'
import { type Converter, createConverter } from './converter.js'
import { FORMS } from './forms/index.js'
import { shippedTemplate } from './forms/template.js'
import { type GlyphChoice, requireGlyphs } from './glyphs.js'
import { filledTemplate } from './word.js'

export const DOCUMENT_FORMATS = ['docx', 'pdf'] as const
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number]

export interface Maker {
  fonts: () => Promise<Fonts>
  converter: Converter | undefined
}

/** A paper’s files, and what its PDF could not show. */
export interface Made {
  files: MadeFile[]
  missing: MissingGlyphs[]
}

export interface MadeFile {
  format: DocumentFormat
  content: Buffer
  sha256: string
}

/** Fonts are opened by the first paper, or, where the operator has named some, at once: a wrong file must be seen then. */
export async function createMaker({ fontsDir, converterUrl }: DocumentSettings): Promise<Maker> {
  let opened: Promise<Fonts> | undefined
  const fonts = () => {
    opened ??= loadPaper().then(({ openFonts }) => openFonts(fontsDir))
    return opened
  }
  if (fontsDir !== undefined) await fonts()
  return { fonts, converter: converterUrl === undefined ? undefined : createConverter(converterUrl) }
}

/**
 * Makes a paper's files. From the service's own description both; from an office's Word file, a PDF only where there is a
 * converter: one of our own making would differ from what the office designed.
 */
export async function makeFiles(
  maker: Maker,
  { kind, template, glyphs }: { kind: DocumentKind; template: Buffer | null; glyphs: GlyphChoice },
  given: Values,
  about: About,
): Promise<Made> {
  const { missingGlyphs, ownTemplate, pdfOf, wordFileOf } = await loadPaper()
  const values = cleanValues(given)
  const blocks = FORMS[kind]
  // Another's fonts are not known here: those of whoever opens a Word file, or of the converter.
  const missing = template === null ? missingGlyphs(blocks, values, await maker.fonts()) : []
  requireGlyphs(missing, glyphs)
  const word =
    template === null
      ? await wordFileOf(await ownTemplate(await shippedTemplate(kind), about), values)
      : await filledTemplate(template, values)
  const pdf =
    template === null ? await pdfOf(blocks, values, about, await maker.fonts()) : await maker.converter?.(word)
  return { files: [made('docx', word), ...(pdf === undefined ? [] : [made('pdf', pdf)])], missing }
}

function made(format: DocumentFormat, content: Buffer): MadeFile {
  return { format, content, sha256: createHash('sha256').update(content).digest('hex') }
}
