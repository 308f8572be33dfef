import { type Actor, isChannel } from '../domain/access/permissions.js'
import { ON_ACCOUNT } from '../domain/item/words.js'
import { ANSWERED } from './fields.js'

// What a channel is told of an item that came through it: what its caller reported and what came of that, not who works on it,
// how, until when, and how it was judged. Each field says so for itself; what is no field is not told.

type Fields = Record<string, unknown>

/** The JSON text of an item as its caller is told it: all of it, but for channels. */
export function itemTold(actor: Pick<Actor, 'id' | 'role'>, json: string): string {
  return isChannel(actor.role) ? JSON.stringify(toldToChannel(JSON.parse(json), actor.id)) : json
}

function toldToChannel(item: Fields, channel: string): Fields {
  const told = ANSWERED.map(([name, { channel: word }]) => [name, word === 'told' ? item[name] : word.instead])
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
