import { type SQL, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { NOTICES, type NoticeKind, type Party } from '../domain/item/notice.js'
import type { Tx } from './client.js'

/** Something that one recipient must be told. */
export interface NewNotice {
  kind: NoticeKind
  recipient: Party
  /** For recipient `unit`. */
  unit: string | null
  /** For recipient `person`. */
  person?: string
  /** Why: the same recipient is not told of the same cause twice. */
  cause: string
  item: string | null
  /** The item's area, for supervisors and inspectors who see one area. */
  area: string | null
  dueAt: string | null
  dueSetAt: string | null
  /** Whether its deadline is so near that it does not wait for working hours. */
  urgent?: boolean
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
  const { rowCount } = await tx.execute(noticeInsert(jurisdiction, notices, at))
  return rowCount ?? 0
}

/**
 * The statement that writes notices, of any number. It leaves out what the rules in force keep from everyone, and what is for
 * a person who reads no notices: someone of the office is told as the office, and who is switched off, not at all.
 */
export function noticeInsert(jurisdiction: string, notices: readonly NewNotice[], at: string): SQL {
  const json = JSON.stringify(
    notices.map(({ kind, unit, person = null, item, dueAt, dueSetAt, urgent = false, ...rest }) => ({
      ...rest,
      ...{ id: uuidv7(), kind, unit_id: unit, person_id: person, item_id: item, due_at: dueAt, due_set_at: dueSetAt },
      ...{ urgent, wants_receipt: NOTICES[kind].receipt },
    })),
  )
  return sql`
    insert into notice (jurisdiction_id, id, kind, recipient, unit_id, person_id, cause, item_id, area, due_at, due_set_at, data,
      urgent, wants_receipt, created_at)
    select ${jurisdiction}, r.id, r.kind, r.recipient, r.unit_id, r.person_id, r.cause, r.item_id, r.area, r.due_at, r.due_set_at,
      r.data, r.urgent or t.timing = 'at_once', r.wants_receipt, ${at}
    from json_to_recordset(${json}::json) as r (
      id uuid, kind text, recipient text, unit_id uuid, person_id uuid, cause text, item_id uuid, area text, due_at timestamptz,
      due_set_at timestamptz, data jsonb, urgent boolean, wants_receipt boolean)
    cross join lateral (select coalesce((select v.data -> 'notices' ->> r.kind from rules v
      where v.jurisdiction_id = ${jurisdiction} order by v.version desc limit 1), 'digest') as timing) t
    where t.timing <> 'off' and (r.person_id is null or exists (select from person p
      where p.jurisdiction_id = ${jurisdiction} and p.id = r.person_id and p.active and p.role in ('inspector', 'hotline')))
    on conflict do nothing`
}
