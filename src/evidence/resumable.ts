import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid'
import { lockPerson } from '../db/lock.js'
import { makeFolder } from '../db/make-folder.js'
import type { Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid, notFound, Rejection } from '../domain/rejection.js'
import { latenessOf } from '../http/body-rate.js'
import { EdgeError } from '../http/problem.js'
import { requireTakenType } from './declared.js'
import { saidOf } from './fields.js'
import { uploadsFolder } from './file-store.js'
import { addEvidence, type Keeper, keepFile } from './keep.js'
import { MAX_PARTIAL } from './limits.js'
import { storageAway, storageErrorOf, storageFull } from './store.js'
import { refusalOf } from './tus-problem.js'
import { fieldsOf, hasBytes, metadataOf, requireKnownExtensions } from './tus-request.js'
import { createPartialUploads, type PartialUploads, tidyPartial } from './tus-store.js'
import { createUploadLocks } from './upload-locks.js'
import { measured, tidyWorkspaces, withWorkspace } from './workspace.js'

export const PATH = '/v1/evidence-uploads'
/** Makes ids of Idempotency-Keys, so that a repetition names the same upload. */
const NAMESPACE = '6f5b1c1e-0d43-4b0e-9a53-1d6f2b7c9e10'
const TIDY_MS = 3_600_000
const PARTIAL = 'partial'
/** Less than this is no space. */
const FREE_BYTES = 1_048_576

/** How an upload stands. */
export interface UploadProgress {
  headers: Record<string, string>
  view: { offset: number; length: number | null; complete: boolean }
  isReplayed?: boolean
}

type UploadDeps = Pick<Deps, 'db' | 'now' | 'config'> & { keeper: Keeper }

/** Uploads by tus: the library keeps the protocol and the bytes, this their owners and what they become. */
export function createResumableUploads({ db, now, config, keeper }: UploadDeps) {
  const folder = uploadsFolder(config.evidence)
  const names = new WeakMap<object, string>()
  const locks = createUploadLocks(db)
  let made: PartialUploads | undefined
  // A process that receives nothing needs no folder. The library makes it too, but ends the process where it cannot.
  const partial = async () => {
    await makeFolder(join(folder, PARTIAL), 0o700).catch((err) => {
      throw storageErrorOf(err)
    })
    made ??= createPartialUploads(join(folder, PARTIAL), PATH, names, locks.locker)
    return made
  }
  let tidying: NodeJS.Timeout | undefined

  /** Hands a request to the library, as about the upload of that name. @throws what its refusal means */
  async function hand(
    request: FastifyRequest,
    method: string,
    name: string,
    more: Record<string, string> = {},
  ): Promise<Record<string, string>> {
    const headers = new Headers({ 'tus-resumable': '1.0.0', ...more })
    // Of what came with the beginning, the beginning has had its headers.
    const isRest = 'upload-offset' in more
    for (const [key, value] of Object.entries(request.headers)) {
      const isHanded = (/^upload-/.test(key) && !isRest) || (method === 'PATCH' && /^content-(type|length)$/.test(key))
      if (isHanded && typeof value === 'string') headers.set(key, value)
    }
    const body = method === 'PATCH' ? (Readable.toWeb(request.raw) as ReadableStream) : null
    const handed = new Request(`http://localhost${PATH}`, { method, headers, body, duplex: 'half' } as RequestInit)
    names.set(handed, name)
    const response = await (await partial()).server.handleWeb(handed)
    const late = latenessOf(request)
    if (late !== undefined) throw late
    if (response.status === 501) throw refusalOf(400, await response.text())
    if (response.status >= 500) throw await failureOf(await response.text())
    if (response.status >= 400) throw refusalOf(response.status, await response.text())
    const answered = [...response.headers].filter(([key]) => /^(upload-|tus-|location$)/.test(key))
    return Object.fromEntries(answered)
  }

  async function failureOf(text: string): Promise<EdgeError> {
    const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 1, bsize: FREE_BYTES }))
    return bavail * bsize < FREE_BYTES ? storageFull() : storageAway(new Error(text.trim()))
  }

  /** One after the other, of one person: each counts those before it. Bytes that come with it are taken afterwards. */
  function create(request: FastifyRequest, name: string): Promise<Record<string, string>> {
    const { actor } = request
    return db.transaction(async (tx) => {
      await lockPerson(tx, actor)
      if ((await (await partial()).count(actor)) >= MAX_PARTIAL) throw tooManyPartial()
      return hand(request, 'POST', name)
    })
  }

  /** The evidence that an upload of the caller's has become. */
  async function findFinished(actor: Actor, id: string): Promise<UploadProgress | undefined> {
    const { rows } = await db.execute<{ bytes: number }>(sql`
      select f.received_bytes as bytes from evidence e
      join evidence_file f on f.jurisdiction_id = e.jurisdiction_id and f.received_sha256 = e.received_sha256
      where e.jurisdiction_id = ${actor.jurisdiction.id} and e.id = ${id} and e.uploaded_by = ${actor.id}`)
    return rows[0] === undefined ? undefined : standingOf(rows[0].bytes, rows[0].bytes, true)
  }

  /**
   * Looks at an upload if it is complete, while nobody else writes to it or looks at it. It is gone then, unless it was not
   * its own fault.
   */
  async function finish(actor: Actor, id: string, name: string): Promise<void> {
    const upload = await (await partial()).find(name)
    if (upload === undefined || upload.size !== upload.offset) return
    try {
      if (upload.size === 0) throw invalid('/file', { zh: '文件为空。', en: 'The file is empty.' })
      const said = saidOf(fieldsOf(upload.metadata))
      await withWorkspace(folder, async (workspace) => {
        const file = await measured((await partial()).pathOf(name))
        const sha256 = await keepFile(keeper, actor, file, workspace, now())
        const intent = { actor, now: now(), idempotency: undefined }
        await addEvidence(db, intent, { id, said, receivedSha256: file.sha256, sha256 })
      })
    } catch (err) {
      const isFilesFault =
        err instanceof Rejection || (err instanceof EdgeError && err.code === 'unsupported-media-type')
      if (isFilesFault) await (await partial()).remove(name)
      throw err
    }
    await (await partial()).remove(name)
  }

  async function hold<R>(actor: Actor, id: string, work: (name: string) => Promise<R>): Promise<R> {
    const name = (await partial()).nameOf(actor, id)
    return locks.hold(actor, id, name, () => work(name))
  }

  async function standing(actor: Actor, id: string, isHeld = false): Promise<UploadProgress> {
    const name = (await partial()).nameOf(actor, id)
    const upload = await (await partial()).find(name)
    if (upload !== undefined && upload.size === upload.offset) {
      if (isHeld) await finish(actor, id, name)
      else await hold(actor, id, () => finish(actor, id, name))
    }
    const left = upload === undefined ? undefined : await (await partial()).find(name)
    if (left !== undefined) return standingOf(left.offset, left.size ?? null, false)
    const finished = await findFinished(actor, id)
    if (finished === undefined) throw notFound()
    return finished
  }

  return {
    async describe(request: FastifyRequest): Promise<UploadProgress> {
      return { ...standingOf(0, null, false), headers: await hand(request, 'OPTIONS', '') }
    },

    async begin(request: FastifyRequest): Promise<UploadProgress> {
      const { actor } = request
      requireKnownExtensions(request)
      const given = metadataOf(request)
      saidOf(fieldsOf(given))
      requireTakenType(given.filetype ?? given.type ?? '', given.filename ?? given.name ?? '')
      const key = request.headers['idempotency-key']
      const id = typeof key === 'string' ? uuidv5(`${actor.jurisdiction.id} ${actor.id} ${key}`, NAMESPACE) : uuidv7()
      const location = { location: `${PATH}/${id}` }
      return hold(actor, id, async (name) => {
        const first = typeof key === 'string' ? await standing(actor, id, true).catch(() => undefined) : undefined
        if (first !== undefined) {
          const isSame = first.view.length === Number(request.headers['upload-length'])
          if (!isSame) throw keyReused()
          return { ...first, headers: { ...first.headers, ...location }, isReplayed: true }
        }
        const headers = await create(request, name)
        if (hasBytes(request)) Object.assign(headers, await hand(request, 'PATCH', name, { 'upload-offset': '0' }))
        const upload = await (await partial()).find(name)
        await finish(actor, id, name)
        return { ...standingOf(upload?.offset ?? 0, upload?.size ?? null, false), headers: { ...headers, ...location } }
      })
    },

    find: (request: FastifyRequest, id: string) => standing(request.actor, id),

    /** `check` is made once it is known that the upload is there. */
    async write(request: FastifyRequest, id: string, check: () => void): Promise<UploadProgress> {
      const { actor } = request
      return hold(actor, id, async (name) => {
        const before = await standing(actor, id, true)
        check()
        requireKnownExtensions(request)
        if (before.view.complete) {
          if (request.headers['upload-offset'] !== `${before.view.offset}`) throw refusalOf(409, '')
          return before
        }
        const headers = await hand(request, 'PATCH', name)
        await finish(actor, id, name)
        return { ...standingOf(0, null, false), headers }
      })
    },

    async end(request: FastifyRequest, id: string): Promise<void> {
      await hold(request.actor, id, (name) => hand(request, 'DELETE', name))
    },

    startTidying(onError: (err: unknown) => void): void {
      const tidy = () => {
        Promise.all([tidyPartial(join(folder, PARTIAL)), tidyWorkspaces(folder)]).catch(onError)
      }
      tidy()
      tidying = setInterval(tidy, TIDY_MS).unref()
    },

    stopTidying(): void {
      clearInterval(tidying)
    },
  }
}

function standingOf(offset: number, length: number | null, complete: boolean): UploadProgress {
  const headers: Record<string, string> = { 'Upload-Offset': `${offset}` }
  if (length !== null) headers['Upload-Length'] = `${length}`
  else headers['Upload-Defer-Length'] = '1'
  return { headers, view: { offset, length, complete } }
}

function tooManyPartial(): EdgeError {
  return new EdgeError(
    'too-many-requests',
    {
      zh: `您有 ${MAX_PARTIAL} 个未传完的文件；请先续传或放弃。`,
      en: `You have ${MAX_PARTIAL} unfinished uploads; go on with them, or give them up.`,
    },
    60,
  )
}

function keyReused(): Rejection {
  return new Rejection('key-reused', {
    zh: '该幂等键已用于另一个请求；请换一个新键。',
    en: 'This Idempotency-Key was used with another request; take a new key.',
  })
}
