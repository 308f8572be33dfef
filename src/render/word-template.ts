import { html } from 'ghtml'
import { pack, unpack } from './archive.js'
import { LOOKS } from './looks.js'
import { RED, redHeadSize } from './measures.js'
import { cleanText } from './values.js'

/** Whose a paper is, as its Word file says. */
export interface Owner {
  title: string
  issuer: string
  /** RFC 3339; null for a template. */
  issuedAt: string | null
}

const MAIN = 'word/document.xml'
const PROPERTIES = 'docProps/core.xml'

/** A template of the service’s own for an issuer: the name in its properties, and the red head in the size that the name needs. */
export async function ownTemplate(template: Buffer, owner: Owner): Promise<Buffer> {
  const parts = await unpack(template)
  const head = redHeadRun(redHeadSize(owner.issuer))
  const main = parts[MAIN]?.toString('utf8').replaceAll(redHeadRun(LOOKS.redHead.sizePt), head) ?? ''
  return pack({ ...parts, [MAIN]: Buffer.from(main), [PROPERTIES]: Buffer.from(propertiesOf(owner)) })
}

/** What of the red head’s look no other text has: what it will say is known, though the template only names it. */
function redHeadRun(sizePt: number): string {
  return `<w:color w:val="${RED}"/><w:sz w:val="${sizePt * 2}"/><w:szCs w:val="${sizePt * 2}"/>`
}

const NAMESPACES = [
  'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"',
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
  'xmlns:dcterms="http://purl.org/dc/terms/"',
  'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
].join(' ')

/** ECMA-376-2, section 11. */
function propertiesOf({ title, issuer, issuedAt }: Owner): string {
  const date = (name: string) =>
    issuedAt === null ? '' : `<dcterms:${name} xsi:type="dcterms:W3CDTF">${issuedAt}</dcterms:${name}>`
  const by = cleanText(issuer)
  const said = html`<dc:title>${cleanText(title)}</dc:title><dc:creator>${by}</dc:creator><cp:lastModifiedBy>${by}</cp:lastModifiedBy>`
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties ${NAMESPACES}>${said}${date('created')}${date('modified')}</cp:coreProperties>`
}
