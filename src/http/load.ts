/** Requests that are older wait for their client, for an event or for a file, and not for us. */
const YOUNG_MS = 2_000
const BUCKET_MS = 100
const BUCKETS = YOUNG_MS / BUCKET_MS
/** So many are never too many: an estimate from few says little. */
const FEW = 32
/** What the process is taken to answer in a second until it has been seen at its limit. */
const FIRST_RATE = 500
/** The share of the latest sample: what was answered in the last second or so counts. */
const WEIGHT = 0.1

/** How much a process has to do, and how fast it does it. */
export interface Load {
  /** A request is taken in; to be called back when it is answered. */
  begin(): () => void
  /** How long a request that comes now would wait for those before it, ms. */
  expectedMs(): number
}

/**
 * Estimates the wait: the requests that are young and not answered yet, divided by how many are answered in a second at the limit.
 * @param isSaturated whether requests wait for something that the process has too little of. What is answered at other times says
 * how many asked, and not how many could be answered
 */
export function createLoad(isSaturated: () => boolean, now = () => performance.now()): Load {
  const buckets = new Array<number>(BUCKETS).fill(0)
  let young = 0
  let at = bucketOf(now())
  let rate = FIRST_RATE
  let answered = 0
  let wasSaturated = false
  let sampledAt = now()

  function bucketOf(time: number): number {
    return Math.floor(time / BUCKET_MS)
  }

  /** Lets what is not young any more go. */
  function advance(to: number): void {
    for (let n = Math.max(at + 1, to - BUCKETS + 1); n <= to; n++) {
      young -= buckets[n % BUCKETS] ?? 0
      buckets[n % BUCKETS] = 0
    }
    at = Math.max(at, to)
  }

  function sample(time: number): void {
    const elapsedMs = time - sampledAt
    if (elapsedMs < BUCKET_MS) return
    const isNow = isSaturated()
    if (isNow && wasSaturated) {
      const weight = Math.min(1, (WEIGHT * elapsedMs) / BUCKET_MS)
      rate += (answered / (elapsedMs / 1_000) - rate) * weight
    }
    wasSaturated = isNow
    answered = 0
    sampledAt = time
  }

  return {
    begin() {
      const begun = bucketOf(now())
      advance(begun)
      young++
      buckets[begun % BUCKETS] = (buckets[begun % BUCKETS] ?? 0) + 1
      return () => {
        const time = now()
        advance(bucketOf(time))
        answered++
        sample(time)
        if (begun <= at - BUCKETS) return
        young--
        buckets[begun % BUCKETS] = (buckets[begun % BUCKETS] ?? 1) - 1
      }
    },
    expectedMs() {
      const time = now()
      advance(bucketOf(time))
      sample(time)
      return young > FEW && isSaturated() ? (young / Math.max(rate, 1)) * 1_000 : 0
    },
  }
}
