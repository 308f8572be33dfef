import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withoutQuery } from '../src/db/errors.js'
import { buildRevision } from './base.js'
import { startChild } from './child.js'
import { startCluster } from './cluster.js'
import type { Bench } from './context.js'
import { countOf, EVENTS_AN_ITEM } from './items.js'
import { log } from './log.js'
import { runMeasures } from './measure.js'
import { type Options, readOptions, USAGE } from './options.js'
import { awaitPeer } from './peers.js'
import { againstBase, againstLimits } from './plan.js'
import { prepareSubject } from './subject.js'
import { type Row, rowOf, tableOf } from './table.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The benchmark: everything that it starts it stops, and nothing is left but the file of figures. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) {
    process.stdout.write(USAGE)
    return
  }
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (let last = closing.pop(); last !== undefined; last = closing.pop()) {
      await last().catch((err: Error) => log(err.message))
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => close().finally(() => process.exit(1)))
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'one-list-bench-'))
    closing.push(() => rm(folder, { recursive: true, force: true }))
    const before = loadavg()
    const { rows, version } = await measureAll(options, folder, closing)
    const machine = machineOf(version, before, options)
    process.stdout.write(`${tableOf(rows)}\n\n${machine}\n`)
    await write(options, { machine, options, rows })
  } finally {
    await close()
  }
}

async function measureAll(options: Options, folder: string, closing: (() => Promise<unknown>)[]) {
  const base = options.base === undefined ? undefined : await buildRevision(ROOT, options.base, folder)
  if (base !== undefined) closing.push(base.remove)
  log('starting PostgreSQL')
  const cluster = await startCluster(folder)
  closing.push(cluster.stop)
  const generator = startChild('generator')
  closing.push(generator.stop)
  const bench: Bench = { options, folder, cluster, generator, closing }
  const subject = await prepareSubject(bench, 'one-list', ROOT, 'own')
  for (const { name, url } of options.peers) log(`start ${name} at ${url} on ${subject.url}`)
  await Promise.all(options.peers.map(awaitPeer))
  const measures =
    base === undefined
      ? await againstLimits(bench, subject)
      : await againstBase(bench, [subject, await prepareSubject(bench, base.name, base.root, 'base')])
  const results = await runMeasures(measures, options.rounds, log)
  return { rows: results.map(rowOf), version: cluster.version }
}

function machineOf(postgres: string, before: number[], options: Options): string {
  const { items, open, largeItems, dueItems, reportItems, reportOpen, rounds, seconds, connections } = options
  const all = cpus()
  const large = countOf({ due: dueItems, items: largeItems, open })
  const parts = [
    `${all.length} cores (${all[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}`,
    `Node ${process.versions.node}, PostgreSQL ${postgres} (durable), all on this machine`,
    `${items} items, ${items * EVENTS_AN_ITEM} events, ${open * 100} % on account`,
    `in long measures ${large.items} items, ${large.events} events`,
    `in the overdue report ${reportItems} items, ${reportOpen} on account`,
    `${rounds} rounds of ${seconds} s, ${connections} connections`,
    `load average ${before[0]?.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after`,
  ]
  return parts.join(' · ')
}

async function write({ out }: Options, figures: { machine: string; options: Options; rows: Row[] }): Promise<void> {
  const name = `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`
  const file = out ?? join(ROOT, 'bench/results', name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(figures, null, 2)}\n`)
  log(`the figures are in ${file}`)
}

main().catch((err: unknown) => {
  console.error(withoutQuery(err))
  process.exitCode = 1
})
