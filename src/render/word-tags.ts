import {
  MissingCloseDelimiterError,
  MissingStartDelimiterError,
  type Tag,
  TagDisposition,
  TagOptionsParseError,
} from 'easy-template-x'
import { invalid, Rejection, type Words } from '../domain/rejection.js'
import { createWordHandler } from './word-file.js'

/** The placeholders of a kind of paper: plain ones, and lists with what each of their entries has. */
export interface Vocabulary {
  fields: readonly string[]
  lists: Readonly<Record<string, readonly string[]>>
}

const MAX_NAMED = 20

/**
 * Holds a Word template’s placeholders to those there are.
 * @throws Rejection 400 whose `errors` name each that is wrong, with those there are
 */
export async function checkPlaceholders(template: Buffer, vocabulary: Vocabulary): Promise<void> {
  const handler = createWordHandler()
  let tags: Tag[]
  let text: string
  try {
    tags = await handler.parseTags(template)
    text = await handler.getText(template)
  } catch (err) {
    throw unreadable(err)
  }
  const faults = [...faultsOf(tags, vocabulary), ...strayBraces(text)]
  if (faults.length > 0) throw wrong(faults.slice(0, MAX_NAMED))
}

function faultsOf(tags: readonly Tag[], vocabulary: Vocabulary): Words[] {
  const faults: Words[] = []
  const open: { name: string; raw: string }[] = []
  const lists = new Map(Object.entries(vocabulary.lists))
  for (const { name = '', rawText, disposition } of tags) {
    // A name is the office’s: `constructor` must not find what every object has.
    const list = open.map((one) => lists.get(one.name)).find((inner) => inner !== undefined)
    const isField = vocabulary.fields.includes(name) || list?.includes(name) === true
    if (disposition === TagDisposition.Close) {
      const opened = open.pop()
      if (opened === undefined)
        faults.push(said(rawText, { zh: '没有对应的开始标记', en: 'closes what was not opened' }))
      else if (name !== '' && name !== opened.name) {
        faults.push(said(rawText, { zh: `应为 {/${opened.name}}`, en: `should be {/${opened.name}}` }))
      }
      continue
    }
    const isList = lists.has(name)
    if (disposition === TagDisposition.Open) {
      open.push({ name, raw: rawText })
      if (isList && list !== undefined)
        faults.push(said(rawText, { zh: '列表不能嵌套', en: 'is a list within a list' }))
      else if (!isList && !isField) faults.push(unknown(rawText, vocabulary, list))
    } else if (!isField) {
      faults.push(isList ? said(rawText, LIST_ALONE(name)) : unknown(rawText, vocabulary, list))
    }
  }
  for (const { raw } of open) faults.push(said(raw, { zh: '没有结束标记', en: 'is never closed' }))
  return faults
}

const LIST_ALONE = (name: string): Words => ({
  zh: `是列表，须写成 {#${name}}…{/${name}}`,
  en: `is a list: write {#${name}}…{/${name}}`,
})

function unknown(raw: string, { fields, lists }: Vocabulary, list: readonly string[] | undefined): Words {
  const there = [...(list ?? []), ...fields, ...Object.keys(lists).map((name) => `#${name}`)].join('、')
  return said(raw, {
    zh: `不是可用的占位符；可用：${there}`,
    en: `is no placeholder of this paper; there are: ${there}`,
  })
}

/** A brace that belongs to no placeholder would be printed. */
function strayBraces(text: string): Words[] {
  const rest = text.replace(/\{[^{}]*\}/g, '')
  const [stray] = /[{}].{0,20}/.exec(rest) ?? []
  return stray === undefined ? [] : [strayBrace(stray)]
}

function strayBrace(text: string): Words {
  return said(text.slice(0, 24), { zh: '花括号不成对', en: 'is a brace without its other half' })
}

function said(raw: string, { zh, en }: Words): Words {
  return { zh: `“${raw}”${zh}。`, en: `“${raw}” ${en}.` }
}

function wrong(faults: readonly Words[]): Rejection {
  const words = { zh: '模板的占位符有误。', en: 'Placeholders of the template are wrong.' }
  return new Rejection('invalid-request', words, { errors: faults.map((detail) => ({ pointer: '', detail })) })
}

function unreadable(err: unknown): Rejection {
  if (err instanceof TagOptionsParseError) {
    return wrong([said(err.tagRawText, { zh: '的选项无法解读', en: 'has options that cannot be read' })])
  }
  if (err instanceof MissingCloseDelimiterError) return wrong([strayBrace(err.openDelimiterText)])
  if (err instanceof MissingStartDelimiterError) return wrong([strayBrace(err.closeDelimiterText)])
  return invalid('', { zh: 'Word 文件的内容无法解读。', en: 'The Word file’s content cannot be read.' })
}
