/** More than this apart, and it was something else that was meant. */
const MOST_APART = 2

/** What was probably meant, of the words that there are: « Did you mean …?», or nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  const near = known
    .map((word) => ({ word, apart: word.startsWith(given) && given.length > 1 ? 1 : distance(given, word) }))
    .filter(({ apart, word }) => apart <= MOST_APART && apart < word.length)
    .sort((a, b) => a.apart - b.apart)
  return near[0] === undefined ? '' : ` Did you mean ${near[0].word}?`
}

/** Letters to be put in, left out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, k) => k)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let k = 0; k < b.length; k++) {
      const changed = (row[k] ?? 0) + (letter === b[k] ? 0 : 1)
      next.push(Math.min(changed, (row[k + 1] ?? 0) + 1, (next[k] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
