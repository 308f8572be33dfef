/** A stretch of a template: literal texts and columns. An optional one is left out when one of its columns is empty. */
export interface Segment {
  optional: boolean
  pieces: readonly ({ text: string } | { column: string })[]
}

/**
 * Reads a template such as `Pothole[ at {final_address}]`: `{…}` is a column, `[…]` is left out when one of the columns
 * in it is empty. Undefined for stray or nested brackets, for a `[…]` without a column, and for no column at all.
 */
export function parseTemplate(template: string): readonly Segment[] | undefined {
  const segments = template
    .split(/(\[[^[\]]*\])/)
    .filter((part) => part !== '')
    .map((part) => segmentOf(part))
  const isSound = segments.every(
    ({ optional, pieces }) =>
      pieces.every((piece) => 'column' in piece || !/[[\]{}]/.test(piece.text)) && (!optional || hasColumn(pieces)),
  )
  return isSound && segments.some(({ pieces }) => hasColumn(pieces)) ? segments : undefined
}

/** The columns that a template names. */
export function columnsOfTemplate(segments: readonly Segment[]): string[] {
  return segments.flatMap(({ pieces }) => pieces.flatMap((piece) => ('column' in piece ? [piece.column] : [])))
}

/** The text that a template makes of a row. `cell` answers a column's value, '' where it is empty. */
export function fillTemplate(segments: readonly Segment[], cell: (column: string) => string): string {
  let text = ''
  for (const { optional, pieces } of segments) {
    const values = pieces.map((piece) => ('column' in piece ? cell(piece.column) : piece.text))
    if (optional && pieces.some((piece, k) => 'column' in piece && values[k] === '')) continue
    text += values.join('')
  }
  return text
}

function segmentOf(part: string): Segment {
  const optional = part.startsWith('[') && part.endsWith(']')
  const body = optional ? part.slice(1, -1) : part
  const pieces = body
    .split(/(\{[^{}]+\})/)
    .filter((piece) => piece !== '')
    .map((piece) => (/^\{[^{}]+\}$/.test(piece) ? { column: piece.slice(1, -1).trim() } : { text: piece }))
  return { optional, pieces }
}

function hasColumn(pieces: Segment['pieces']): boolean {
  return pieces.some((piece) => 'column' in piece)
}
