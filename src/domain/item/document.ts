import type { Words } from '../rejection.js'

/** The papers of an item, and the bulletin's. */
export const ITEM_DOCUMENT_KINDS = [
  'assignment_order',
  'rectification_notice',
  'supervision_notice',
  'supervision_letter',
  'talk_notice',
  'extension_form',
  'closure_form',
  'receipt',
  'item_file',
] as const
export const DOCUMENT_KINDS = [...ITEM_DOCUMENT_KINDS, 'bulletin'] as const
export type ItemDocumentKind = (typeof ITEM_DOCUMENT_KINDS)[number]
export type DocumentKind = (typeof DOCUMENT_KINDS)[number]

export const DOCUMENT_NAMES: Record<DocumentKind, Words> = {
  assignment_order: { zh: '道路交通安全隐患交办单', en: 'Assignment order' },
  rectification_notice: { zh: '道路交通安全隐患整改通知书', en: 'Rectification notice' },
  supervision_notice: { zh: '道路交通安全隐患挂牌督办通知书', en: 'Supervision notice' },
  supervision_letter: { zh: '关于督促整改道路交通安全隐患的督办函', en: 'Supervision letter' },
  talk_notice: { zh: '约谈通知书', en: 'Talk notice' },
  extension_form: { zh: '道路交通安全隐患整改延期审批表', en: 'Extension decision' },
  closure_form: { zh: '道路交通安全隐患销号审批表', en: 'Closure form' },
  receipt: { zh: '送达回证', en: 'Receipt' },
  item_file: { zh: '一患一档', en: 'The item’s whole file' },
  bulletin: { zh: '通报', en: 'Bulletin' },
}

/** Numbered by itself, where a bulletin has its number already. */
export type NumberedKind = ItemDocumentKind

/** The document numbers (文号) where a jurisdiction has set none: a word for each kind, since each is counted by itself. */
export const DEFAULT_NUMBER_PATTERNS: Record<NumberedKind, string> = {
  assignment_order: '安办交〔{year}〕{n}号',
  rectification_notice: '安办改〔{year}〕{n}号',
  supervision_notice: '安办督〔{year}〕{n}号',
  supervision_letter: '安办督函〔{year}〕{n}号',
  talk_notice: '安办约〔{year}〕{n}号',
  extension_form: '安办延〔{year}〕{n}号',
  closure_form: '安办销〔{year}〕{n}号',
  receipt: '安办送〔{year}〕{n}号',
  item_file: '安办档〔{year}〕{n}号',
}

/** The office that a committee's papers go out from. */
export function issuerName(jurisdiction: string): string {
  return jurisdiction.endsWith('委员会') ? `${jurisdiction}办公室` : `${jurisdiction}道路交通安全委员会办公室`
}

/** Papers that go to the responsible unit, which signs for them. */
const ADDRESSED: readonly DocumentKind[] = [
  'assignment_order',
  'rectification_notice',
  'supervision_notice',
  'supervision_letter',
  'talk_notice',
  'extension_form',
  'closure_form',
]

export function isAddressed(kind: DocumentKind): boolean {
  return ADDRESSED.includes(kind)
}

/** What of a request only some kinds have; every kind has the rest. */
const FIELDS: Record<string, readonly ItemDocumentKind[]> = {
  requirements: ['assignment_order', 'rectification_notice', 'supervision_notice', 'supervision_letter', 'talk_notice'],
  replyBy: ['supervision_letter'],
  meeting: ['talk_notice'],
  document: ['receipt'],
  copyTo: ['assignment_order', 'rectification_notice', 'supervision_notice', 'supervision_letter', 'talk_notice'],
}

/** The fields given that a kind of paper has no place for. */
export function fieldsOutOfPlace(kind: ItemDocumentKind, given: readonly string[]): string[] {
  return given.filter((field) => FIELDS[field]?.includes(kind) === false)
}

/** What of an issued paper the ledger holds: its number, and the hash of each of its files. */
export interface IssuedDocument {
  document: string
  kind: DocumentKind
  number: string
  title: string
  /** Whom it is addressed to. */
  unit: string | null
  /** 0: the service's own. */
  templateVersion: number
  files: { docx: string; pdf: string | null }
}
