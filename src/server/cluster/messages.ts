import type { ChildProcess } from 'node:child_process'

/** What one side may ask of the other: what it says, and what it is answered. */
type Calls = Record<string, { says: unknown; is: unknown }>
type Handlers<C extends Calls> = { [K in keyof C]: (said: C[K]['says']) => C[K]['is'] | Promise<C[K]['is']> }

type Message =
  | { hello: true }
  | ({ id: number } & ({ call: string; said: unknown } | { is: unknown } | { failed: string }))

/** The end of a channel between two of our processes. */
type End = Pick<ChildProcess | NodeJS.Process, 'send' | 'on'>

/** Calls to the process at the other end. A process that dies answers nothing; whoever calls watches for that. */
export interface ProcessLink<C extends Calls> {
  /** @throws Error with the message of what was thrown at the other end. */
  call<K extends keyof C & string>(name: K, said: C[K]['says']): Promise<C[K]['is']>
}

/**
 * Lets two processes call one another by JSON; each answers the calls that it has handlers for. What is said to a process
 * that was forked and is not listening yet would be lost: it is kept until it is heard of.
 */
export function createProcessLink<Theirs extends Calls, Ours extends Calls>(
  end: End,
  handlers: Handlers<Ours>,
): ProcessLink<Theirs> {
  const waiting = new Map<number, { resolve: (is: never) => void; reject: (err: Error) => void }>()
  let last = 0
  let kept: Message[] | undefined = end === process ? undefined : []
  // The other end may be gone: that is told by its exit, or by ours.
  const put = (message: Message) => end.send?.(message, undefined, undefined, () => {})
  const send = (message: Message) => (kept === undefined ? put(message) : kept.push(message))

  async function answer(id: number, call: string, said: unknown): Promise<void> {
    try {
      send({ id, is: await handlers[call]?.(said as never) })
    } catch (err) {
      send({ id, failed: err instanceof Error ? err.message : String(err) })
    }
  }

  end.on('message', (message: Message) => {
    const first = kept ?? []
    kept = undefined
    for (const one of first) put(one)
    if ('hello' in message) return
    if ('call' in message) return void answer(message.id, message.call, message.said)
    const caller = waiting.get(message.id)
    waiting.delete(message.id)
    if ('failed' in message) caller?.reject(new Error(message.failed))
    else caller?.resolve(message.is as never)
  })

  if (kept === undefined) put({ hello: true })
  return {
    call(name, said) {
      const id = ++last
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        send({ id, call: name, said })
      })
    },
  }
}
