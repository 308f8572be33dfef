import { pino } from 'pino'
import { createLogSink, type LogSink } from './log-sink.js'

const STDOUT = 1

let sink: LogSink | undefined

/** Where the log goes: standard output, of which a process has one. */
export function stdoutLog(onBack: (lost: number) => void): LogSink {
  // What is said beside the log, such as the address at the start, must not end the process either.
  if (sink === undefined) for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  sink ??= createLogSink(STDOUT, onBack)
  return sink
}

/** Lines of the log that could not be written. */
export function lostLogLines(): number {
  return sink?.lost() ?? 0
}

/** Readable lines, for a terminal. */
export function prettyLines(): ReturnType<typeof pino.transport> {
  const lines = pino.transport({ target: 'pino-pretty', options: { ignore: 'pid,hostname' } })
  // A terminal that is gone is no reason to end.
  lines.on('error', () => {})
  return lines
}
