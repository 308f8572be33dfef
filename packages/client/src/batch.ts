import type { Batch, BatchAnswer, BatchCommand, CommandResult } from './schema.js'

/** What became of one command; `problem` is in the result of one that was refused. */
export interface BatchResult {
  command: BatchCommand
  result: CommandResult
}

export interface BatchOptions {
  /** Names the whole work, so that a process that was killed may do it again from the beginning; its commands must be the same. */
  key?: string
  signal?: AbortSignal
}

interface Call {
  body: Batch
  key: string
  signal?: AbortSignal
}

/** The service takes this many in one call. */
const MOST_COMMANDS = 500

/** Sends commands as they come, in calls of their own, and answers what became of each, in their order. */
export async function* inBatches(
  send: (call: Call) => Promise<BatchAnswer>,
  commands: Iterable<BatchCommand> | AsyncIterable<BatchCommand>,
  { key = crypto.randomUUID(), signal }: BatchOptions = {},
): AsyncGenerator<BatchResult> {
  let calls = 0
  for await (const portion of portionsOf(commands)) {
    const call = { body: { commands: portion }, key: `${key}-${++calls}` }
    const { results } = await send(signal === undefined ? call : { ...call, signal })
    for (const [n, command] of portion.entries()) {
      const result = results[n]
      if (result !== undefined) yield { command, result }
    }
  }
}

async function* portionsOf<C>(commands: Iterable<C> | AsyncIterable<C>): AsyncGenerator<C[]> {
  let portion: C[] = []
  for await (const command of commands) {
    if (portion.push(command) < MOST_COMMANDS) continue
    yield portion
    portion = []
  }
  if (portion.length > 0) yield portion
}
