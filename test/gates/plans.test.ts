// Alone: it reads every statement that its process sends.

import type { Statement } from '../../bench/record.js'
import { hotLists } from '../helpers/hot-lists.js'
import { hotPast } from '../helpers/hot-past.js'
import type { HotQuery } from '../helpers/hot-query.js'
import { hotReads } from '../helpers/hot-reads.js'
import { hotWork } from '../helpers/hot-work.js'
import { createLargeApp } from '../helpers/large-app.js'
import { OTHER_INDEXES } from '../helpers/other-indexes.js'
import { type Cost, connectPlanner } from '../helpers/plans.js'
import { t } from '../helpers/tap.js'

// What is asked often must not grow with the list. The statements are those that the service sends; what they cost is counted
// in rows and pages, which are the same on any machine, and not in time.

// On a busy machine the list takes its time to load.
t.setTimeout(300_000)
const app = await createLargeApp(t)
const planner = await connectPlanner(app.superuserUrl)
t.teardown(() => planner.close())

const recorded: { query: HotQuery; statements: Statement[] }[] = []
const used = new Set<string>()
const known = new Set<string>()

for (const query of [...hotLists(app), ...hotPast(app), ...hotReads(app), ...hotWork(app)]) {
  await t.test(`${query.name} looks at no more than it must`, async (t) => {
    const statements = await app.recording(query.ask)
    t.ok(statements.length > 0, 'it asked the database')
    recorded.push({ query, statements })
    for (const statement of statements) {
      // Who asks is found out by every request, and costs the same each time.
      if (isKnown(statement)) continue
      for (const cost of await planner.costsOf(statement)) {
        for (const index of cost.indexes) used.add(index)
        t.strictSame(excessOf(cost, query), {}, shortOf(statement.text))
      }
    }
  })
}

for (const index of new Set(recorded.flatMap(({ query }) => query.by))) {
  await t.test(`without ${index} it would be noticed`, async (t) => {
    t.ok(used.has(index), 'it is used')
    for (const { query, statements } of recorded.filter(({ query }) => query.by.includes(index))) {
      const isNoticed = await planner.without(index, () => isDear(query, statements))
      t.ok(isNoticed, `${query.name} would look at more`)
    }
  })
}

t.test('every index of a large table serves a hot query, or stands among the others with what it is for', async (t) => {
  const served = new Set(recorded.flatMap(({ query }) => query.by))
  const others = new Set(Object.values(OTHER_INDEXES).flat())
  const indexes = await planner.largeIndexes()
  t.strictSame(
    indexes.filter((index) => !served.has(index) && !others.has(index)),
    [],
    'a new one needs a query that would be dear without it',
  )
  t.strictSame(
    [...others].filter((index) => served.has(index) || !indexes.includes(index)),
    [],
    'what is served, or gone, is not among the others',
  )
})

/** What a statement looks at beyond what it may. */
function excessOf({ wholeTables, rows, pages }: Cost, bounds: HotQuery): Record<string, unknown> {
  const whole = [...wholeTables].filter((table) => !bounds.whole.includes(table))
  return {
    ...(whole.length > 0 && { wholeTables: whole }),
    ...(rows > bounds.rows && { rows, atMost: bounds.rows }),
    ...(pages > bounds.pages && { pages, atMostPages: bounds.pages }),
  }
}

async function isDear(query: HotQuery, statements: readonly Statement[]): Promise<boolean> {
  for (const statement of statements) {
    if (await planner.readsWholeTable(statement, query.whole)) return true
  }
  for (const statement of statements) {
    const costs = await planner.costsOf(statement)
    if (costs.some((cost) => Object.keys(excessOf(cost, query)).length > 0)) return true
  }
  return false
}

/** Enough to know it by, in the log of a run. */
function shortOf(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 100)
}

function isKnown({ text, values }: Statement): boolean {
  const key = `${text} ${JSON.stringify(values)}`
  return known.size === known.add(key).size
}
