import { invalid, notFound, type Rejection } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'

/** What the protocol's library refuses, as a problem. */
export function refusalOf(status: number, text: string): Rejection | EdgeError {
  if (status === 404 || status === 410) return notFound()
  if (status === 413)
    return new EdgeError('too-large', { zh: '超过声明或允许的长度。', en: 'Longer than was said, or is taken.' })
  if (status === 409) {
    return new EdgeError('upload-conflict', {
      zh: 'Upload-Offset 与已收到的不符；请先用 HEAD 查询。',
      en: 'Upload-Offset is not where the upload stands; ask with HEAD.',
    })
  }
  return invalid('/headers', {
    zh: `tus 请求头有误：${text.trim()}`,
    en: `The headers of tus are wrong: ${text.trim()}`,
  })
}
