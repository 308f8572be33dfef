import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { FORMS } from '../../src/documents/forms/index.js'
import { DOCUMENT_KINDS, DOCUMENT_NAMES } from '../../src/domain/item/document.js'
import { ownTemplate } from '../../src/render/word-template.js'
import { wordTemplateOf } from './template.js'

// Writes the Word templates that the service ships from the same description of which it makes PDFs.
for (const kind of DOCUMENT_KINDS) {
  const template = await ownTemplate(await wordTemplateOf(FORMS[kind]), {
    ...{ title: DOCUMENT_NAMES[kind].zh, issuer: '', issuedAt: null },
  })
  await writeFile(fileURLToPath(new URL(`../../../templates/${kind}.docx`, import.meta.url)), template)
}
