import { bulletinChore } from './bulletins/chore.js'
import { recheckChore } from './close/recheck-chore.js'
import type { Chore } from './deps.js'
import { evidenceSweepChore } from './evidence/sweep-chore.js'
import { digestChore } from './notify/digest-chore.js'
import { ladderChore } from './notify/ladder-chore.js'
import { createMessageChores } from './notify/message-chore.js'
import { scoresChore } from './scores/chore.js'
import { createDeliverChores } from './webhooks/deliver-chore.js'
import { fanOutChore } from './webhooks/fan-out-chore.js'
import { sweepChore } from './webhooks/sweep-chore.js'

/** What the service does by itself: the table of contents of the worker. */
export const CHORES: readonly Chore[] = [
  ladderChore,
  digestChore,
  ...createMessageChores(),
  bulletinChore,
  scoresChore,
  fanOutChore,
  ...createDeliverChores(),
  sweepChore,
  evidenceSweepChore,
  recheckChore,
]
