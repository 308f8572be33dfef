import { prepareReports, type Reported } from './archive.js'
import type { BareService } from './bare.js'
import { startChild } from './child.js'
import type { Bench, Listed, Subject } from './context.js'
import { exportMeasures, exportNames } from './files.js'
import { importMeasure, importName } from './imports.js'
import type { Measure } from './measure.js'
import { OVERLOAD_NAMES, overloadMeasures } from './overload.js'
import { PAGE_NAME, pageMeasure } from './pages.js'
import { PROCESS_NAMES, processMeasures } from './processes.js'
import { type Bare, bareRoutes, READ_NAMES, readMeasures } from './reads.js'
import { type Recorder, startRecorder } from './record.js'
import { overdueMeasures, REPORT_NAMES } from './reports.js'
import { loadLarge, serve } from './subject.js'
import { sweepMeasure, sweepName } from './sweep.js'
import { verifyMeasure, verifyName } from './verification.js'
import { WRITE_NAMES, writeMeasures } from './writes.js'

/** What the limits of the measures need. */
interface Limits {
  recorder: Recorder
  bare: Bare
  writesUrl: string
  copiesUrl: string
}

/** Everything beside its limit. The limits of writes have databases of their own: what they write is no ledger. */
export async function againstLimits(bench: Bench, subject: Subject): Promise<Measure[]> {
  const { cluster, closing } = bench
  await cluster.copy(subject.loaded, 'writes')
  await cluster.copy(subject.loaded, 'copies')
  const writesUrl = cluster.urlOf('writes')
  const recorder = await startRecorder(writesUrl)
  closing.push(recorder.close)
  const child = startChild('bare')
  closing.push(child.stop)
  const routes = await bareRoutes(recorder, subject)
  const port = await child.ask<BareService, number>({ databaseUrl: subject.url, poolSize: 10, routes })
  const bare = { pid: child.pid, origin: `http://127.0.0.1:${port}` }
  return measuresOf(bench, [subject], { recorder, bare, writesUrl, copiesUrl: cluster.urlOf('copies') })
}

/** Everything beside the same of another commit, without limits. */
export function againstBase(bench: Bench, subjects: readonly Subject[]): Promise<Measure[]> {
  return measuresOf(bench, subjects, undefined)
}

async function measuresOf(bench: Bench, subjects: readonly Subject[], limits?: Limits): Promise<Measure[]> {
  const { options } = bench
  const [subject] = subjects
  const { recorder } = limits ?? {}
  const isLimited = limits !== undefined
  const large = once(async () => {
    const lists: Listed[] = []
    for (const one of subjects) lists.push(await loadLarge(bench, one))
    return lists
  })
  const served = once(async () => {
    const services: Subject[] = []
    for (const list of await large()) services.push(await serve(bench, { ...list, loaded: list.database }))
    return services
  })
  const groups: Group[] = [
    // First, because it copies the second list, which services are connected to later; measured last.
    [[sweepName(options)], async () => [await sweepMeasure(bench, await large(), isLimited)]],
    [READ_NAMES, () => readMeasures(bench, subjects, limits?.bare)],
    [[PAGE_NAME], async () => [await pageMeasure(bench, await served())]],
    [REPORT_NAMES, async () => overdueMeasures(bench, await reportsOf(bench, subjects), recorder)],
    [WRITE_NAMES, () => writeMeasures(bench, subjects, limits && { url: limits.writesUrl, recorder: limits.recorder })],
    [[importName(options)], async () => [await importMeasure(bench, subjects, limits?.copiesUrl)]],
    [
      exportNames(options),
      async () => exportMeasures(bench, await large(), recorder && subject && { recorder, subject }),
    ],
    [[verifyName(options)], async () => [verifyMeasure(bench, await served(), isLimited)]],
    [OVERLOAD_NAMES, async () => (isLimited && subject ? overloadMeasures(bench, subject) : [])],
    [PROCESS_NAMES, async () => (isLimited && subject ? processMeasures(bench, subject) : [])],
  ]
  const measures = await measuresOfGroups(groups, options.only ?? '')
  return measures.sort((a, b) => Number(a.name === sweepName(options)) - Number(b.name === sweepName(options)))
}

/** Measures that are made together, and what they are called: those that nobody asked for are not prepared. */
type Group = [names: readonly string[], make: () => Promise<Measure[]>]

async function measuresOfGroups(groups: readonly Group[], only: string): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const [names, make] of groups) {
    if (names.some((name) => name.includes(only))) measures.push(...(await make()))
  }
  return measures.filter(({ name }) => name.includes(only))
}

async function reportsOf(bench: Bench, subjects: readonly Subject[]): Promise<Reported[]> {
  const lists: Reported[] = []
  for (const subject of subjects) lists.push(await prepareReports(bench, subject))
  return lists
}

function once<R>(make: () => Promise<R>): () => Promise<R> {
  let made: Promise<R> | undefined
  return () => {
    made ??= make()
    return made
  }
}
