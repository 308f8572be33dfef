import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { DocumentKind } from '../../domain/item/document.js'

const read = new Map<DocumentKind, Promise<Buffer>>()

/** The Word template of a kind that the service brings; `templates/maker` has made it of the kind's form. */
export function shippedTemplate(kind: DocumentKind): Promise<Buffer> {
  const known = read.get(kind)
  if (known !== undefined) return known
  const file = readFile(fileURLToPath(new URL(`../../../../templates/${kind}.docx`, import.meta.url)))
  read.set(kind, file)
  return file
}
