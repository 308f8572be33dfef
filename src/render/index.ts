// All that makes papers. It is loaded by `loadPaper`, and by nobody at once.
export { openFonts } from './fonts.js'
export { missingGlyphs } from './glyphs.js'
export { pdfOf } from './pdf.js'
export { wordFileOf } from './word-file.js'
export { ownTemplate } from './word-template.js'
