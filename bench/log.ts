const started = performance.now()

/** Says on standard error what is being done; the table alone goes to standard output. */
export function log(message: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4)
  process.stderr.write(`${seconds} s  ${message}\n`)
}
