import type { BareService } from './bare.js'
import { startChild } from './child.js'
import type { Bench, Subject } from './context.js'
import { exportMeasures } from './files.js'
import { importMeasure } from './imports.js'
import { sweepMeasure, verifyMeasure } from './ledger.js'
import type { Measure } from './measure.js'
import { processMeasures } from './processes.js'
import { bareRoutes, deepMeasure, overdueMeasures, readMeasures } from './reads.js'
import { startRecorder } from './record.js'
import { writeMeasures } from './writes.js'

export interface Prepared {
  measures: Measure[]
  close(): Promise<void>
}

/** Everything beside its limit. The limits of writes have databases of their own: what they write is no ledger. */
export async function againstLimits(bench: Bench, subject: Subject): Promise<Prepared> {
  const { cluster } = bench
  await cluster.copy(subject.loaded, 'writes')
  await cluster.copy(subject.loaded, 'copies')
  const url = cluster.urlOf('writes')
  const recorder = await startRecorder(url)
  const child = startChild('bare')
  const routes = await bareRoutes(recorder, subject)
  const port = await child.ask<BareService, number>({ databaseUrl: subject.url, poolSize: 10, routes })
  const bare = { pid: child.pid, origin: `http://127.0.0.1:${port}` }
  const subjects = [subject]
  const processes = await processMeasures(bench, subject)
  const measures = [
    ...(await readMeasures(bench, subjects, bare)),
    await deepMeasure(bench, subjects),
    ...(await overdueMeasures(bench, subjects, recorder)),
    ...(await writeMeasures(bench, subjects, { url, recorder })),
    importMeasure(bench, subjects, cluster.urlOf('copies')),
    ...(await exportMeasures(bench, subjects, recorder)),
    verifyMeasure(bench, subjects, true),
    sweepMeasure(bench, subjects),
    ...processes.measures,
  ]
  return {
    measures,
    close: async () => {
      await processes.close()
      await recorder.close()
      await child.stop()
    },
  }
}

/** Everything beside the same of another commit, without limits. */
export async function againstBase(bench: Bench, subjects: readonly Subject[]): Promise<Prepared> {
  const measures = [
    ...(await readMeasures(bench, subjects, undefined)),
    await deepMeasure(bench, subjects),
    ...(await overdueMeasures(bench, subjects, undefined)),
    ...(await writeMeasures(bench, subjects, undefined)),
    importMeasure(bench, subjects, undefined),
    ...(await exportMeasures(bench, subjects, undefined)),
    verifyMeasure(bench, subjects, false),
    sweepMeasure(bench, subjects),
  ]
  return { measures, close: async () => {} }
}
