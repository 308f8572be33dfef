import { command, type ItemCommand } from '../commands/item-command.js'
import { findArea } from '../db/areas.js'
import { defaultDeadlines } from '../db/deadline.js'
import { correct, dismiss, list, note } from '../domain/item/decide/list.js'
import type { Place } from '../domain/item/item.js'
import { localDate } from '../domain/time/zone.js'
import { requireKnownCodes, requireUsable } from '../item/known-codes.js'
import { changeItem, mergeItems } from '../ledger/change-item.js'
import { citeFor } from '../ledger/citation.js'
import { openItem } from '../ledger/open-item.js'
import { lookAgain, withDuplicates } from './duplicates.js'
import { placeWarnings, withArea, withWarnings } from './locate.js'
import { correctionOf, filedOf, withSide } from './place.js'
import { AddNote, CorrectItem, FileItem, ListItem, MergeItem, Reason } from './schemas.js'

const TAG = 'List'

/** The one list (一单): file, correct, evaluate, dismiss, merge, note. */
export const LIST_COMMANDS: readonly ItemCommand[] = [
  command({
    kind: 'filing',
    at: 'list',
    action: 'item.file',
    operationId: 'fileItem',
    tag: TAG,
    summary: 'File an item (上报)',
    description:
      'Files a hazard. It gets its code at once and waits in status `reported` for the office’s evaluation. The answer names items at the same place that it may repeat (`possibleDuplicates`), and one that was struck off and may have come back (`suspectedRecurrenceOf`); ask before filing at `GET /v1/possible-duplicates`. A point that lies elsewhere than it is said to is pointed out (`warnings`).',
    body: FileItem,
    async run(tx, change, body) {
      const { actor } = change
      const { id, timeZone } = actor.jurisdiction
      const filed = await withArea(tx, actor, filedOf(body))
      await requireKnownCodes(tx, id, filed, '', localDate(change.now, timeZone))
      const warnings = await placeWarnings(tx, actor, filed)
      const opened = await openItem(tx, change, filed, await citeFor(tx, change, body.evidence))
      return withWarnings(withDuplicates(opened), warnings)
    },
  }),
  command({
    kind: 'correction',
    at: 'item',
    action: 'item.correct',
    operationId: 'correctItem',
    tag: TAG,
    summary: 'Correct what was filed (更正)',
    description:
      'JSON merge patch of descriptive fields, by the filer or the office. Needs `If-Match`. The change is an event like any other.',
    body: CorrectItem,
    async run(tx, change, body) {
      const { actor } = change
      const plain = correctionOf(body)
      const { id, timeZone } = actor.jurisdiction
      await requireKnownCodes(tx, id, plain)
      const area = plain.area === undefined ? undefined : await findArea(tx, id, plain.area)
      let corrected: Place | undefined
      const outcome = await changeItem(tx, change, (item) => {
        const patch = withSide(plain, body, item.address)
        // What lies in a retired area may be sent back as it is.
        const isMoved = area !== undefined && area.code !== item.area
        if (isMoved) requireUsable(area, localDate(change.now, timeZone), '/area')
        if (isMoved || patch.lon !== undefined) corrected = { ...item, ...patch }
        return correct(item, patch, actor)
      })
      return withWarnings(outcome, corrected === undefined ? [] : await placeWarnings(tx, actor, corrected))
    },
  }),
  command({
    kind: 'listing',
    action: 'item.list',
    tag: TAG,
    summary: 'List an item (立项挂账)',
    description:
      'Puts a reported item on account with its evaluation (综合评估): level, category, and the default deadline of the level.',
    body: ListItem,
    async run(tx, change, { level, category = null, evaluation = null }) {
      const { jurisdiction } = change.actor
      await requireKnownCodes(tx, jurisdiction.id, { category })
      const deadlineOf = await defaultDeadlines(tx, jurisdiction)
      if (category !== null) await lookAgain(tx, change, category)
      return changeItem(tx, change, (item, at) => list(item, { level, category, evaluation }, deadlineOf(level, at)))
    },
  }),
  command({
    kind: 'dismissal',
    action: 'item.dismiss',
    tag: TAG,
    summary: 'Dismiss an item (不予立项)',
    description: 'The evaluation found no hazard; the reason stays in the ledger.',
    body: Reason,
    run: (tx, change, { reason }) => changeItem(tx, change, (item) => dismiss(item, reason)),
  }),
  command({
    kind: 'merge',
    action: 'item.merge',
    tag: TAG,
    summary: 'Merge an item into another (并案)',
    description:
      'A repeated filing is merged into the item that stays; that one gains the link. A merged, dismissed or closed item takes nothing in.',
    body: MergeItem,
    alsoChanges: ({ into }) => [into],
    run: (tx, change, { into, reason }) => mergeItems(tx, change, into, reason),
  }),
  command({
    kind: 'notes',
    action: 'item.note',
    tag: TAG,
    summary: 'Add a note (备注)',
    description: 'A remark in the item’s ledger, in any status.',
    body: AddNote,
    run: (tx, change, { note: text }) => changeItem(tx, change, (item) => note(item, text)),
  }),
]
