import { type Caller, type Json, ok } from './app.js'

/** Whether a reader that has just been told nothing new may stop. */
export type Done = (lastSeq: number, after: number) => boolean

/** Follows the feed from its start as a reporting system does, until the writers are done and it has caught up. */
export async function follow(caller: Caller, query: string, isDone: Done): Promise<Json[]> {
  return followBy((after) => ok(caller.get(`/v1/events?${query}&after=${after}`)), isDone)
}

export async function followOverSocket(base: string, key: string, isDone: Done): Promise<Json[]> {
  return followBy(async (after) => {
    const answer = await fetch(`${base}/v1/events?limit=4&wait=1&after=${after}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    return answer.json()
  }, isDone)
}

async function followBy(read: (after: number) => Promise<Json>, isDone: Done): Promise<Json[]> {
  const events: Json[] = []
  for (let after = 0, quiet = 0; quiet < 2; ) {
    const page = await read(after)
    events.push(...page.data)
    quiet = isDone(page.lastSeq, after) ? quiet + 1 : 0
    after = page.lastSeq
  }
  return events
}

/** The feed page by page, by `nextCursor`. */
export async function pagesOf(caller: Caller, query: string): Promise<Json[]> {
  const events: Json[] = []
  for (let after: string | null = '0'; after !== null; ) {
    const page: Json = await ok(caller.get(`/v1/events?${query}&after=${after}`))
    events.push(...page.data)
    after = page.nextCursor
  }
  return events
}
