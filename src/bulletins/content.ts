import { sql } from 'drizzle-orm'
import { areasOf } from '../db/areas.js'
import type { Db, Tx } from '../db/client.js'
import type { BulletinKind } from '../domain/report/bulletin.js'
import { MINIMUM_LISTED } from '../domain/report/rank.js'
import { ratesOf, sum, type Tally } from '../domain/report/tally.js'
import type { Rules } from '../domain/rules.js'
import { seriesOf } from '../domain/time/series.js'
import { daysBetween } from '../domain/time/zone.js'
import { changesSince } from './changes.js'
import { CONTENT_VERSION, type Content } from './content-schema.js'
import { figuresOf } from './figures.js'
import { readMaterial } from './material.js'
import type { OverdueItem } from './overdue.js'
import { standingsOf } from './ranking.js'
import { readScores } from './scores.js'
import type { CutOff } from './state-at.js'

/** An issued bulletin, as far as another one is compared with it. */
export interface Previous {
  reference: NonNullable<Content['previous']>
  content: Content
}

/**
 * What a bulletin is made from beside the ledger. All of it is kept in the content, so that a later making takes it from
 * there: the rules, the names of areas (reference data that an upgrade may change) and the bulletin before.
 */
export interface Inputs {
  jurisdiction: Content['jurisdiction']
  kind: BulletinKind
  rules: { version: number; ladder: readonly Pick<Rules['ladder'][number], 'rung' | 'days' | 'label'>[] }
  /** Undefined: as the reference data have them now. */
  areaNames?: ReadonlyMap<string, string>
  /** False for one from before there were scores. */
  scores: boolean
  previous: Previous | null
}

/** Makes the content: the same cut-off and inputs give the same content, whatever has happened in the ledger since. */
export async function makeContent(db: Db | Tx, cut: CutOff, inputs: Inputs): Promise<Content> {
  const { jurisdiction, kind, rules, previous } = inputs
  const { stock, past, flows, since, late, overdue, medianDays } = await readMaterial(db, cut, rules.ladder)
  const { groups, days } = figuresOf([...stock, ...past], flows)
  const unitNames = await readUnitNames(db, cut)
  const codes = new Set([...groups, ...overdue].map(({ area }) => area))
  const areaNames = inputs.areaNames ?? (await readAreaNames(db, cut.jurisdiction, [...codes]))
  const total = groups.reduce<Tally>(sum, sum(undefined, {}))
  const { openAtStart, series } = seriesOf(cut, total.onAccount - since, days, late)
  const { figures, rates } = summed(total, openAtStart, medianDays)
  const { from, to, asOf } = cut
  const content: Content = {
    version: CONTENT_VERSION,
    ...{ jurisdiction, kind, period: { from, to, days: daysBetween(from, to) }, asOf },
    ledger: { seq: cut.seq, hash: await readHash(db, cut) },
    rules: { version: rules.version, minimumListed: MINIMUM_LISTED, ladder: rules.ladder.map(rungOf) },
    ...{ figures, rates },
    units: standingsOf(groups, 'unit', unitNames, previous?.content.units ?? []),
    areas: standingsOf(groups, 'area', areaNames, previous?.content.areas ?? []),
    overdueItems: { total: total.overdue, items: overdue.map((item) => withNames(item, unitNames, areaNames)) },
    series,
    ...(inputs.scores ? { scores: await readScores(db, cut, unitNames) } : {}),
    previous: previous?.reference ?? null,
    changes: null,
  }
  return { ...content, changes: previous === null ? null : await changesSince(db, cut, previous.content, content) }
}

/** Where a content was cut off: all that is needed to make it again, with `inputsOf`. */
export function cutOffOf({ jurisdiction, ledger, asOf, period }: Content): CutOff {
  const { from, to } = period
  return { jurisdiction: jurisdiction.id, timeZone: jurisdiction.timeZone, seq: ledger.seq, asOf, from, to }
}

/** What a content was made with beside the ledger, but for the bulletin before, of which it has only the reference. */
export function inputsOf({
  jurisdiction,
  kind,
  rules,
  areas,
  overdueItems,
  scores,
}: Content): Omit<Inputs, 'previous'> {
  const named = [
    ...areas.map(({ key, name }) => [key, name] as const),
    ...overdueItems.items.map(({ area }) => [area.code, area.name] as const),
  ]
  const areaNames = new Map(named.filter((pair): pair is [string, string] => pair[0] !== null && pair[1] !== null))
  return { jurisdiction, kind, rules, areaNames, scores: scores !== undefined }
}

function rungOf({ rung, days, label }: Inputs['rules']['ladder'][number]) {
  return { rung, days, label: { zh: label.zh, en: label.en } }
}

/** What all groups add up to, and the rates that the whole has. */
function summed(total: Tally, openAtStart: number, medianDaysToClose: number | null) {
  const { listed, closed, closedUndated, onAccount, reported, overdue, dueSoon, suspended } = total
  const { extensionPending, underSupervision, newlyListed, reopenedInPeriod, closedInPeriod } = total
  const { extendedInPeriod, returnedInPeriod, closureRejectedInPeriod } = total
  const { d1to7, d8to30, d31to90, over90 } = total
  return {
    figures: {
      ...{ listed, closed, closedUndated, onAccount, reported, overdue, dueSoon, suspended },
      ...{ extensionPending, underSupervision, openAtStart, newlyListed, reopenedInPeriod, closedInPeriod },
      openAtEnd: openAtStart + newlyListed + reopenedInPeriod - closedInPeriod,
      ...{ extendedInPeriod, returnedInPeriod, closureRejectedInPeriod },
      overdueByAge: { d1to7, d8to30, d31to90, over90 },
      medianDaysToClose,
    },
    rates: ratesOf(total),
  }
}

function withNames(
  { unit, area, ...item }: OverdueItem,
  unitNames: ReadonlyMap<string, string>,
  areaNames: ReadonlyMap<string, string>,
): Content['overdueItems']['items'][number] {
  return {
    ...item,
    area: { code: area, name: areaNames.get(area) ?? null },
    unit: unit === null ? null : { id: unit, name: unitNames.get(unit) ?? null },
  }
}

/** Units' names as they were at the cut-off: the ledger has every naming. */
async function readUnitNames(db: Db | Tx, { jurisdiction, seq }: CutOff): Promise<Map<string, string>> {
  const { rows } = await db.execute<{ id: string; name: string }>(sql`
    select distinct on (data::json ->> 'id') data::json ->> 'id' as id, data::json ->> 'name' as name from event
    where jurisdiction_id = ${jurisdiction} and type in ('unit.created', 'unit.changed') and seq <= ${seq}
    order by data::json ->> 'id', seq desc`)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

async function readAreaNames(
  db: Db | Tx,
  jurisdiction: string,
  codes: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.execute<{ code: string; name: string }>(
    sql`select code, name from ${areasOf(jurisdiction)} a where code = any(${sql.param(codes)}::text[])`,
  )
  return new Map(rows.map(({ code, name }) => [code, name]))
}

async function readHash(db: Db | Tx, { jurisdiction, seq }: CutOff): Promise<string> {
  const { rows } = await db.execute<{ hash: string }>(sql`
    select encode(hash, 'hex') as hash from event where jurisdiction_id = ${jurisdiction} and seq = ${seq}`)
  const [event] = rows
  if (event === undefined) throw new Error(`the ledger of ${jurisdiction} has no event ${seq}`)
  return event.hash
}
