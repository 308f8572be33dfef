import { ON_ACCOUNT } from '../domain/item.js'
import { type Actor, isChannel } from '../domain/permissions.js'

/**
 * What a channel is told of an item that came through it: what its caller reported and what came of that, not who works on it,
 * how, until when, and how it was judged. An allow list: a field is `told`, or stands there with a value that says nothing.
 * `http/item-view.ts` does not compile while a field of the item is missing here, and what is not named here is not told.
 */
export const CHANNEL_FIELDS = {
  id: 'told',
  code: 'told',
  version: 'told',
  status: 'told',
  title: 'told',
  description: 'told',
  category: 'told',
  source: 'told',
  area: 'told',
  road: 'told',
  direction: 'told',
  carriageway: 'told',
  startChainageM: 'told',
  endChainageM: 'told',
  chainage: 'told',
  location: 'told',
  address: 'told',
  externalSystem: 'told',
  externalId: 'told',
  foundAt: 'told',
  channel: 'told',
  hotline: 'told',
  mediaUrl: 'told',
  reportedAt: 'told',
  reportedBy: 'told',
  listedAt: 'told',
  onAccount: 'told',
  closedAt: 'told',
  updatedAt: 'told',
  level: null,
  risk: null,
  evaluation: null,
  assignment: null,
  escalation: null,
  supervision: null,
  defaultDueAt: null,
  dueAt: null,
  dueProvisional: false,
  dueSoon: false,
  overdue: false,
  overdueDays: 0,
  suspended: false,
  suspension: null,
  extensionPending: false,
  extension: null,
  plan: null,
  progress: null,
  closureRequest: null,
  verifications: [],
  closedBy: null,
  closureFindings: null,
  closurePoints: null,
  recheck: null,
  dismissalReason: null,
  mergedInto: null,
  mergedFrom: [],
  evidence: [],
  suspectedRecurrenceOf: null,
} as const

type Fields = Record<string, unknown>

/** The JSON text of an item as its caller is told it: all of it, but for channels. */
export function itemTold(actor: Pick<Actor, 'id' | 'role'>, json: string): string {
  return isChannel(actor.role) ? JSON.stringify(toldToChannel(JSON.parse(json), actor.id)) : json
}

function toldToChannel(item: Fields, channel: string): Fields {
  const told = Object.entries(CHANNEL_FIELDS).map(([name, word]) => [name, word === 'told' ? item[name] : word])
  // How far the work on it has come is told in no more words than the public is told.
  const isOpen = (ON_ACCOUNT as readonly unknown[]).includes(item.status)
  const status = isOpen ? 'listed' : item.status
  return { ...Object.fromEntries(told), status, hotline: callTold(item.hotline, channel) }
}

/** What came of a call is the channel's to know, and not which of the staff it was. */
function callTold(call: unknown, channel: string): unknown {
  if (call === null) return null
  const { firstAnswer, satisfaction, ...rest } = call as { firstAnswer: Fields | null; satisfaction: Fields | null }
  const withoutStaff = (done: Fields | null) => done && { ...done, by: done.by === channel ? channel : null }
  return { ...rest, firstAnswer: withoutStaff(firstAnswer), satisfaction: withoutStaff(satisfaction) }
}
