import { parseArgs } from 'node:util'

export interface Options {
  items: number
  /** The share of the items that is on account. */
  open: number
  rounds: number
  /** How long one side of a measure is loaded in one round. */
  seconds: number
  connections: number
  importRows: number
  /** Only measures whose name has this. */
  only: string | undefined
  out: string | undefined
  base: string | undefined
  peers: { name: string; url: string }[]
}

export const USAGE = `npm run bench -- [options]

  --items <n>         items of the data set, ten events each (20000)
  --open <share>      of them on account (0.5)
  --rounds <n>        (5)
  --seconds <n>       for one side of a measure in one round (3)
  --connections <n>   of the load generator (8)
  --import-rows <n>   rows of an import (10000)
  --only <text>       only measures whose name contains it
  --quick             2000 items, 1 round of 1 s, 1000 rows: whether it runs, not how fast
  --out <file.json>   where the figures go (bench/results/<time>.json)
  --base <revision>   compares with another commit instead of with the limits
  --peer <name>=<url> postgrest, postgraphile or directus, on the database whose URL is printed; repeatable
`

const QUICK = { items: 2_000, rounds: 1, seconds: 1, importRows: 1_000 }
const FULL = { items: 20_000, rounds: 5, seconds: 3, importRows: 10_000 }

/** @throws Error that says what is wrong; undefined when only help is wanted. */
export function readOptions(args: string[]): Options | undefined {
  const string = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: {
      ...{ items: string, open: string, rounds: string, seconds: string, connections: string },
      ...{ 'import-rows': string, only: string, out: string, base: string },
      ...{ quick: { type: 'boolean' }, peer: { type: 'string', multiple: true }, help: { type: 'boolean' } },
    },
  })
  if (values.help === true) return undefined
  const defaults = values.quick === true ? QUICK : FULL
  const items = positive('items', values.items, defaults.items)
  return {
    items: Math.ceil(items / 20) * 20,
    open: Math.min(0.5, positive('open', values.open, 0.5)),
    rounds: positive('rounds', values.rounds, defaults.rounds),
    seconds: positive('seconds', values.seconds, defaults.seconds),
    connections: positive('connections', values.connections, 8),
    importRows: positive('import-rows', values['import-rows'], defaults.importRows),
    ...{ only: values.only, out: values.out, base: values.base },
    peers: (values.peer ?? []).map(peerOf),
  }
}

function positive(name: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0`)
  return value
}

function peerOf(given: string): { name: string; url: string } {
  const [, name = '', url = ''] = /^(\w+)=(https?:\/\/.+)$/.exec(given) ?? []
  if (url === '') throw new Error(`--peer ${given}: write it as name=http://host:port`)
  return { name, url: url.replace(/\/+$/, '') }
}
