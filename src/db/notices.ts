import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from './client.js'

/** Something that one recipient must be told. */
export interface NewNotice {
  kind: string
  recipient: 'unit' | 'office' | 'supervisor'
  /** For recipient `unit`. */
  unit: string | null
  /** Why: the same recipient is not told of the same cause twice. */
  cause: string
  item: string | null
  /** The item's area, for supervisors who see one area. */
  area: string | null
  dueAt: string | null
  dueSetAt: string | null
  /** What the message says beside the item itself. */
  data: Record<string, unknown>
}

/** Writes notices; those that stand there already, by cause and recipient, are left as they are. Answers how many are new. */
export async function insertNotices(
  tx: Tx,
  jurisdiction: string,
  notices: readonly NewNotice[],
  at: string,
): Promise<number> {
  if (notices.length === 0) return 0
  const json = JSON.stringify(
    notices.map(({ unit, item, dueAt, dueSetAt, ...rest }) => ({
      ...rest,
      ...{ id: uuidv7(), unit_id: unit, item_id: item, due_at: dueAt, due_set_at: dueSetAt },
    })),
  )
  const { rowCount } = await tx.execute(sql`
    insert into notice (jurisdiction_id, id, kind, recipient, unit_id, cause, item_id, area, due_at, due_set_at, data, created_at)
    select ${jurisdiction}, r.id, r.kind, r.recipient, r.unit_id, r.cause, r.item_id, r.area, r.due_at, r.due_set_at, r.data, ${at}
    from json_to_recordset(${json}::json) as r (
      id uuid, kind text, recipient text, unit_id uuid, cause text, item_id uuid, area text, due_at timestamptz,
      due_set_at timestamptz, data jsonb)
    on conflict do nothing`)
  return rowCount ?? 0
}
