import { parseArgs } from 'node:util'

export interface Options {
  items: number
  /** The share of the items that is on account. */
  open: number
  /** Of the second list, which is for what takes long: items with ten events, and items with one that are due. */
  largeItems: number
  dueItems: number
  /** Of the overdue report's list. */
  reportItems: number
  reportOpen: number
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

  --items <n>         items of the list that is read and written, ten events each (20000)
  --open <share>      of them on account (0.5)
  --large-items <n>   of the second list, for exports, verification and page 1,000: items with ten events (100000)
  --due-items <n>     and items with one event that are due, for the sweep as well (100000)
  --report-items <n>  items of the overdue report's list (1000000)
  --report-open <n>   of them on account (20000)
  --import-rows <n>   rows of an import (100000)
  --rounds <n>        (5); what takes long has fewer
  --seconds <n>       for one side of a measure in one round (2)
  --connections <n>   of the load generator (8)
  --only <text>       only measures whose name contains it
  --quick             all of it small, 1 round of 1 s: whether it runs, not how fast
  --out <file.json>   where the figures go (bench/results/<time>.json)
  --base <revision>   compares with another commit instead of with the limits
  --peer <name>=<url> postgrest, postgraphile or directus, on the database whose URL is printed; repeatable
`

const FULL = {
  ...{ items: 20_000, largeItems: 100_000, dueItems: 100_000, reportItems: 1_000_000, reportOpen: 20_000 },
  ...{ importRows: 100_000, rounds: 5, seconds: 2 },
}
const QUICK = {
  ...{ items: 2_000, largeItems: 2_000, dueItems: 2_000, reportItems: 20_000, reportOpen: 400 },
  ...{ importRows: 1_000, rounds: 1, seconds: 1 },
}

/** @throws Error that says what is wrong; undefined when only help is wanted. */
export function readOptions(args: string[]): Options | undefined {
  const string = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: {
      ...{ items: string, open: string, rounds: string, seconds: string, connections: string },
      ...{ 'large-items': string, 'due-items': string, 'report-items': string, 'report-open': string },
      ...{ 'import-rows': string, only: string, out: string, base: string },
      ...{ quick: { type: 'boolean' }, peer: { type: 'string', multiple: true }, help: { type: 'boolean' } },
    },
  })
  if (values.help === true) return undefined
  const defaults = values.quick === true ? QUICK : FULL
  const read = (name: Numbers) => positive(name, values[name], defaults[DEFAULT_OF[name]])
  return {
    items: wholeCycles(read('items')),
    open: Math.min(0.5, positive('open', values.open, 0.5)),
    ...{ largeItems: wholeCycles(read('large-items')), dueItems: Math.ceil(read('due-items')) },
    ...reportSizes(Math.ceil(read('report-items')), Math.ceil(read('report-open'))),
    ...{ rounds: read('rounds'), seconds: read('seconds'), importRows: Math.ceil(read('import-rows')) },
    connections: positive('connections', values.connections, 8),
    ...{ only: values.only, out: values.out, base: values.base },
    peers: (values.peer ?? []).map(peerOf),
  }
}

const DEFAULT_OF = {
  items: 'items',
  'large-items': 'largeItems',
  'due-items': 'dueItems',
  'report-items': 'reportItems',
  'report-open': 'reportOpen',
  'import-rows': 'importRows',
  rounds: 'rounds',
  seconds: 'seconds',
} as const
type Numbers = keyof typeof DEFAULT_OF

function wholeCycles(items: number): number {
  return Math.ceil(items / 20) * 20
}

function reportSizes(reportItems: number, reportOpen: number) {
  if (reportOpen >= reportItems) throw new Error('--report-open must be less than --report-items')
  return { reportItems, reportOpen }
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
