import { columnsOf, type Sheet } from '../export/sheet.js'

// The lists of reference data and access as tables.

interface UnitRow {
  id: string
  name: string
  kind: string
  area: string | null
  active: boolean
}
const unit = columnsOf<UnitRow>()

export const UNIT_SHEET: Sheet<UnitRow> = {
  name: { zh: '单位', en: 'Units' },
  slug: 'units',
  columns: [
    unit.text('名称', 'Name', (row) => row.name, 30),
    unit.text('类型', 'Kind', (row, names) => names.of('unitKind', row.kind)),
    unit.text('区划', 'Area', (row, names) => names.of('area', row.area), 20),
    unit.text('区划代码', 'Area code', (row) => row.area, 11),
    unit.flag('启用', 'Active', (row) => row.active),
    unit.text('标识', 'Id', (row) => row.id, 38),
  ],
}

interface PersonRow {
  id: string
  name: string
  role: string
  unit: string | null
  area: string | null
  active: boolean
}
const person = columnsOf<PersonRow>()

export const PERSON_SHEET: Sheet<PersonRow> = {
  name: { zh: '人员', en: 'People' },
  slug: 'people',
  columns: [
    person.text('姓名', 'Name', (row) => row.name, 20),
    person.text('角色', 'Role', (row, names) => names.of('role', row.role), 12),
    person.text('单位', 'Unit', (row, names) => names.of('unit', row.unit), 30),
    person.text('区划', 'Area', (row, names) => names.of('area', row.area), 20),
    person.text('区划代码', 'Area code', (row) => row.area, 11),
    person.flag('启用', 'Active', (row) => row.active),
    person.text('标识', 'Id', (row) => row.id, 38),
  ],
}

interface AreaRow {
  code: string
  name: string
  level: number
  parent: string | null
  validFrom: string | null
  validTo: string | null
  successor: string | null
}
const area = columnsOf<AreaRow>()

export const AREA_SHEET: Sheet<AreaRow> = {
  name: { zh: '行政区划', en: 'Areas' },
  slug: 'areas',
  columns: [
    area.text('代码', 'Code', (row) => row.code, 12),
    area.text('名称', 'Name', (row) => row.name, 24),
    area.whole('层级', 'Level', (row) => row.level, 8),
    area.text('上级代码', 'Parent', (row) => row.parent, 12),
    area.text('启用日期', 'Valid from', (row) => row.validFrom, 12),
    area.text('停用日期', 'Valid to', (row) => row.validTo, 12),
    area.text('后继代码', 'Successor', (row) => row.successor, 12),
  ],
}

interface CategoryRow {
  code: string
  nameZh: string
  nameEn: string
}
const category = columnsOf<CategoryRow>()

export const CATEGORY_SHEET: Sheet<CategoryRow> = {
  name: { zh: '隐患类别', en: 'Categories' },
  slug: 'categories',
  columns: [
    category.text('代码', 'Code', (row) => row.code, 28),
    category.text('名称', 'Name in Chinese', (row) => row.nameZh, 28),
    category.text('英文名称', 'Name in English', (row) => row.nameEn, 36),
  ],
}
