import fc from 'fast-check'
import type { Status } from '../../src/domain/item/words.js'
import { type Caller, DAY_MS, type Json, order } from './app.js'

// Random requests by random callers at random times, for walks over HTTP.

export const WHO = [
  ...(['office', 'inspector', 'verifier', 'supervisor', 'unit', 'otherUnit', 'auditor', 'admin'] as const),
  // Somebody of the responsible unit who is an inspector, and people whose area is another county than item 0's.
  ...(['unitInspector', 'farInspector', 'farSupervisor'] as const),
  ...(['foreignOffice', 'foreignInspector', 'foreignUnit'] as const),
] as const
export type Who = (typeof WHO)[number]

/** Where a walk stands: its items as last read, item 0 in one county and item 1 in another. */
export interface World {
  now: () => string
  units: readonly [string, string]
  callers: Record<Who, Caller>
  items: Json[]
}

/** What a walk says of one of its steps; the request is made where the walk stands by then. */
export interface Step {
  item: number
  /** Whether command and caller are taken from those that are likely to be let. */
  likely: boolean
  /** Whether a likely command is the one that brings the item on. */
  onward: boolean
  command: number
  who: Who
  byCode: boolean
  /** How far the clock goes since the step before; it may go back. */
  elapsedMs: number
  ifMatch: 'none' | 'present' | 'stale'
  /** Whether the request is sent again, with the same key. */
  again: boolean
  yes: boolean
  /** A deadline that is asked for, in days from now. */
  days: number
}

/** Stands for a date that no calendar has, and for the last one that it has. */
const NEVER = 3_000_000

export const aStep: fc.Arbitrary<Step> = fc.record({
  item: fc.constantFrom(0, 0, 0, 1),
  likely: fc.constantFrom(true, true, true, false),
  onward: fc.boolean(),
  command: fc.nat(999),
  who: fc.constantFrom(...WHO),
  byCode: fc.boolean(),
  elapsedMs: fc.constantFrom(0, 1, 3_600_000, 20 * DAY_MS, -3 * DAY_MS),
  ifMatch: fc.constantFrom('none', 'none', 'none', 'none', 'present', 'stale'),
  again: fc.constantFrom(false, false, true),
  yes: fc.boolean(),
  days: fc.constantFrom(-3, 0, 1, 15, 40, 60, NEVER),
})

interface Command {
  /** Who is likely to be let, and in which statuses. */
  by: readonly Who[]
  in: readonly Status[]
  body: (step: Step, world: World) => object | undefined
}

const OWNED = ['assigned', 'remediating', 'closure_requested'] as const
const ACCOUNT = ['listed', ...OWNED] as const
const UNITS = ['unit', 'otherUnit'] as const
const DOING = ['remediating'] as const
const reason = () => ({ reason: '情况属实' })

const ONWARD: Partial<Record<Status, string>> = {
  reported: 'listing',
  listed: 'assignments',
  assigned: 'acceptance',
  remediating: 'closure-requests',
  closure_requested: 'closure-decision',
  closed: 'rechecks',
}

/** Every command by its noun under the item; the correction is a patch of the item itself. */
const COMMANDS: Record<string, Command> = {
  '': {
    by: ['inspector', 'office'],
    in: ['reported', ...ACCOUNT],
    body: ({ yes, days }) => (yes ? { title: `护栏缺失 ${days}` } : { category: null }),
  },
  listing: { by: ['office'], in: ['reported'], body: ({ yes }) => ({ level: yes ? 'major' : 'general' }) },
  dismissal: { by: ['office'], in: ['reported'], body: reason },
  merge: { by: ['office'], in: ['reported'], body: (_, { items }) => ({ into: items[1].code, ...reason() }) },
  assignments: { by: ['office'], in: ['listed', 'assigned'], body: orderOf },
  'lead-official': {
    by: ['office'],
    in: OWNED,
    body: ({ yes }) => ({ leadOfficial: { name: yes ? '李敏' : '王　建国' } }),
  },
  acceptance: { by: UNITS, in: ['assigned'], body: () => undefined },
  return: { by: UNITS, in: ['assigned'], body: reason },
  plan: { by: UNITS, in: DOING, body: ({ days }) => ({ measures: '加装护栏', budgetFen: days }) },
  'progress-reports': { by: UNITS, in: DOING, body: ({ days }) => ({ percent: days, note: '已打设' }) },
  'extension-requests': {
    by: UNITS,
    in: DOING,
    body: (step, world) => ({ dueAt: dueAtOf(step, world, 60), ...reason() }),
  },
  'extension-decision': {
    by: ['office'],
    in: ['remediating', 'closure_requested'],
    body: (step, world) => ({ approved: step.yes, ...(step.again ? { dueAt: dueAtOf(step, world, 60) } : {}) }),
  },
  suspension: { by: ['office'], in: OWNED, body: reason },
  resumption: { by: ['office'], in: OWNED, body: () => ({}) },
  'closure-requests': { by: UNITS, in: DOING, body: () => ({ summary: '已完成' }) },
  'closure-decision': {
    by: ['verifier', 'unitInspector', 'office', 'unitInspector', 'farInspector'],
    in: ['closure_requested'],
    body: ({ yes }) => ({ approved: yes, findings: '已现场核验' }),
  },
  rechecks: {
    by: ['verifier', 'office', 'unitInspector'],
    in: ['closed'],
    body: ({ yes }) => ({ passed: yes, findings: '回头看' }),
  },
  reopening: { by: ['office'], in: ['closed'], body: reason },
  supervision: { by: ['supervisor', 'office'], in: ACCOUNT, body: () => ({ tier: 'city', ...reason() }) },
  'supervision-end': { by: ['supervisor', 'office'], in: ACCOUNT, body: reason },
  notes: { by: ['inspector', 'unit', 'admin'], in: ['closed', 'merged'], body: () => ({ note: '已电话联系' }) },
}

export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS)

/** The request that a step makes where the walk stands. */
export function requestFor(step: Step, world: World): { who: Who; command: string; body: object | undefined } {
  const item = world.items[step.item]
  const name = step.likely ? likelyCommand(step, item) : pick(COMMAND_NAMES, step.command)
  const command = COMMANDS[name]
  if (command === undefined) throw new Error(`there is no command ${name}`)
  const owner: Who = item.assignment?.responsibleUnit === world.units[0] ? 'unit' : 'otherUnit'
  const able = command.by === UNITS ? [owner] : command.by
  return { who: step.likely ? pick(able, step.command) : step.who, command: name, body: command.body(step, world) }
}

function likelyCommand(step: Step, item: Json): string {
  const onward = ONWARD[item.status as Status]
  if (step.onward && onward !== undefined) return onward
  const likely = COMMAND_NAMES.filter((name) => COMMANDS[name]?.in.includes(item.status))
  return pick(likely.length > 0 ? likely : COMMAND_NAMES, step.command)
}

function orderOf(step: Step, world: World): object {
  const [unit, other] = step.command % 3 > 0 ? world.units : [world.units[1], world.units[0]]
  return { ...order({ unit }), coUnits: step.yes ? [other] : [], dueAt: dueAtOf(step, world, 0) }
}

/** As a date or as an instant. */
function dueAtOf({ days, yes }: Step, { now }: World, later: number): string {
  if (days === NEVER) return yes ? '9999-12-31' : '2026-02-30'
  const instant = new Date(Date.parse(now()) + (days + later) * DAY_MS).toISOString()
  return yes ? instant : instant.slice(0, 10)
}

function pick<T>(choices: readonly T[], n: number): T {
  const choice = choices[n % choices.length]
  if (choice === undefined) throw new Error('nothing to choose from')
  return choice
}
