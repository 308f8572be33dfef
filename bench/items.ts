import type { ItemEvent } from '../src/domain/item/events.js'
import type { NumberedImport } from '../src/import/write-items.js'

// The data set: what happens to the k-th item, the same in every run. Each item has ten events, but those of an import that
// came first and are due: they have one.

export const DAY_MS = 86_400_000
/** The present of every run. */
export const NOW = '2026-06-15T02:00:00.000Z'
/** The ledger begins so long before, in the same year: the k-th item has the number k + 1. */
export const SPAN_DAYS = 150
export const EVENTS_AN_ITEM = 10
/** What is not archive repeats after so many items. */
export const CYCLE = 20
/** The places of a cycle that are assigned and wait for acceptance. */
export const ASSIGNED = { from: 12, to: 17 }

export type State = 'due' | 'closed' | 'reported' | 'listed' | 'assigned' | 'remediating'

/** A list: so many items with one event, on account and due; then so many with ten, of which a share is on account. */
export interface DataSet {
  due: number
  items: number
  open: number
}

export function countOf({ due, items }: DataSet): { items: number; events: number } {
  return { items: due + items, events: due + items * EVENTS_AN_ITEM }
}

const AREAS = ['341202', '341203', '341204', '341221', '341222', '341225', '341226', '341282']
const CATEGORIES = [
  'roadside_protection',
  'sharp_bend_steep_slope',
  'median_opening',
  'lighting',
  'pavement_defect',
  'other',
]
const PLACES = ['临水弯道', '平交路口', '学校门口', '长下坡', '集市路段', '桥头', '匝道', '村口']
const FAULTS = ['无护栏', '缺少标志', '路面坑槽', '照明不足', '视距不良', '开口过多', '标线不清', '树木遮挡', '积水']

/** How many of the items are archive: closed, and older than the others. Half of the others are on account. */
export function archiveOf(items: number, open: number): number {
  return Math.max(0, items - Math.round((items * open * 2) / CYCLE) * CYCLE)
}

export function stateOf(k: number, { due, items, open }: DataSet): State {
  if (k < due) return 'due'
  const place = k - due - archiveOf(items, open)
  return place < 0 ? 'closed' : stateInCycle(place % CYCLE)
}

function stateInCycle(place: number): State {
  if (place < 8) return 'closed'
  if (place < 10) return 'reported'
  if (place < ASSIGNED.from) return 'listed'
  return place <= ASSIGNED.to ? 'assigned' : 'remediating'
}

const pick = <T>(values: readonly T[], k: number): T => values[k % values.length] as T

export function importOf(k: number, state: State, at: string): NumberedImport {
  const isListed = state !== 'reported'
  return {
    title: `${pick(PLACES, k)}${pick(FAULTS, k)}`,
    description: `第 ${k} 处:${pick(FAULTS, k * 7)},雨天易发生事故,须在汛期前治理。`,
    category: pick(CATEGORIES, k * 5),
    ...{ risk: 'road', source: 'import', area: pick(AREAS, k * 3), road: `S${300 + (k % 40)}`, direction: 'both' },
    ...{ startChainageM: (k * 137) % 90_000, endChainageM: ((k * 137) % 90_000) + 50 },
    ...{ lon: 115 + ((k * 31) % 15_000) / 10_000, lat: 32.5 + ((k * 17) % 10_000) / 10_000 },
    address: `某乡镇 ${k} 号`,
    ...{ foundAt: null, status: isListed ? 'listed' : 'reported', level: k % 5 === 0 ? 'major' : 'general' },
    ...{ reportedAt: at, listedAt: isListed ? at : null, dueAt: isListed ? importedDueAt(k, state) : null },
    ...{ closedAt: null, dismissalReason: null, importId: '00000000-0000-7000-8000-0000000000e1', line: k + 2 },
    ...{ externalSystem: 'earlier', externalId: `E-${k}` },
  }
}

/** What is due has missed its deadline by so many days that it climbs the ladder's first rung, and no other. */
function importedDueAt(k: number, state: State): string {
  return state === 'due' ? new Date(Date.parse(NOW) - (1 + (k % 2)) * DAY_MS).toISOString() : dueAt(k)
}

/** From 80 days before the present to 120 days after it. */
function dueAt(k: number): string {
  return new Date(Date.parse(NOW) + (((k * 37) % 200) - 80) * DAY_MS).toISOString()
}

/** The j-th event after the item's first, 1 to 9, of an item that has ten. */
export function eventOf(k: number, state: State, j: number, unit: string): ItemEvent {
  const note = `第 ${j} 次现场核查:${pick(FAULTS, k + j)},已设临时警示。`
  if (state === 'reported' || state === 'listed') return { type: 'item.noted', data: { note } }
  if (state === 'assigned') return j < 9 ? { type: 'item.noted', data: { note } } : assigned(k, unit)
  if (j === 1) return assigned(k, unit)
  if (j === 2) return { type: 'item.accepted', data: {} }
  if (state === 'closed' && j === 7) return { type: 'item.closure_requested', data: { summary: note } }
  if (state === 'closed' && j === 8) return { type: 'item.closed', data: { findings: note } }
  if (state === 'closed' && j === 9) return { type: 'item.rechecked', data: { passed: true, findings: note } }
  return { type: 'item.progress_reported', data: { percent: j * 10, note, spentFen: null } }
}

function assigned(k: number, unit: string): ItemEvent {
  return {
    type: 'item.assigned',
    data: {
      goal: '消除坠车风险',
      leadOfficial: { name: pick(['王建国', '李敏', '陈涛'], k), title: '副县长' },
      responsibleUnit: unit,
      coUnits: [],
      completionStandard: '护栏与警示标志齐全,验收合格',
      dueAt: dueAt(k),
      ...{ reward: '年度考核加 2 分', penalty: '通报并扣 5 分', provisional: false, workingDays: null },
    },
  }
}
