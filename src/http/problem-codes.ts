import type { RejectionCode, Words } from '../domain/rejection.js'

/** What is refused at the edge, before any rule of the domain is asked. */
export type EdgeCode =
  | 'unauthenticated'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'too-slow'
  | 'too-large'
  | 'unsupported-media-type'
  | 'no-such-range'
  | 'too-many-requests'
  | 'database-away'
  | 'overloaded'
  | 'storage-away'
  | 'upload-conflict'
  | 'tus-version'
  | 'storage-full'
  | 'converter-away'
  | 'issuer-away'
  | 'internal'
export type ProblemCode = RejectionCode | EdgeCode

/** Every problem type that this service answers with: `/problems/<code>`. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: { zh: '请求无效', en: 'Invalid request' } },
  unauthenticated: { status: 401, title: { zh: '未通过身份验证', en: 'Not authenticated' } },
  forbidden: { status: 403, title: { zh: '角色无权操作', en: 'Not permitted to this role' } },
  'not-responsible': { status: 403, title: { zh: '不是责任单位', en: 'Not the responsible unit' } },
  'not-filer': { status: 403, title: { zh: '不是上报人', en: 'Not the filer' } },
  'four-eyes': { status: 403, title: { zh: '须由他人核验', en: 'Somebody else must verify' } },
  'outside-area': { status: 403, title: { zh: '超出负责区划', en: 'Outside your area' } },
  'not-found': { status: 404, title: { zh: '未找到', en: 'Not found' } },
  'method-not-allowed': { status: 405, title: { zh: '不支持该方法', en: 'Method not allowed' } },
  'not-acceptable': { status: 406, title: { zh: '没有所要的格式', en: 'Not in this format' } },
  'too-slow': { status: 408, title: { zh: '传输过慢', en: 'Too slow' } },
  'wrong-status': { status: 409, title: { zh: '当前状态不允许', en: 'Not allowed in this status' } },
  'merge-refused': { status: 409, title: { zh: '不能并入目标隐患', en: 'The target takes nothing in' } },
  'duplicate-external-id': { status: 409, title: { zh: '外部编号已登记', en: 'External id already on the list' } },
  duplicate: { status: 409, title: { zh: '已存在', en: 'Already exists' } },
  'not-active': { status: 409, title: { zh: '已停用', en: 'Not active' } },
  'scores-behind': { status: 409, title: { zh: '积分仍在计算', en: 'Scores are still being computed' } },
  'too-many': { status: 409, title: { zh: '数量已达上限', en: 'As many as there can be' } },
  'template-unusable': { status: 409, title: { zh: '模板无法使用', en: 'Template cannot be used' } },
  'missing-glyphs': { status: 409, title: { zh: '字库缺字', en: 'Characters that no font has' } },
  'in-use': { status: 409, title: { zh: '仍在使用', en: 'Still in use' } },
  'evidence-missing': { status: 409, title: { zh: '缺少佐证', en: 'Evidence missing' } },
  'too-much-evidence': { status: 409, title: { zh: '佐证过多', en: 'Too much evidence' } },
  'verification-order': { status: 409, title: { zh: '核验次序不符', en: 'Not this verifier’s turn' } },
  'points-missing': { status: 409, title: { zh: '完成标准未逐条核验', en: 'Points of the standard left out' } },
  'no-recurrence': { status: 409, title: { zh: '没有待认定的复发', en: 'No recurrence to decide' } },
  'key-in-use': { status: 409, title: { zh: '同一请求仍在处理', en: 'The first request is still running' } },
  'upload-conflict': { status: 409, title: { zh: '上传位置不符', en: 'Not where the upload stands' } },
  'tus-version': { status: 412, title: { zh: '不支持的 tus 协议版本', en: 'Unsupported version of tus' } },
  stale: { status: 412, title: { zh: '版本已过期', en: 'Stale version' } },
  'too-large': { status: 413, title: { zh: '请求过大', en: 'Request too large' } },
  'unsupported-media-type': { status: 415, title: { zh: '不支持的内容类型', en: 'Unsupported media type' } },
  'no-such-range': { status: 416, title: { zh: '没有所要的字节范围', en: 'No such range' } },
  'key-reused': { status: 422, title: { zh: '幂等键已用于其他请求', en: 'Key used with another request' } },
  'precondition-required': { status: 428, title: { zh: '缺少 If-Match', en: 'If-Match required' } },
  'too-many-requests': { status: 429, title: { zh: '请求过于频繁', en: 'Too many requests' } },
  internal: { status: 500, title: { zh: '内部错误', en: 'Internal error' } },
  'issuer-away': { status: 503, title: { zh: '身份提供方暂不可用', en: 'Identity provider away' } },
  overloaded: { status: 503, title: { zh: '服务繁忙', en: 'Too busy' } },
  'database-away': { status: 503, title: { zh: '数据库暂不可用', en: 'Database away' } },
  'storage-away': { status: 503, title: { zh: '文件存储暂不可用', en: 'File storage away' } },
  'converter-away': { status: 503, title: { zh: '文书转换服务暂不可用', en: 'Document converter away' } },
  'storage-full': { status: 507, title: { zh: '存储空间不足', en: 'Storage full' } },
} as const satisfies Record<ProblemCode, { status: number; title: Words }>
