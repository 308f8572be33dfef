import type { Chore } from './deps.js'
import { digestChore } from './notify/digest-chore.js'
import { ladderChore } from './notify/ladder-chore.js'

/** What the service does by itself: the table of contents of the worker. */
export const CHORES: readonly Chore[] = [ladderChore, digestChore]
