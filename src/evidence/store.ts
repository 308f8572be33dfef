import type { Readable } from 'node:stream'
import type { Words } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'

/** A file that is to be kept, as it lies in the temporary folder. */
export interface NewFile {
  path: string
  bytes: number
  /** Lower-case hex. */
  sha256: string
  mediaType: string
}

/**
 * Where files are kept, by names of our own making: letters, digits, `-`, `.` and `/`. A file is there completely or not
 * at all, and does not change.
 */
export interface FileStore {
  /** Durably; again under the same name is no harm. @throws EdgeError `storage-full` (507), `storage-away` (503) */
  put(name: string, file: NewFile): Promise<void>
  /** Undefined where there is none of that name. @throws EdgeError `storage-away` */
  open(name: string): Promise<Readable | undefined>
  /** Also where there is none of that name. */
  remove(name: string): Promise<void>
  /** Clears away what a process that died left of a file it was putting. */
  tidy(): Promise<void>
}

const RETRY_AFTER_S = 30
const FULL: Words = {
  zh: '服务器存储空间不足，文件未保存。',
  en: 'The service’s storage is full; the file was not kept.',
}
const AWAY: Words = { zh: '文件存储暂时不可用；请稍后重试。', en: 'The file storage is away; try again shortly.' }

export function storageFull(): EdgeError {
  return new EdgeError('storage-full', FULL, RETRY_AFTER_S)
}

export function storageAway(cause: unknown): EdgeError {
  return Object.assign(new EdgeError('storage-away', AWAY, RETRY_AFTER_S), { cause })
}

/** No space, no quota, a read-only or failing disk: the request may be right, and the disk is not. */
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT'])

/** What the file system reports, as a refusal; anything else as it is. */
export function storageErrorOf(err: unknown): unknown {
  if (!(err instanceof Error) || typeof (err as { syscall?: unknown }).syscall !== 'string') return err
  return FULL_CODES.has((err as { code?: string }).code ?? '') ? storageFull() : storageAway(err)
}
