import { sql } from 'drizzle-orm'
import type { Db, Tx } from './client.js'

/** A jurisdiction that a task has not looked at for a while. */
export interface DueSweep extends Record<string, unknown> {
  jurisdiction: string
  /** The last run found more than it could do. */
  behind: boolean
}

/** The jurisdictions that `task` has not looked at for `everyS` seconds, or at a time that a clock which went back has not reached. */
export async function dueSweeps(db: Db, task: string, now: string, everyS: number): Promise<DueSweep[]> {
  const { rows } = await db.execute<DueSweep>(sql`
    select j.id as jurisdiction, coalesce(s.behind, false) as behind from jurisdiction j
    left join sweep s on s.jurisdiction_id = j.id and s.chore = ${task}
    where s.swept_at is null or s.behind or s.swept_at > ${now}
      or s.swept_at <= ${now}::timestamptz - make_interval(secs => ${everyS})`)
  return rows
}

/** A job for each of these jurisdictions, as a task's `due` answers them. */
export async function sweepJobs(db: Db, task: string, now: string, everyS: number) {
  const sweeps = await dueSweeps(db, task, now, everyS)
  return sweeps.map(({ jurisdiction }) => ({ key: jurisdiction, data: { jurisdiction } }))
}

export async function markSwept(db: Db | Tx, task: string, jurisdiction: string, now: string, behind = false) {
  await db.execute(sql`
    insert into sweep (jurisdiction_id, chore, swept_at, behind) values (${jurisdiction}, ${task}, ${now}, ${behind})
    on conflict (jurisdiction_id, chore) do update set swept_at = excluded.swept_at, behind = excluded.behind`)
}
