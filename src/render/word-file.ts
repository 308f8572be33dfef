import {
  createDefaultPlugins,
  officeMarkup,
  type ScopeData,
  type Tag,
  TagPlacement,
  type TemplateContent,
  type TemplateData,
  TemplateHandler,
  TextPlugin,
  xml,
} from 'easy-template-x'
import { TEXT_WIDTH_PT } from './measures.js'
import { isPicture, type Picture, type Value, type Values } from './values.js'

/** Pictures stand two in a row. */
const PICTURE = { width: (TEXT_WIDTH_PT / 2 - 14) * (96 / 72), height: 240 }

/** The size of a picture that fits into a box, in the box’s unit. */
export function fitted({ width, height }: Picture, box: { width: number; height: number }) {
  const scale = Math.min(box.width / width, box.height / height)
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
}

/** Fills a Word template in. What the values hold is text, whatever it looks like. */
export async function wordFileOf(template: Buffer, values: Values): Promise<Buffer> {
  return createWordHandler().process(template, contentOf(values))
}

export function createWordHandler(): TemplateHandler {
  const plugins = createDefaultPlugins().map((plugin) => (plugin instanceof TextPlugin ? new LinesPlugin() : plugin))
  return new TemplateHandler({ plugins, maxXmlDepth: 200 })
}

function contentOf(values: Values): TemplateData {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, wordValue(value)]))
}

function wordValue(value: Value | undefined): TemplateContent | TemplateData[] {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (!isPicture(value)) return value.map(contentOf)
  const { bytes, mediaType } = value
  return { _type: 'image', source: Buffer.from(bytes), format: mediaType, ...fitted(value, PICTURE) } as TemplateContent
}

/** The library’s own puts further lines at the end of the run, behind what follows the placeholder in it. */
class LinesPlugin extends TextPlugin {
  override simpleTagReplacements(tag: Tag, data: ScopeData): void {
    const value = data.getScopeData()
    const lines = typeof value === 'string' ? value.split('\n') : []
    if (tag.placement !== TagPlacement.TextNode || lines.length < 2) {
      super.simpleTagReplacements(tag, data)
      return
    }
    const [first = '', ...rest] = lines
    const wordText = officeMarkup.query.containingTextNode(tag.xmlTextNode)
    tag.xmlTextNode.textContent = first
    officeMarkup.modify.setSpacePreserveAttribute(wordText)
    let last = wordText as Parameters<typeof xml.modify.insertAfter>[0]
    for (const line of rest) {
      const text = xml.create.generalNode('w:t', { childNodes: [xml.create.textNode(line)] })
      officeMarkup.modify.setSpacePreserveAttribute(text)
      for (const node of [xml.create.generalNode('w:br'), text]) {
        xml.modify.insertAfter(node, last)
        last = node
      }
    }
  }
}
