import { doublePrecision, integer, jsonb, text, uuid } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { chainageText } from '../../db/chainage.js'
import { instant, jurisdictionId } from '../../db/column-types.js'
import { CHANNELS } from '../../domain/access/permissions.js'
import type { Item } from '../../domain/item/item.js'
import {
  CARRIAGEWAYS,
  type Carriageway,
  DIRECTIONS,
  type Direction,
  LEVELS,
  type Level,
  RISKS,
  type Risk,
  SOURCES,
  type Source,
  STATUSES,
  type Status,
} from '../../domain/item/words.js'
import { derived, inner, stored, storedPerson } from '../field.js'
import { At, HotlineView, PersonRef } from '../parts.js'

const text_ = z.string().nullable()

/** Which item it is, and what was filed. */
export const FILING_FIELDS = {
  jurisdiction: inner(jurisdictionId()),
  id: stored(uuid('id').notNull(), {
    view: z.uuid(),
    example: '01a20117-5fde-7171-bd82-1b39a1974f7e',
    channel: 'told',
    sheet: ({ text }) => [[64, text('标识', 'Id', (id) => id, 38)]],
  }),
  code: stored(text('code').notNull(), {
    view: z.string().meta({ description: 'Gap-free per jurisdiction and year.', example: '2026-000172' }),
    example: '2026-000001',
    channel: 'told',
    sheet: ({ text }) => [[1, text('编号', 'Code', (code) => code, 13)]],
  }),
  version: stored(integer('version').notNull(), {
    view: z.int().min(1),
    example: 3,
    channel: 'told',
    sheet: ({ whole }) => [[63, whole('版本', 'Version', (version) => version, 8)]],
  }),
  status: stored(text('status').$type<Status>().notNull(), {
    view: z.enum(STATUSES),
    example: 'assigned',
    channel: 'told',
    sheet: ({ text }) => [[3, text('状态', 'Status', (status, names) => names.of('status', status), 14)]],
  }),
  title: stored(text('title').notNull(), {
    view: z.string(),
    example: '临水弯道无护栏',
    channel: 'told',
    sheet: ({ text }) => [[2, text('标题', 'Title', (title) => title, 32)]],
  }),
  description: stored(text('description'), {
    view: text_,
    example: '弯道外侧临水库，无护栏、无警示标志。',
    channel: 'told',
    sheet: ({ text }) => [[19, text('隐患描述', 'Description', (description) => description, 40)]],
  }),
  level: stored(text('level').$type<Level>(), {
    view: z.enum(LEVELS).nullable(),
    example: 'major',
    channel: { instead: null },
    sheet: ({ text }) => [[4, text('级别', 'Level', (level, names) => names.of('level', level), 8)]],
  }),
  category: stored(text('category'), {
    view: text_,
    example: 'roadside_protection',
    channel: 'told',
    sheet: ({ text }) => [[20, text('类别', 'Category', (category, names) => names.of('category', category), 18)]],
  }),
  risk: stored(text('risk').$type<Risk>(), {
    view: z.enum(RISKS).nullable(),
    example: 'road',
    channel: { instead: null },
    sheet: ({ text }) => [[21, text('风险要素', 'Risk element', (risk, names) => names.of('risk', risk), 10)]],
  }),
  source: stored(text('source').$type<Source>().notNull(), {
    view: z.enum(SOURCES),
    example: 'inspection',
    channel: 'told',
    sheet: ({ text }) => [[22, text('来源', 'Source', (source, names) => names.of('source', source), 12)]],
  }),
  area: stored(text('area').notNull(), {
    view: z.string(),
    example: '341225',
    channel: 'told',
    sheet: ({ text }) => [
      [11, text('区划', 'Area', (area, names) => names.of('area', area), 20)],
      [12, text('区划代码', 'Area code', (area) => area, 11)],
    ],
  }),
  road: stored(text('road'), {
    view: text_,
    example: 'S315',
    channel: 'told',
    sheet: ({ text }) => [[13, text('路线', 'Road', (road) => road, 12)]],
  }),
  direction: stored(text('direction').$type<Direction>(), {
    view: z.enum(DIRECTIONS).nullable(),
    example: 'up',
    channel: 'told',
    sheet: ({ text }) => [[15, text('方向', 'Direction', (direction, names) => names.of('direction', direction), 8)]],
  }),
  carriageway: stored(text('carriageway').$type<Carriageway>(), {
    view: z.enum(CARRIAGEWAYS).nullable().meta({
      description:
        'Where the two carriageways part (分离式路基) and each is counted on its own: `left` for ZK (左幅), `right` for YK (右幅), as seen along increasing chainage. Null for the road’s own line, K. It comes with the chainage.',
      example: 'left',
    }),
    example: null,
    channel: 'told',
    sheet: ({ text }) => [[85, text('分离式路幅', 'Carriageway', (side, names) => names.of('carriageway', side), 12)]],
  }),
  // In sheets the chainage says both.
  startChainageM: stored(integer('start_chainage_m'), {
    view: z.int().nullable(),
    example: 77800,
    channel: 'told',
    sheet: null,
  }),
  endChainageM: stored(integer('end_chainage_m'), {
    view: z.int().nullable(),
    example: 77800,
    channel: 'told',
    sheet: null,
  }),
  chainage: derived(chainageText('i.start_chainage_m', 'i.end_chainage_m'), {
    view: text_.meta({ description: 'As printed.', example: 'K12+345' }),
    example: 'K77+800',
    channel: 'told',
    sheet: ({ text }) => [[14, text('桩号', 'Chainage', (chainage) => chainage, 20)]],
  }),
  lon: inner(doublePrecision('lon')),
  lat: inner(doublePrecision('lat')),
  location: derived(`case when i.lon is not null then json_build_object('lon', i.lon, 'lat', i.lat) end`, {
    view: z.strictObject({ lon: z.number(), lat: z.number() }).nullable().meta({ description: 'WGS 84.' }),
    example: { lon: 115.5900129, lat: 32.6606424 },
    channel: 'told',
    sheet: ({ degrees }) => [
      [17, degrees('经度', 'Longitude', (point) => point?.lon)],
      [18, degrees('纬度', 'Latitude', (point) => point?.lat)],
    ],
  }),
  address: stored(text('address'), {
    view: text_,
    example: null,
    channel: 'told',
    sheet: ({ text }) => [[16, text('地址', 'Address', (address) => address, 28)]],
  }),
  externalSystem: stored(text('external_system'), {
    view: text_,
    example: null,
    channel: 'told',
    sheet: ({ text }) => [[60, text('外部系统', 'External system', (system) => system, 14)]],
  }),
  externalId: stored(text('external_id'), {
    view: text_,
    example: null,
    channel: 'told',
    sheet: ({ text }) => [[61, text('外部编号', 'External id', (id) => id, 18)]],
  }),
  foundAt: stored(instant('found_at'), {
    view: At.nullable(),
    example: null,
    channel: 'told',
    sheet: ({ time }) => [[23, time('发现时间', 'Found', (at) => at)]],
  }),
  channel: stored(text('channel').$type<Item['channel']>(), {
    view: z.enum(CHANNELS).nullable().meta({
      description: 'The channel from outside that filed it over Open311; null: one of our own people did.',
    }),
    example: null,
    channel: 'told',
    sheet: ({ text }) => [[66, text('上报渠道', 'Channel', (channel, names) => names.of('role', channel), 12)]],
  }),
  hotline: stored(jsonb('hotline').$type<Item['hotline']>(), {
    view: HotlineView.nullable(),
    example: null,
    channel: 'told',
    sheet: ({ text, time }) => [
      [67, text('热线工单号', 'Hotline ticket', (call) => call?.ticket, 20)],
      [68, text('需答复', 'Answer wanted', (call, names) => call && names.flag(call.answerWanted), 10)],
      [69, time('首次响应时间', 'First answered', (call) => call?.firstAnswer?.at)],
      [70, text('首次响应', 'First answer', (call) => call?.firstAnswer?.answer, 28)],
      [71, text('满意度', 'Satisfaction', (call, names) => names.of('rating', call?.satisfaction?.rating), 14)],
      [72, text('满意度说明', 'Satisfaction note', (call) => call?.satisfaction?.note, 24)],
    ],
  }),
  mediaUrl: stored(text('media_url'), {
    view: text_.meta({
      description: 'The links that the channel sent along, as text, one on a line. The service never follows them.',
    }),
    example: null,
    channel: 'told',
    sheet: ({ text }) => [[84, text('媒体链接', 'Media link', (links) => links, 28)]],
  }),
  reportedAt: stored(instant('reported_at').notNull(), {
    view: At,
    example: '2026-11-22T02:30:38.780Z',
    channel: 'told',
    sheet: ({ time }) => [[24, time('上报时间', 'Reported', (at) => at)]],
  }),
  reportedBy: storedPerson('reported_by', {
    view: PersonRef.nullable(),
    example: { id: '01a20116-9f8a-7251-b5be-6358cb34814d', name: '排查员 李强' },
    channel: 'told',
    sheet: ({ text }) => [[25, text('上报人', 'Reported by', (person) => person?.name, 14)]],
  }),
}
