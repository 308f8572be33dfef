import { bulletinTask } from '../bulletins/task.js'
import { recheckTask } from '../close/recheck-task.js'
import { createMessageTasks } from '../contacts/message-task.js'
import type { Task } from '../deps.js'
import { evidenceSweepTask } from '../evidence/sweep-task.js'
import { digestTask } from '../notices/digest-task.js'
import { ladderTask } from '../notices/ladder-task.js'
import { scoresTask } from '../scores/task.js'
import { createDeliverTasks } from '../webhooks/deliver-task.js'
import { fanOutTask } from '../webhooks/fan-out-task.js'
import { sweepTask } from '../webhooks/sweep-task.js'

/** What the service does by itself: the table of contents of the worker. */
export const TASKS: readonly Task[] = [
  ladderTask,
  digestTask,
  ...createMessageTasks(),
  bulletinTask,
  scoresTask,
  fanOutTask,
  ...createDeliverTasks(),
  sweepTask,
  evidenceSweepTask,
  recheckTask,
]
