import type { Task } from '../../src/deps.js'
import { DEFAULT_RULES } from '../../src/domain/rules.js'
import type { GuardedFetch } from '../../src/http/guarded-fetch.js'
import { findSystemActor } from '../../src/ledger/system-actor.js'
import { digestTask } from '../../src/notices/digest-task.js'
import { noticeUnreceived } from '../../src/notices/waiting.js'
import { TASKS } from '../../src/server/tasks.js'
import { createDeliverTasks } from '../../src/webhooks/deliver-task.js'
import { order } from './app.js'
import { type Bounds, type HotQuery, hot } from './hot-query.js'
import type { LargeApp } from './large-app.js'

/** What is written, and what the worker does by itself. They are asked in this order: an item goes its way. */
export function hotWork(app: LargeApp): HotQuery[] {
  return [...changes(app), ...tasks(app)]
}

const FEW = { rows: 50, pages: 100 }
/** As when it is asked beforehand. */
const NEAR = { by: ['item_by_chainage', 'item_by_location'], rows: 8_000, pages: 150 }

function changes({ office, unit, inspector, verifier, ids }: LargeApp): HotQuery[] {
  const of = (id: string) => `/v1/items/${id}`
  const filing = {
    ...{ title: '临水弯道无护栏', area: '341225', road: 'S315', chainage: 'K12+345', category: 'lighting' },
    ...{ location: { lon: 115.61, lat: 32.71 }, externalSystem: 'phones', externalId: 'P-1' },
  }
  const listing = { level: 'general', category: 'sharp_bend_steep_slope' }
  const progress = { percent: 10, note: '开工', evidence: [ids.evidence] }
  const notes = { atomic: true, commands: [{ kind: 'notes', item: ids.code, body: { note: '已看' } }] }
  const file = () => inspector.post('/v1/items', filing, { 'idempotency-key': 'a-1' })
  return [
    hot('filing', file, { ...NEAR, by: [...NEAR.by, 'item_external'] }),
    hot('filing again', file, { ...FEW, by: ['idempotency_key_pkey'] }),
    hot('listing', () => office.post(`${of(ids.reported)}/listing`, listing), NEAR),
    hot('assigning', () => office.post(`${of(ids.listed)}/assignments`, order({ unit: ids.unit })), FEW),
    hot('accepting', () => unit.post(`${of(ids.assigned)}/acceptance`), { ...FEW, by: ['item_pkey'] }),
    hot('reporting progress', () => unit.post(`${of(ids.assigned)}/progress-reports`, progress), {
      by: ['evidence_pkey', 'evidence_band_pkey'],
    }),
    hot('applying for closure', () => unit.post(`${of(ids.assigned)}/closure-requests`, { summary: '完' }), FEW),
    hot(
      'striking off',
      () => verifier.post(`${of(ids.assigned)}/closure-decision`, { approved: true, findings: '合格' }),
      FEW,
    ),
    hot('merging', () => office.post(`${of(ids.other)}/merge`, { into: ids.listed, reason: '重复' }), FEW),
    hot('a batch', () => office.post('/v1/items/batch', notes), FEW),
    hot('confirming a notice', () => unit.post(`/v1/notices/${ids.notice}/receipt`), { ...FEW, by: ['notice_pkey'] }),
  ]
}

const DUE: Record<string, string[]> = {
  deliver: ['webhook_delivery_due'],
  digest: ['notice_unsent'],
  'message-email': ['message_pending'],
}

/** What a task's work costs; asking what is due costs nothing to speak of. */
const RUNS: Record<string, Bounds> = {
  // Everything on the clock, and whether it was noticed.
  ladder: { rows: 80_000, pages: 30_000, whole: ['notice'] },
  digest: { by: ['notice_unsent'], rows: 25_000, pages: 6_000 },
  'message-email': { by: ['message_pending'] },
  scores: {},
  'fan-out': {},
  'webhook-sweep': { rows: 3_000 },
  rechecks: { ...FEW, by: ['recheck_unnoticed'] },
  deliver: {},
}

function tasks({ deps, home }: LargeApp): HotQuery[] {
  const run = async (task: Task) => {
    const jobs = (await task.due(deps)).filter(({ data }) => data.jurisdiction === home)
    for (const { data } of jobs) await task.run(deps, data, new AbortController().signal)
  }
  const answering: GuardedFetch = async () => ({ status: 200, headers: {}, body: '' })
  const all = [...TASKS.filter(({ name }) => !name.startsWith('deliver')), ...createDeliverTasks(answering)]
  const atNight = { ...deps, now: () => `${deps.now().slice(0, 10)}T15:00:00.000Z` }
  const system = async () => {
    const actor = await findSystemActor(deps.db, home)
    if (actor === undefined) throw new Error('the jurisdiction has no system person')
    return actor
  }
  return [
    hot('sending what is urgent', () => digestTask.run(atNight, { jurisdiction: home }, new AbortController().signal), {
      rows: 20,
    }),
    hot('what was not received', async () => noticeUnreceived(deps.db, await system(), DEFAULT_RULES, deps.now()), {
      by: ['notice_to_confirm'],
      rows: 3_000,
    }),
    ...all.map((task) => hot(`what is due: ${task.name}`, () => task.due(deps), { ...FEW, by: DUE[task.name] ?? [] })),
    ...all.flatMap((task) => {
      const bounds = RUNS[task.name]
      return bounds === undefined ? [] : [hot(`doing it: ${task.name}`, () => run(task), bounds)]
    }),
  ]
}
