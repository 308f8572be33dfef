// The parts of a workbook that do not depend on its rows (ECMA-376-1, SpreadsheetML).

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
export const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
export const OPEN_WORKSHEET = `${XML}<worksheet xmlns="${MAIN}" xmlns:r="${DOCUMENT}">`

/** The cell formats, by their place in `cellXfs` below. */
export const STYLE = {
  plain: 0,
  heading: 1,
  time: 2,
  whole: 3,
  decimal: 4,
  text: 5,
  title: 6,
  label: 7,
  wrapped: 8,
  degrees: 9,
} as const

const FONT = '<name val="等线"/><family val="2"/><charset val="134"/>'
const TOP = '<alignment vertical="top"/>'
const WRAPPED = '<alignment vertical="top" wrapText="1"/>'
const xf = (format: number, font: number, fill: number, alignment: string) =>
  `<xf numFmtId="${format}" fontId="${font}" fillId="${fill}" borderId="${fill === 0 ? 0 : 1}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">${alignment}</xf>`

/** Text cells have the text format (49): what is typed over them stays text, and no formula comes of it. */
const STYLES = `${XML}<styleSheet xmlns="${MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="165" formatCode="0.000000"/></numFmts>
<fonts count="4"><font><sz val="11"/>${FONT}</font><font><b/><sz val="11"/><color rgb="FFFFFFFF"/>${FONT}</font>
<font><b/><sz val="18"/>${FONT}</font><font><b/><sz val="11"/>${FONT}</font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FF1F4E78"/><bgColor indexed="64"/></patternFill></fill></fills>
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>
<border><left style="thin"><color rgb="FFFFFFFF"/></left><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="10">${xf(0, 0, 0, TOP)}${xf(0, 1, 2, '<alignment horizontal="center" vertical="center" wrapText="1"/>')}
${xf(164, 0, 0, TOP)}${xf(1, 0, 0, TOP)}${xf(4, 0, 0, TOP)}${xf(49, 0, 0, TOP)}${xf(0, 2, 0, '<alignment vertical="center"/>')}
${xf(0, 3, 0, TOP)}${xf(49, 0, 0, WRAPPED)}${xf(165, 0, 0, TOP)}</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

/** A worksheet of the workbook; a list has the range that its headings, filters and rows take. */
export interface Worksheet {
  name: string
  range?: string
}

/** All parts beside the worksheets, which are `sheet1.xml` and on, in the order in which they are shown. */
export function partsOf(worksheets: readonly Worksheet[]): Record<string, string> {
  return {
    'xl/styles.xml': STYLES,
    'xl/workbook.xml': workbookOf(worksheets),
    'xl/_rels/workbook.xml.rels': relationsOf([
      ...worksheets.map((_, k) => ['worksheet', `worksheets/sheet${k + 1}.xml`] as const),
      ['styles', 'styles.xml'],
    ]),
    '_rels/.rels': relationsOf([['officeDocument', 'xl/workbook.xml']]),
    '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${worksheets
      .map((_, k) => `<Override PartName="/xl/worksheets/sheet${k + 1}.xml" ContentType="${TYPE}.worksheet+xml"/>`)
      .join('')}</Types>`,
  }
}

/** The filters' ranges and the headings that are printed on every page are names of the workbook. */
function workbookOf(worksheets: readonly Worksheet[]): string {
  const sheets = worksheets.map(
    ({ name }, k) => `<sheet name="${escapeXml(name)}" sheetId="${k + 1}" r:id="rId${k + 1}"/>`,
  )
  const names = worksheets.flatMap(({ name, range }, k) => {
    if (range === undefined) return []
    const quoted = `'${escapeXml(name)}'!`
    const absolute = range.replace(/([A-Z]+)(\d+)/g, '$$$1$$$2')
    return [
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${k}" hidden="1">${quoted}${absolute}</definedName>`,
      `<definedName name="_xlnm.Print_Titles" localSheetId="${k}">${quoted}$1:$1</definedName>`,
    ]
  })
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheets>${sheets.join('')}</sheets><definedNames>${names.join('')}</definedNames></workbook>`
}

function relationsOf(targets: readonly (readonly [type: string, target: string])[]): string {
  const relations = targets.map(
    ([type, target], k) => `<Relationship Id="rId${k + 1}" Type="${DOCUMENT}/${type}" Target="${target}"/>`,
  )
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${relations.join('')}</Relationships>`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold.
const UNFIT = /[&<>"]|[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)/g
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/**
 * Text for XML. What XML 1.0 cannot hold is written as spreadsheets do, `_x000D_`, and what only looks so is kept from
 * being read as it (ECMA-376-1, section 22.9.2.19, ST_Xstring).
 */
export function escapeXml(text: string): string {
  return text.replace(
    UNFIT,
    (unfit) => ENTITIES[unfit] ?? `_x${unfit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  )
}
