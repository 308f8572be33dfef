import type { Channel, Role } from '../access/permissions.js'
import type { Words } from '../rejection.js'
import type { Rating } from './hotline.js'
import type { Carriageway, Direction, Level, Risk, Source, Status, Tier } from './words.js'

/** What the codes are called. */
export const LABELS = {
  status: {
    reported: { zh: '待核实', en: 'reported' },
    listed: { zh: '已挂账', en: 'listed' },
    assigned: { zh: '已交办待签收', en: 'assigned' },
    remediating: { zh: '整改中', en: 'remediating' },
    closure_requested: { zh: '待验收', en: 'closure requested' },
    closed: { zh: '已销号', en: 'closed' },
    dismissed: { zh: '不予立项', en: 'dismissed' },
    merged: { zh: '并案', en: 'merged' },
  } satisfies Record<Status, Words>,
  level: {
    general: { zh: '一般', en: 'general' },
    major: { zh: '重大', en: 'major' },
  } satisfies Record<Level, Words>,
  risk: {
    person: { zh: '人', en: 'person' },
    vehicle: { zh: '车', en: 'vehicle' },
    road: { zh: '路', en: 'road' },
    enterprise: { zh: '企', en: 'enterprise' },
  } satisfies Record<Risk, Words>,
  source: {
    inspection: { zh: '排查', en: 'inspection' },
    patrol: { zh: '巡查', en: 'patrol' },
    accident_analysis: { zh: '事故分析', en: 'accident analysis' },
    public: { zh: '群众举报', en: 'public report' },
    hotline: { zh: '12345 热线', en: 'hotline' },
    superior_order: { zh: '上级交办', en: 'superior order' },
    media: { zh: '媒体曝光', en: 'media' },
    import: { zh: '历史导入', en: 'import' },
  } satisfies Record<Source, Words>,
  direction: {
    up: { zh: '上行', en: 'up' },
    down: { zh: '下行', en: 'down' },
    both: { zh: '双向', en: 'both' },
  } satisfies Record<Direction, Words>,
  carriageway: {
    left: { zh: '左幅', en: 'left' },
    right: { zh: '右幅', en: 'right' },
  } satisfies Record<Carriageway, Words>,
  supervision: {
    county: { zh: '县级挂牌', en: 'county' },
    city: { zh: '市级挂牌', en: 'city' },
    province: { zh: '省级挂牌', en: 'province' },
  } satisfies Record<Tier, Words>,
  role: {
    inspector: { zh: '排查员', en: 'inspector' },
    unit: { zh: '责任单位', en: 'unit' },
    office: { zh: '安委办', en: 'office' },
    supervisor: { zh: '督导领导', en: 'supervisor' },
    auditor: { zh: '审计监督', en: 'auditor' },
    admin: { zh: '管理员', en: 'administrator' },
    public: { zh: '公众渠道', en: 'public channel' },
    hotline: { zh: '12345 热线', en: 'hotline' },
  } satisfies Record<Role | Channel, Words>,
  rating: {
    very_satisfied: { zh: '非常满意', en: 'very satisfied' },
    satisfied: { zh: '满意', en: 'satisfied' },
    basically_satisfied: { zh: '基本满意', en: 'basically satisfied' },
    dissatisfied: { zh: '不满意', en: 'dissatisfied' },
    very_dissatisfied: { zh: '非常不满意', en: 'very dissatisfied' },
  } satisfies Record<Rating, Words>,
  unitKind: {
    bureau: { zh: '部门', en: 'bureau' },
    township: { zh: '乡镇（街道）', en: 'township' },
    company: { zh: '企业', en: 'company' },
    office: { zh: '机关', en: 'office' },
    other: { zh: '其他', en: 'other' },
  },
} as const satisfies Record<string, Record<string, Words>>
