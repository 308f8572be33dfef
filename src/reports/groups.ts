import { type SQL, sql } from 'drizzle-orm'
import { areaName } from '../db/areas.js'
import { LABELS } from '../domain/item/labels.js'
import type { Words } from '../domain/rejection.js'
import { ROAD_KEY, ROAD_LABEL } from '../item/road.js'
import { inLanguage, type Language } from '../language/language.js'

export const GROUPS = ['unit', 'area', 'leadOfficial', 'level', 'category', 'road'] as const
export type GroupBy = (typeof GROUPS)[number]

/** What a group is called as the heading of a column. */
export const GROUP_NAMES: Record<GroupBy, Words> = {
  unit: { zh: '责任单位', en: 'unit' },
  area: { zh: '区划', en: 'area' },
  leadOfficial: { zh: '牵头领导', en: 'lead official' },
  level: { zh: '级别', en: 'level' },
  category: { zh: '类别', en: 'category' },
  road: { zh: '路线', en: 'road' },
}

/** How a group's key is read off an item, and how the key is named in the caller's language. */
export const GROUP_SQL: Record<GroupBy, { key: SQL; label: (language: Language) => SQL }> = {
  unit: {
    key: sql`i.responsible_unit::text`,
    label: () => sql`(select u.name from unit u where u.jurisdiction_id = g.jurisdiction_id and u.id::text = g.key)`,
  },
  // Townships are summed up under their county.
  area: { key: sql`left(i.area, 6)`, label: () => areaName(sql`g.jurisdiction_id`, sql`g.key`) },
  // Spellings that look the same are one official, who is called as it was first written.
  leadOfficial: {
    key: sql`name_key(i.lead_official)`,
    label: () => sql`(select o.name from official_name o
      where o.jurisdiction_id = g.jurisdiction_id and o.name_key = g.key)`,
  },
  level: {
    key: sql`i.level`,
    label: (language) => sql`case g.key when 'major' then ${inLanguage(LABELS.level.major, language)}
      when 'general' then ${inLanguage(LABELS.level.general, language)} end`,
  },
  category: {
    key: sql`i.category`,
    label: (language) => sql`(select ${language === 'en' ? sql`c.name_en` : sql`c.name_zh`} from category c
      where c.jurisdiction_id = g.jurisdiction_id and c.code = g.key)`,
  },
  road: { key: ROAD_KEY, label: () => ROAD_LABEL },
}

/** The key that is answered, and that a filter takes: of an official the name, not what spellings have in common. */
export function shownKey(groupBy: string | undefined, key: string | null, label: string): string | null {
  return groupBy === 'leadOfficial' && key !== null ? label : key
}

/** The same in SQL, over alias `g`. */
export function shownKeySql(groupBy: GroupBy, language: Language): SQL {
  return groupBy === 'leadOfficial' ? sql`coalesce(${GROUP_SQL.leadOfficial.label(language)}, g.key)` : sql`g.key`
}

/** The name of the group of items that have no key: nobody is assigned, no road is named … */
export const NO_KEY: Record<GroupBy, Words> = {
  unit: { zh: '未交办', en: 'not assigned' },
  area: { zh: '无区划', en: 'no area' },
  leadOfficial: { zh: '未交办', en: 'not assigned' },
  level: { zh: '未评级', en: 'no level' },
  category: { zh: '未分类', en: 'no category' },
  road: { zh: '未登记路线', en: 'no road' },
}
