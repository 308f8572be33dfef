import { ON_ACCOUNT } from '../src/domain/item/words.js'
import { dropIndexes, runAll } from './bulk.js'
import { type Bench, type Subject, withClient } from './context.js'
import { log } from './log.js'
import { serve } from './subject.js'

// The lists of the overdue report. They are made of rows of the first list in the table of items alone, which is all that
// the report reads of them: what is added has no events.

export interface Reported {
  /** As many items as were asked for. */
  whole: Subject
  /** The same ones on account, and a tenth of the others. */
  tenth: Subject
}

const OPEN = `i.status in (${ON_ACCOUNT.map((status) => `'${status}'`).join(', ')})`
/**
 * A copy of a row is another item, also where copies of it have been made before; what is closed is older, as an archive is.
 * Ids and codes begin with the number of the copy, so that they come in the order of their indexes.
 */
const OTHER: Record<string, (copy: string) => string> = {
  id: (copy) => `overlay(i.id::text placing lpad(to_hex(${copy}), 4, '0') from 1 for 4)::uuid`,
  code: (copy) => `${copy} || '-' || i.code`,
  external_id: (copy) => `i.external_id || '-' || ${copy}`,
}
/** Whose code has no number of a copy. */
const ORIGINAL = `i.code not like '%-%-%'`
/** The first numbers of the copies that each step makes. */
const COPIES = { open: 0x2000, tenth: 0x4000, whole: 0x8000 }
const EARLIER = ['reported_at', 'listed_at', 'closed_at', 'updated_at']
const DAYS_A_COPY = 150

export async function prepareReports(bench: Bench, subject: Subject): Promise<Reported> {
  const { reportItems, reportOpen } = bench.options
  const [database, tenthDatabase] = [`${subject.database}_report`, `${subject.database}_report_tenth`]
  const { cluster } = bench
  const closed = reportItems - reportOpen
  log(`making a list of ${reportItems} items, and one with a tenth of its archive`)
  await cluster.copy(subject.loaded, tenthDatabase)
  const tenthUrl = cluster.urlOf(tenthDatabase)
  // The report's statements cannot use what is for text and sets, which takes longest to make.
  const indexes = (await dropIndexes(tenthUrl, ['item'])).filter((definition) => !definition.includes('using gin'))
  await bring(tenthUrl, OPEN, reportOpen, COPIES.open)
  await bring(tenthUrl, `not (${OPEN})`, Math.round(closed / 10), COPIES.tenth)
  await cluster.copy(tenthDatabase, database)
  const finish = async (name: string) => {
    const url = cluster.urlOf(name)
    await runAll(url, indexes)
    await runAll(url, ['vacuum analyze item'])
    return serve(bench, { ...subject, database: name, url, loaded: name })
  }
  const [tenth, whole] = await Promise.all([
    finish(tenthDatabase),
    bring(cluster.urlOf(database), `not (${OPEN})`, closed, COPIES.whole).then(() => finish(database)),
  ])
  return { whole, tenth }
}

/** Adds copies of the items that are meant, or takes some away, until there are so many. */
function bring(url: string, which: string, count: number, first: number): Promise<void> {
  return withClient(url, async (client) => {
    await client.query('set session_replication_role = replica')
    const { rows } = await client.query<{ there: number; originals: number }>(
      `select count(*)::int as there, (count(*) filter (where ${ORIGINAL}))::int as originals from item i where ${which}`,
    )
    const { there, originals } = rows[0] ?? { there: 0, originals: 0 }
    if (originals === 0) throw new Error('there are no items to make more of')
    if (there > count) {
      await client.query(
        `delete from item where id in (select id from item i where ${which} order by id offset ${count})`,
      )
    }
    if (there >= count) return
    const { rows: columns } = await client.query<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_name = 'item' and table_schema = 'public' and is_generated = 'NEVER'`,
    )
    const names = columns.map(({ name }) => name)
    await client.query(
      `insert into item (${names.join(', ')}) select ${names.map((name) => copied(name, `(g + ${first})`)).join(', ')}
       from (select * from item i where ${which} and ${ORIGINAL}) i, generate_series(1, ${Math.ceil(count / originals)}) g
       order by g, i.id limit ${count - there}`,
    )
  })
}

function copied(column: string, copy: string): string {
  const earlier = `i.${column} - case when i.status = 'closed' then make_interval(days => g * ${DAYS_A_COPY}) else '0' end`
  return OTHER[column]?.(copy) ?? (EARLIER.includes(column) ? earlier : `i.${column}`)
}
