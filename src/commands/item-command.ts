import type { z } from 'zod'
import type { Tx } from '../db/client.js'
import type { Action } from '../domain/access/permissions.js'
import { preconditionRequired } from '../http/command.js'
import type { Outcome } from '../ledger/act.js'
import type { Change } from '../ledger/change-item.js'

/** One thing that can be done to an item, as data: the same for its own route and for a batch. */
export interface ItemCommand<B extends z.ZodType = z.ZodType> {
  /** Its name in a batch, and the noun under the item's URL. */
  kind: string
  /** Where its route is instead: `list`, a POST to the list; `item`, a PATCH of the item, which needs `If-Match`. */
  at?: 'list' | 'item'
  action: Action
  /** `action` in camel case unless it says. */
  operationId?: string
  tag: string
  summary: string
  description: string
  body: B
  /** Other items, by UUID or code, that it changes too. */
  alsoChanges?(body: z.output<B>): string[]
  /** Does it in an open transaction: what must hold beside the item, then the change. */
  run(tx: Tx, change: Change, body: z.output<B>): Promise<Outcome>
}

/** A command among others, whose bodies differ. */
export function command<B extends z.ZodType>(definition: ItemCommand<B>): ItemCommand {
  return definition
}

/** The header `If-Match` as it was given; undefined where it was not. @throws Rejection `precondition-required` (428) */
export function requireVersionNamed({ at }: ItemCommand, ifMatch: string | undefined): void {
  if (at === 'item' && ifMatch === undefined) throw preconditionRequired()
}
