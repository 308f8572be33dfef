import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of the benchmark's own, which answers each message with a report. */
export interface Child {
  pid: number
  ask<Question extends object, Answer>(question: Question): Promise<Answer>
  stop(): Promise<void>
}

export function startChild(file: 'generator' | 'bare'): Child {
  const child = fork(fileURLToPath(new URL(`./${file}.js`, import.meta.url)), { execArgv: [] })
  const ask = async <Question extends object, Answer>(question: Question) => {
    child.send(question)
    const [answer] = (await answerOf(child)) as [{ report?: Answer; error?: string }]
    if (answer.report === undefined) throw new Error(answer.error)
    return answer.report
  }
  return { pid: child.pid ?? 0, ask, stop: () => stopped(child) }
}

async function answerOf(child: ChildProcess): Promise<unknown[]> {
  const ended = new AbortController()
  try {
    return await Promise.race([
      once(child, 'message', { signal: ended.signal }),
      once(child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`a process of the benchmark ended (${code})`)
      }),
    ])
  } finally {
    ended.abort()
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}
