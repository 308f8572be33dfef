import { z } from 'zod'
import { invalid, type Rejection } from '../domain/rejection.js'

/** An event's place in its ledger. */
export const Seq = z
  .string()
  .regex(/^\d{1,15}$/, '须为序号。 | A seq: digits.')
  .transform(Number)

/** A follower that is ahead of the ledger follows another one, such as a database that was restored. */
export function beyondHead(pointer: string, seq: number): Rejection {
  return invalid(pointer, {
    zh: `台账目前只到第 ${seq} 条；请核对是否连到了恢复过的数据库。`,
    en: `The ledger ends at seq ${seq}: has the database been restored from a backup?`,
  })
}
