import type { Answer, Caller, Json, TestJurisdiction } from './app.js'
import { ok } from './app.js'

/** Drafts a bulletin as the office. */
export function draft(at: TestJurisdiction, asked: Record<string, unknown>): Promise<Json> {
  return ok(at.office.post('/v1/bulletins', asked))
}

export function issue(at: TestJurisdiction, { id }: Json): Promise<Json> {
  return ok(at.office.post(`/v1/bulletins/${id}/issuance`))
}

/** Drafts and issues. */
export async function publish(at: TestJurisdiction, asked: Record<string, unknown>): Promise<Json> {
  return issue(at, await draft(at, asked))
}

/** A bulletin's page, in Chinese unless told. */
export async function pageOf(caller: Caller, id: string, language = 'zh-CN'): Promise<Answer> {
  return caller.get(`/v1/bulletins/${id}`, {
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    'accept-language': language,
  })
}
