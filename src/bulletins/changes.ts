import type { Db, Tx } from '../db/client.js'
import { type Changes, COUNTED_FIGURES, type Content, RATE_NAMES } from './content-schema.js'
import { readGone } from './overdue.js'
import type { CutOff } from './state-at.js'

/** What differs from the content of the bulletin before: figures, rates, and which overdue items came and went. */
export async function changesSince(db: Db | Tx, cut: CutOff, before: Content, now: Content): Promise<Changes> {
  const figures = COUNTED_FIGURES.map((name) => [name, now.figures[name] - before.figures[name]] as const)
  const rates = RATE_NAMES.map((name) => [name, difference(now.rates[name].value, before.rates[name].value)] as const)
  return {
    figures: Object.fromEntries(figures) as Changes['figures'],
    rates: Object.fromEntries(rates) as Changes['rates'],
    overdue: await overdueChanges(db, cut, before, now),
  }
}

async function overdueChanges(db: Db | Tx, cut: CutOff, before: Content, now: Content): Promise<Changes['overdue']> {
  if (!isWhole(before) || !isWhole(now)) return null
  const then = new Set(before.overdueItems.items.map(({ id }) => id))
  const here = new Set(now.overdueItems.items.map(({ id }) => id))
  const came = now.overdueItems.items.filter(({ id }) => !then.has(id))
  const went = [...then].filter((id) => !here.has(id))
  return {
    came: came.map(({ id, code, title }) => ({ id, code, title })),
    went: await readGone(db, cut, went),
  }
}

function isWhole({ overdueItems }: Content): boolean {
  return overdueItems.items.length === overdueItems.total
}

/** Of two values with four decimals, exactly. */
function difference(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : Math.round((now - before) * 10_000) / 10_000
}
