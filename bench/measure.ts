/** Cores that each party kept busy: 1 is one core all the time. */
export interface Load {
  server: number
  postgres: number
  generator: number
}

/** What one side reached in one round. */
export interface Sample {
  perSecond: number
  /** Of single requests, in milliseconds, where many were made. */
  p50?: number
  p99?: number
  /** Undefined where the system does not tell. */
  load?: Load | undefined
  /** Megabytes of memory above what the service had before. */
  peakMb?: number | undefined
}

/** One of those who are compared, such as the service, the limit, a peer. */
export interface Side {
  name: string
  /** It runs in the first round alone. */
  once?: boolean
  run(round: number): Promise<Sample>
}

/** What the first side must reach of the second, in rate; `text` is how it was agreed. */
export interface Target {
  text: string
  atLeast: number
}

export interface Measure {
  name: string
  /** What is counted per second. */
  unit: string
  /** The first is measured; the second is what it is measured against. */
  sides: Side[]
  target?: Target
  /** Fewer rounds than the others, for what takes long. */
  rounds?: number
  note?: string
  /** The sides always run in their order: one needs what the one before has made. */
  inOrder?: boolean
}

export interface SideResult {
  name: string
  samples: Sample[]
}

export interface Result {
  name: string
  unit: string
  sides: SideResult[]
  target: Target | undefined
  note: string | undefined
}

/** Runs all measures round by round, each side right after the other, so that a change of the machine's load meets both. */
export async function runMeasures(
  measures: readonly Measure[],
  rounds: number,
  say: (message: string) => void,
): Promise<Result[]> {
  const results = measures.map(({ name, unit, sides, target, note }) => ({
    ...{ name, unit, target, note },
    sides: sides.map((side): SideResult => ({ name: side.name, samples: [] })),
  }))
  for (let round = 0; round < rounds; round++) {
    for (const [m, measure] of measures.entries()) {
      if (round >= (measure.rounds ?? rounds)) continue
      await runRound(measure, results[m]?.sides ?? [], round, say)
    }
  }
  return results
}

/** Who begins changes from round to round. */
async function runRound(
  { name, sides, unit, inOrder }: Measure,
  results: SideResult[],
  round: number,
  say: (message: string) => void,
): Promise<void> {
  for (let turn = 0; turn < sides.length; turn++) {
    const s = (turn + (inOrder === true ? 0 : round)) % sides.length
    const side = sides[s]
    if (side === undefined || (side.once === true && round > 0)) continue
    const sample = await side.run(round)
    results[s]?.samples.push(sample)
    say(`round ${round + 1}  ${name} · ${side.name}: ${Math.round(sample.perSecond)} ${unit}/s`)
  }
}
