import { sql } from 'drizzle-orm'
import { areasOf } from '../db/areas.js'
import type { Db } from '../db/client.js'
import { areaPrefix } from '../domain/place/area.js'
import { DATUMS } from '../domain/place/datum.js'
import type { Words } from '../domain/rejection.js'
import { inLanguage, type Language } from '../language/language.js'
import type { Reader } from './caller.js'
import { unknown } from './unknown.js'

export interface Service extends Record<string, unknown> {
  code: string
  nameZh: string
  nameEn: string
}

const GROUP: Words = { zh: '道路交通安全隐患', en: 'Road hazards' }

/** The categories of a jurisdiction, each as a service that can be asked for. */
export async function findServices(db: Db, jurisdiction: string): Promise<Service[]> {
  const { rows } = await db.execute<Service>(sql`
    select code, name_zh as "nameZh", name_en as "nameEn" from category
    where jurisdiction_id = ${jurisdiction} order by position, code`)
  return rows
}

/** @throws Rejection `not-found` */
export async function getService(db: Db, jurisdiction: string, code: string): Promise<Service> {
  const found = (await findServices(db, jurisdiction)).find((service) => service.code === code)
  if (found === undefined) throw unknown('service_code')
  return found
}

export function serviceView({ code, nameZh, nameEn }: Service, language: Language) {
  return {
    service_code: code,
    service_name: language === 'en' ? nameEn : nameZh,
    description: null,
    metadata: true,
    type: 'realtime' as const,
    // Both names, so that a search finds it in either language.
    keywords: [nameZh, nameEn, code].map((word) => word.replaceAll(',', ' ')).join(', '),
    group: inLanguage(GROUP, language),
  }
}

/** What may be said beside the specification's own fields; none of it must be. */
export async function definitionOf(
  db: Db,
  { jurisdiction, channel }: Reader,
  service: Service,
  language: Language,
  today: string,
) {
  const { rows: areas } = await db.execute<{ key: string; name: string }>(sql`
    select code as key, name from ${areasOf(jurisdiction.id)} a
      where code like ${`${areaPrefix(jurisdiction.area)}%`} and length(code) = 6 and (a."validTo" is null or a."validTo" > ${today}) order by code`)
  const datums = DATUMS.map((datum) => ({ key: datum, name: datum.toUpperCase() }))
  const all = [
    attribute('area', 'singlevaluelist', AREA, language, areas),
    attribute('road', 'string', ROAD, language),
    attribute('chainage', 'string', CHAINAGE, language),
    attribute('datum', 'singlevaluelist', DATUM, language, datums),
    ...(channel?.role === 'hotline'
      ? [
          attribute('ticket', 'string', TICKET, language),
          attribute(
            'answer_wanted',
            'singlevaluelist',
            ANSWER_WANTED,
            language,
            YES_NO.map(({ key, name }) => ({ key, name: inLanguage(name, language) })),
          ),
        ]
      : []),
  ]
  return { service_code: service.code, attributes: all.map((one, k) => ({ ...one, order: k + 1 })) }
}

interface About {
  what: Words
  how: Words
}

function attribute(
  code: string,
  datatype: 'string' | 'singlevaluelist',
  { what, how }: About,
  language: Language,
  values: { key: string; name: string }[] = [],
) {
  return {
    variable: true,
    code,
    datatype,
    required: false,
    datatype_description: inLanguage(how, language),
    order: 1,
    description: inLanguage(what, language),
    values,
  }
}

const AREA: About = {
  what: { zh: '所在县（市、区）', en: 'County or district' },
  how: { zh: '不填则由安委办确定。', en: 'Left out, the office finds it.' },
}
const ROAD: About = {
  what: { zh: '路线编号', en: 'Road number' },
  how: { zh: '如 G220、S315，或路名。', en: 'Such as G220 or S315, or a street’s name.' },
}
const CHAINAGE: About = {
  what: { zh: '桩号', en: 'Chainage' },
  how: {
    zh: '如 K12+345，左右幅各自计桩的写 ZK12+345、YK12+345；须同时填写路线编号。',
    en: 'Such as K12+345, or ZK12+345 and YK12+345 of a carriageway that is counted on its own; with the road number.',
  },
}
const DATUM: About = {
  what: { zh: '坐标系', en: 'Datum of lat and long' },
  how: { zh: '不填为 WGS84；国内地图多为 GCJ02。', en: 'WGS84 when left out; Chinese maps use GCJ02.' },
}
const TICKET: About = {
  what: { zh: '热线工单编号', en: 'Ticket number of the hotline' },
  how: { zh: '来电人的信息只留在热线。', en: 'Who called stays with the hotline.' },
}
const ANSWER_WANTED: About = {
  what: { zh: '来电人是否要求答复', en: 'Whether the caller wants an answer' },
  how: { zh: '不填为是。', en: 'Yes when left out.' },
}
const YES_NO = [
  { key: 'true', name: { zh: '是', en: 'Yes' } },
  { key: 'false', name: { zh: '否', en: 'No' } },
]
