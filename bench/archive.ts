import { ON_ACCOUNT } from '../src/domain/item.js'
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
/** A copy of a row is another item, also where copies of it have been made before; what is closed is older, as an archive is. */
const OTHER: Record<string, (mark: string) => string> = {
  id: (mark) => `md5(i.id || ${mark})::uuid`,
  code: (mark) => `i.code || ${mark}`,
  external_id: (mark) => `i.external_id || ${mark}`,
}
const EARLIER = ['reported_at', 'listed_at', 'closed_at', 'updated_at']
const AGES_A_DAY = 4

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
  await bring(tenthUrl, OPEN, reportOpen)
  await bring(tenthUrl, `not (${OPEN})`, Math.round(closed / 10))
  await cluster.copy(tenthDatabase, database)
  const finish = async (name: string) => {
    const url = cluster.urlOf(name)
    await runAll(url, indexes)
    await runAll(url, ['vacuum analyze item'])
    return serve(bench, { ...subject, database: name, url, loaded: name })
  }
  const [tenth, whole] = await Promise.all([
    finish(tenthDatabase),
    bring(cluster.urlOf(database), `not (${OPEN})`, closed).then(() => finish(database)),
  ])
  return { whole, tenth }
}

/** Adds copies of the items that are meant, or takes some away, until there are so many. */
function bring(url: string, which: string, count: number): Promise<void> {
  return withClient(url, async (client) => {
    await client.query('set session_replication_role = replica')
    const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from item i where ${which}`)
    const there = rows[0]?.count ?? 0
    if (there === 0) throw new Error('there are no items to make more of')
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
      `insert into item (${names.join(', ')}) select ${names.map((name) => copied(name, `'-${count}-' || g`)).join(', ')}
       from (select * from item i where ${which}) i, generate_series(1, ${Math.ceil(count / there)}) g
       order by g, i.reported_at limit ${count - there}`,
    )
  })
}

function copied(column: string, mark: string): string {
  const earlier = `i.${column} - case when i.status = 'closed' then make_interval(days => g * ${AGES_A_DAY}) else '0' end`
  return OTHER[column]?.(mark) ?? (EARLIER.includes(column) ? earlier : `i.${column}`)
}
