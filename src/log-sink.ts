import { writeSync, write as writeTo } from 'node:fs'

/** What may wait to be written; a log that nobody reads must not fill the memory. */
const MOST_WAITING_BYTES = 4_000_000
const TRY_AGAIN_MS = 100
/** How long the end of a process waits for lines that are on their way. */
const LAST_MS = 1_000

type Write = (fd: number, bytes: Buffer, done: (err: NodeJS.ErrnoException | null, written: number) => void) => void

export interface LogSink {
  /** Takes a line; it never throws, and never makes anybody wait. */
  write(line: string): void
  /** Calls when everything has been written, or cannot be in time. */
  flush(done?: () => void): void
  /** Lines that could not be written. */
  lost(): number
}

/**
 * Writes lines to a file descriptor beside the work. A disk that is full, a pipe that was closed, or one that nobody empties,
 * costs lines and nothing else: the next ones are tried again, and `onBack` is told how many were lost when one gets through.
 */
export function createLogSink(fd: number, onBack: (lost: number) => void, write: Write = writeTo): LogSink {
  let waiting: string[] = []
  let waitingBytes = 0
  let isWriting = false
  let isCut = false
  let lost = 0
  let untold = 0
  let whenIdle: (() => void)[] = []

  function lose(lines: number): void {
    lost += lines
    untold += lines
  }

  function begin(): void {
    if (waiting.length === 0) {
      isWriting = false
      for (const done of whenIdle) done()
      whenIdle = []
      return
    }
    isWriting = true
    const lines = waiting
    waiting = []
    waitingBytes = 0
    // What was cut off in the middle of a line must not take the next one with it.
    put(Buffer.from((isCut ? '\n' : '') + lines.join('')), lines.length)
  }

  function put(bytes: Buffer, lines: number): void {
    write(fd, bytes, (err, written) => {
      if (err?.code === 'EAGAIN') return void setTimeout(put, TRY_AGAIN_MS, bytes, lines)
      if (err === null && written < bytes.length) {
        isCut = bytes[written - 1] !== NEWLINE
        return put(bytes.subarray(written), lines)
      }
      if (err === null) {
        isCut = false
        if (untold > 0) {
          const told = untold
          untold = 0
          onBack(told)
        }
      } else lose(lines)
      begin()
    })
  }

  /** What is left when the process exits; the write that is under way needs no event loop. */
  process.once('exit', () => {
    if (isWriting) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    try {
      if (waiting.length > 0 && waitingBytes < MOST_WAITING_BYTES / 2) writeSync(fd, waiting.join(''))
    } catch {
      // There is nobody left to tell.
    }
  })

  return {
    write(line) {
      if (waitingBytes + line.length > MOST_WAITING_BYTES) return lose(1)
      waiting.push(line)
      waitingBytes += line.length
      if (!isWriting) begin()
    },
    flush(done = () => {}) {
      if (!isWriting) return done()
      const late = setTimeout(done, LAST_MS)
      whenIdle.push(() => {
        clearTimeout(late)
        done()
      })
    },
    lost: () => lost,
  }
}

const NEWLINE = 0x0a
