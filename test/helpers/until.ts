import { setTimeout as delay } from 'node:timers/promises'

/** Polls until it holds. @throws Error when it does not within the limit, 30 s unless given. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  for (const end = Date.now() + limitMs; Date.now() < end; await delay(25)) if (await holds()) return
  throw new Error(`it did not come to hold in ${limitMs} ms: ${holds}`)
}
