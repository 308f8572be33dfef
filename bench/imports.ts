import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { authorized, type Bench, load, type Subject, withClient } from './context.js'
import type { Measure, Side } from './measure.js'
import type { Options } from './options.js'
import { serveCopy } from './subject.js'
import { columnsOf } from './sweep.js'

const BOUNDARY = 'the-boundary-of-a-benchmark'
const HEADER = 'id,title,area,status,reported,due,road,chainage,lon,lat,address'
const AREAS = ['341202', '341203', '341204', '341221', '341222', '341225', '341226', '341282']
const TABLES = ['item', 'event'] as const

const ROUNDS = 2

export function importName({ importRows }: Options): string {
  return `import of ${importRows.toLocaleString('en')} rows`
}

/** A CSV through the API, beside `COPY` of the rows that came of it into the same tables of another database. */
export async function importMeasure(
  bench: Bench,
  subjects: readonly Subject[],
  copyUrl: string | undefined,
): Promise<Measure> {
  // Into lists that nothing else is measured on: they grow by several times what they were.
  const own: Subject[] = []
  for (const subject of subjects) {
    own.push(await serveCopy(bench, { ...subject, database: subject.loaded }, `${subject.database}_imports`))
  }
  const measure = { name: importName(bench.options), unit: 'rows', rounds: ROUNDS }
  const sides = own.map((subject) => importing(bench, subject))
  const [first] = own
  if (copyUrl === undefined || first === undefined) return { ...measure, sides }
  const target = { text: '0.25 × COPY', atLeast: 0.25 }
  return { ...measure, sides: [...sides, copying(bench, first, copyUrl)], target, inOrder: true }
}

function importing(bench: Bench, { name, service, list }: Subject): Side {
  return {
    name,
    async run(round) {
      const { importRows } = bench.options
      const bodyFile = join(bench.folder, `import-${round}.form`)
      await writeFile(bodyFile, formOf(round, importRows))
      const headers = authorized(list.keys.office, { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` })
      const job = { origin: service.origin, connections: 1 }
      const requests = [{ method: 'POST' as const, path: '/v1/imports', headers, bodyFile }]
      const { seconds, answer, load: used } = await load(bench, service, { ...job, requests })
      const { taken } = JSON.parse(answer) as { taken: number }
      if (taken !== importRows) throw new Error(`of ${importRows} rows only ${taken} were taken: ${answer}`)
      return { perSecond: taken / seconds, load: used }
    },
  }
}

/** What the service has made of the round's file. */
function copying({ options }: Bench, { url }: Subject, copyUrl: string): Side {
  return {
    name: 'COPY',
    async run(round) {
      const made = await withClient(url, async (client) => {
        const parts: { into: string; bytes: Buffer }[] = []
        for (const table of TABLES) {
          const columns = await columnsOf(client, table)
          const ids = `select id from item where external_system = '${systemOf(round)}'`
          const where = table === 'item' ? `id in (${ids})` : `item_id in (${ids})`
          const out = client.query(copyTo(`copy (select ${columns} from ${table} where ${where}) to stdout`))
          parts.push({ into: `${table} (${columns})`, bytes: Buffer.concat(await out.toArray()) })
        }
        return parts
      })
      return withClient(copyUrl, async (client) => {
        const started = performance.now()
        await client.query('begin')
        for (const { into, bytes } of made) {
          await pipeline(Readable.from([bytes]), client.query(copyFrom(`copy ${into} from stdin`)))
        }
        await client.query('commit')
        return { perSecond: (options.importRows / (performance.now() - started)) * 1000 }
      })
    },
  }
}

function systemOf(round: number): string {
  return `bench-import-${round}`
}

function formOf(round: number, count: number): string {
  const mapping = {
    externalSystem: systemOf(round),
    fields: {
      externalId: { column: 'id' },
      title: { column: 'title' },
      area: { column: 'area' },
      status: { column: 'status', values: { open: 'listed', new: 'reported' } },
      reportedAt: { column: 'reported' },
      dueAt: { column: 'due' },
      road: { column: 'road' },
      chainage: { column: 'chainage' },
      ...{ lon: { column: 'lon' }, lat: { column: 'lat' }, address: { column: 'address' } },
    },
  }
  const rows = Array.from({ length: count }, (_, k) => rowOf(round, k))
  const part = (name: string, more: string, content: string) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`
  const csv = [HEADER, ...rows, ''].join('\n')
  return `${part('mapping', '', JSON.stringify(mapping))}${part('file', '; filename="list.csv"', csv)}--${BOUNDARY}--\r\n`
}

function rowOf(round: number, k: number): string {
  const [area, road] = [AREAS[k % AREAS.length], `S${300 + (k % 40)}`]
  const chainage = `K${k % 90}+${String((k * 7) % 1000).padStart(3, '0')}`
  const [lon, lat] = [115 + ((k * 31) % 15_000) / 10_000, 32.5 + ((k * 17) % 10_000) / 10_000]
  const day = String(1 + (k % 28)).padStart(2, '0')
  const status = k % 3 === 0 ? 'new' : 'open'
  return `I-${round}-${k},坑槽 ${k},${area},${status},2026-03-${day},2026-08-${day},${road},${chainage},${lon},${lat},阜王路 ${k} 号`
}
