import { verifyClosing } from '../close/verify.js'
import { jurisdiction } from '../db/schema.js'
import { verifyDocuments } from '../documents/verify.js'
import { createFileStore } from '../evidence/file-store.js'
import { verifyFiles } from '../evidence/verify.js'
import { verifyChain } from '../ledger/verify.js'
import { verifyItems } from '../ledger/verify-items.js'
import { verifyScores } from '../scores/verify.js'
import { CommandError, readArguments, withDatabase } from './command.js'

const USAGE = `one-list verify [--jurisdiction <id>]

  Recomputes every ledger's hash chain, folds every item's events to compare them with its rows, compares every score
  with its event, reads every file of evidence and of papers to compare it with its hash, and draws every sample of
  rechecks again.
  Exit code 1 when anything is not as the ledger says.`

export async function run(args: string[]): Promise<void> {
  const { values } = readArguments(args, { jurisdiction: { type: 'string' } }, USAGE)
  await withDatabase(async ({ db, config }) => {
    const store = createFileStore(config.evidence)
    const all = (await db.select().from(jurisdiction).orderBy(jurisdiction.id)).map(({ id }) => id)
    const chosen = values.jurisdiction === undefined ? all : all.filter((id) => id === values.jurisdiction)
    if (chosen.length === 0) throw new CommandError(`There is no jurisdiction ${values.jurisdiction ?? ''}`.trim())
    let ok = true
    for (const id of chosen) {
      const chain = await verifyChain(db, id)
      const verdict = chain.ok ? 'the chain is whole' : `the chain is BROKEN at seq ${chain.firstBadSeq}`
      process.stdout.write(`${id}: ${chain.checked} events, ${verdict}\n`)
      const items = await verifyItems(db, id)
      process.stdout.write(
        `${id}: ${items.checked} items, ${items.ok ? 'each row is what its events say' : 'FAULTS:'}\n`,
      )
      for (const { itemCode, itemId, version, fault, fields } of items.faults) {
        process.stdout.write(`  ${itemCode} (${itemId}) version ${version}: ${fault} ${fields.join(', ')}\n`)
      }
      const scores = await verifyScores(db, id)
      process.stdout.write(
        `${id}: ${scores.checked} scores, ${scores.ok ? 'each is what its event says' : 'FAULTS:'}\n`,
      )
      for (const { id: score, fault } of scores.faults) process.stdout.write(`  ${score}: ${fault}\n`)
      const files = await verifyFiles(db, store, id)
      process.stdout.write(`${id}: ${files.checked} files, ${files.ok ? 'each is as it was kept' : 'FAULTS:'}\n`)
      for (const { name, fault } of files.faults) process.stdout.write(`  ${name}: ${fault}\n`)
      const papers = await verifyDocuments(db, id)
      process.stdout.write(
        `${id}: ${papers.checked} files of papers, ${papers.ok ? 'each is as the ledger says' : 'FAULTS:'}\n`,
      )
      for (const { document, fault } of papers.faults) process.stdout.write(`  ${document}: ${fault}\n`)
      const closing = await verifyClosing(db, id)
      process.stdout.write(
        `${id}: ${closing.checked} draws and recurrences, ${closing.ok ? 'each is as the ledger has it' : 'FAULTS:'}\n`,
      )
      for (const { name, fault } of closing.faults) process.stdout.write(`  ${name}: ${fault}\n`)
      ok &&= chain.ok && items.ok && scores.ok && files.ok && papers.ok && closing.ok
    }
    if (!ok) throw new CommandError('The ledger, the list and the files do not agree.')
  })
}
