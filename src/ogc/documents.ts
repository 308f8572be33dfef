import type { Words } from '../domain/rejection.js'
import { inLanguage, type Language } from '../language/language.js'
import {
  BASE,
  COLLECTION,
  COLLECTION_PATH,
  FEATURES_PATH,
  GEOJSON_TYPE,
  JSON_TYPE,
  type Link,
  type LinkTo,
} from './links.js'
import type { Extent } from './query.js'

const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
const GREGORIAN = 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian'

/**
 * What holds, and no more: the API is described by OpenAPI 3.1, for which Part 1 version 1.0 has no class (`oas30` is for
 * 3.0), and there is no HTML.
 */
export const CONFORMS_TO = ['core', 'geojson'].map(
  (name) => `http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${name}`,
)

const TITLE: Words = { zh: '一单四制', en: 'One List' }
const ABOUT: Words = {
  zh: '道路隐患清单，按 OGC API – Features 提供。',
  en: 'The list of road hazards, as OGC API – Features.',
}
const COLLECTION_TITLE: Words = { zh: '道路隐患清单', en: 'Road hazards' }
const COLLECTION_ABOUT: Words = {
  zh: '清单上您可以查看的隐患；未登记坐标的隐患没有几何。',
  en: 'The items on the list that you may see; an item without a point has no geometry.',
}

export interface LandingPage {
  title: string
  description: string
  links: Link[]
}

export function landingPage(link: LinkTo, language: Language): LandingPage {
  const say = (zh: string, en: string) => inLanguage({ zh, en }, language)
  return {
    title: inLanguage(TITLE, language),
    description: inLanguage(ABOUT, language),
    links: [
      link(BASE, 'self', JSON_TYPE, say('本文档', 'This document')),
      // What it is served as to whoever asks for nothing in particular; most programs refuse the description's own type.
      link('/openapi.json', 'service-desc', JSON_TYPE, say('接口定义', 'The API definition')),
      link('/docs', 'service-doc', 'text/html', say('接口文档', 'The API documentation')),
      link(`${BASE}/conformance`, 'conformance', JSON_TYPE, say('符合的标准类', 'Conformance classes')),
      link(`${BASE}/collections`, 'data', JSON_TYPE, say('数据集', 'The collections')),
    ],
  }
}

export interface Collection {
  id: string
  title: string
  description: string
  itemType: 'feature'
  crs: string[]
  extent: {
    spatial?: { bbox: [number, number, number, number][]; crs: string }
    temporal?: { interval: [string, null][]; trs: string }
  }
  links: Link[]
}

export function collectionOf({ bbox, since }: Extent, link: LinkTo, language: Language): Collection {
  const title = inLanguage(COLLECTION_TITLE, language)
  return {
    id: COLLECTION,
    title,
    description: inLanguage(COLLECTION_ABOUT, language),
    itemType: 'feature',
    crs: [CRS84],
    extent: {
      ...(bbox === null ? {} : { spatial: { bbox: [bbox], crs: CRS84 } }),
      ...(since === null ? {} : { temporal: { interval: [[since, null]], trs: GREGORIAN } }),
    },
    links: [link(COLLECTION_PATH, 'self', JSON_TYPE), link(FEATURES_PATH, 'items', GEOJSON_TYPE, title)],
  }
}

export interface Collections {
  links: Link[]
  collections: Collection[]
}

export function collectionsOf(extent: Extent, link: LinkTo, language: Language): Collections {
  return {
    links: [link(`${BASE}/collections`, 'self', JSON_TYPE)],
    collections: [collectionOf(extent, link, language)],
  }
}
