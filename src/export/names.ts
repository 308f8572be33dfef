import { sql } from 'drizzle-orm'
import { areasOf } from '../db/areas.js'
import type { Tx } from '../db/client.js'
import { readRules } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import { LABELS } from '../domain/item/labels.js'
import { areaPrefix } from '../domain/place/area.js'
import type { Words } from '../domain/rejection.js'
import { stepsOf } from '../domain/rules.js'
import { inLanguage, type Language } from '../language/language.js'

type Labelled = keyof typeof LABELS
type Named = 'unit' | 'area' | 'category' | 'rung'

/** What a code or an id is called in one language; what has no name is shown as it is. */
export interface Names {
  language: Language
  of(kind: Labelled | Named, code: string): string
  of(kind: Labelled | Named, code: string | null | undefined): string | null
  flag(isSo: boolean): string
}

/** The names in a jurisdiction, read once for a file: units, areas and categories are few beside items. */
export async function readNames(tx: Tx, actor: Actor, language: Language): Promise<Names> {
  const { id, area } = actor.jurisdiction
  const { rows } = await tx.execute<{ kind: Named; code: string; name: string }>(sql`
    select 'unit' as kind, id::text as code, name from unit where jurisdiction_id = ${id}
    union all
    select 'category', code, ${language === 'en' ? sql`name_en` : sql`name_zh`} from category where jurisdiction_id = ${id}
    union all
    select 'area', a.code, case when a.level = 4 then concat(county.name, a.name) else a.name end
    from ${areasOf(id)} a left join ${areasOf(id)} county on county.code = a.parent where a.code like ${`${areaPrefix(area)}%`}`)
  const { rules } = await readRules(tx, id)
  const known = new Map(rows.map(({ kind, code, name }) => [`${kind} ${code}`, name]))
  for (const { rung, label } of stepsOf(rules)) known.set(`rung ${rung}`, inLanguage(label, language))
  for (const [kind, words] of Object.entries(LABELS)) {
    for (const [code, label] of Object.entries<Words>(words)) known.set(`${kind} ${code}`, inLanguage(label, language))
  }
  return {
    language,
    of: ((kind: string, code: string | null | undefined) =>
      code == null ? null : (known.get(`${kind} ${code}`) ?? code)) as Names['of'],
    flag: (isSo) => inLanguage(isSo ? YES : NO, language),
  }
}

const YES = { zh: '是', en: 'yes' }
const NO = { zh: '否', en: 'no' }
