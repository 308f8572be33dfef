// What the documentation shows: a mapping, and the report of a small import. Kept true by a test.

export const MAPPING_EXAMPLE = {
  comment: '交警支队 2025 年隐患台账',
  externalSystem: '交警隐患台账',
  encoding: 'gb18030',
  timeZone: 'Asia/Shanghai',
  dateFormats: ['yyyy-MM-dd', 'yyyy/M/d'],
  emptyIs: ['无', '/'],
  bounds: { west: 114.8, south: 32.4, east: 116.6, north: 34.1 },
  drop: ['coordinates-zero', 'closed-before-reported'],
  fields: {
    externalId: { column: '编号' },
    title: { template: '{隐患类型}[：{位置}]' },
    area: { column: '区县', values: { 颍州区: '341202', 阜南县: '341225' } },
    status: { column: '状态', values: { 未整改: 'listed', 已销号: 'closed' } },
    reportedAt: { column: '排查日期' },
    category: { column: '隐患类型', values: { 临水临崖: 'roadside_protection', 路面坑槽: 'pavement_defect' } },
    level: { constant: 'general' },
    road: { column: '路线' },
    chainage: { column: '桩号' },
    lon: { column: '经度' },
    lat: { column: '纬度' },
    datum: { constant: 'gcj02' },
    address: { column: '位置' },
    dueAt: { column: '整改时限' },
    closedAt: { column: '销号日期' },
  },
}

export const REPORT_EXAMPLE = {
  id: '01a20117-7b3e-7c11-9f20-5a0c8d1e4b66',
  dryRun: false,
  rows: 5,
  taken: 3,
  repeated: 1,
  refused: 1,
  warnings: [
    {
      kind: 'coordinates-zero',
      reason: '坐标为 (0, 0)',
      count: 1,
      example: { line: 4, column: '经度, 纬度', value: '0, 0' },
    },
  ],
  refusedBy: [{ column: '状态', code: 'unknown-value', reason: '代码表中没有这个值', count: 1 }],
  errors: [{ line: 3, column: '状态', code: 'unknown-value', reason: '代码表中没有这个值', value: '不详' }],
  fileSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
}
