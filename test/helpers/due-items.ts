import { importItems, type NumberedImport } from '../../src/import/write-items.js'
import type { TestApp } from './app.js'

const CHUNK = 1000

/** Takes `count` items on the list whose deadline is `dueAt`, as an earlier list would bring them. */
export async function dueItems(
  { db, home, clock }: Pick<TestApp, 'db' | 'home' | 'clock'>,
  count: number,
  dueAt: string,
) {
  const row: Omit<NumberedImport, 'title' | 'externalId' | 'line'> = {
    description: null,
    category: 'other',
    risk: null,
    source: 'import',
    area: '341225',
    road: null,
    direction: null,
    startChainageM: null,
    endChainageM: null,
    lon: null,
    lat: null,
    address: '某路口',
    foundAt: null,
    status: 'listed',
    level: 'general',
    reportedAt: clock.now,
    listedAt: clock.now,
    dueAt,
    closedAt: null,
    dismissalReason: null,
    importId: '00000000-0000-7000-8000-0000000000e1',
    externalSystem: 'earlier',
  }
  for (let from = 0; from < count; from += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, count - from) }, (_, k) => ({
      ...row,
      ...{ title: `隐患 ${from + k}`, externalId: `E-${from + k}`, line: from + k },
    }))
    await importItems(db, home.system, rows, () => clock.now)
  }
}
