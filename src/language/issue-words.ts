import type { $ZodIssue } from 'zod/v4/core'
import type { Words } from '../domain/rejection.js'

/** Of what came, as much as tells a person which it was. */
const SHOWN = 40

const HAN = /\p{Script=Han}/u

type Name = readonly [zh: string, en: string]

const TYPES: Record<string, Name> = {
  string: ['文本', 'text'],
  number: ['数字', 'a number'],
  int: ['整数', 'a whole number'],
  bigint: ['整数', 'a whole number'],
  boolean: ['布尔值', 'true or false'],
  array: ['列表', 'a list'],
  tuple: ['列表', 'a list'],
  set: ['列表', 'a list'],
  object: ['对象', 'an object'],
  record: ['对象', 'an object'],
  map: ['对象', 'an object'],
  date: ['时间', 'a time'],
  null: ['空值', 'null'],
  file: ['文件', 'a file'],
}
const OTHER_TYPE: Name = ['其他类型的值', 'a value of another type']

const FORMATS: Record<string, Name> = {
  email: ['电子邮件地址', 'an e-mail address'],
  url: ['网址', 'a URL'],
  uuid: ['通用唯一标识', 'a UUID'],
  guid: ['通用唯一标识', 'a UUID'],
  datetime: ['带时区的时间', 'a date-time with its zone'],
  date: ['日期', 'a date'],
  time: ['时刻', 'a time of day'],
  json_string: ['结构化文本', 'JSON'],
  base64: ['编码文本', 'Base64'],
}
const OTHER_FORMAT: Name = ['所要求的格式', 'of the form that the description gives']

/** An issue in words: what must be there, and what came in its place. `given` is what the caller sent at its path. */
export function wordsOf(issue: $ZodIssue, given: unknown): Words {
  // Our own checks carry both languages, parted by a bar: «中文 | English».
  const [zh = '', en] = issue.message.split(' | ')
  if (HAN.test(zh) && en !== undefined) return { zh, en }
  if (given === undefined && issue.code !== 'custom') return { zh: '此项必填。', en: 'This field is required.' }
  switch (issue.code) {
    case 'invalid_type':
      return mustBe(TYPES[issue.expected] ?? OTHER_TYPE, given)
    case 'invalid_format':
      return mustBe(FORMATS[issue.format] ?? OTHER_FORMAT, given)
    case 'invalid_value':
      return mustBe(oneOf(issue.values), given)
    case 'too_small':
      return tooSmall(issue, given)
    case 'too_big':
      return tooBig(issue, given)
    case 'not_multiple_of':
      return mustBe([`${issue.divisor} 的倍数`, `a multiple of ${issue.divisor}`], given)
    case 'invalid_union':
      return mustBe('options' in issue && issue.options ? oneOf(issue.options) : OTHER_FORMAT, given)
    case 'unrecognized_keys':
      return { zh: '未知字段。', en: 'This field is not known here.' }
    case 'invalid_key':
      return { zh: '字段名无效。', en: 'Not a name that a field can have here.' }
    case 'invalid_element':
    case 'custom':
      return { zh: '取值无效。', en: 'Not a value that this can have.' }
    default:
      return exhausted(issue)
  }
}

function exhausted(_: never): Words {
  return { zh: '取值无效。', en: 'Not a value that this can have.' }
}

function mustBe([zh, en]: Name, given: unknown): Words {
  const came = cameAs(given)
  return { zh: `须为${zh}，收到的是${came.zh}。`, en: `Must be ${en}; it is ${came.en}.` }
}

/** What came: its type, and where it is short enough to be read, itself. */
function cameAs(given: unknown): Words {
  if (given === null) return { zh: '空值', en: 'null' }
  if (Array.isArray(given)) return { zh: `有 ${given.length} 项的列表`, en: `a list of ${given.length}` }
  const [zh, en] = TYPES[typeof given] ?? OTHER_TYPE
  if (given === '') return { zh: '空文本', en: 'empty text' }
  if (typeof given === 'object' || !['string', 'number', 'boolean'].includes(typeof given)) return { zh, en }
  const said = `“${clipped(String(given))}”`
  return {
    zh: `${zh}${said}`,
    en: typeof given === 'boolean' ? `${given}` : `${en.replace('a number', 'the number')} ${said}`,
  }
}

function clipped(text: string): string {
  const letters = [...text]
  return letters.length > SHOWN ? `${letters.slice(0, SHOWN).join('')}…` : text
}

function oneOf(values: readonly unknown[]): Name {
  const quoted = values.map((value) => `“${String(value)}”`)
  const [only = ''] = quoted
  if (quoted.length === 1) return [only, only]
  return [`${quoted.join('、')}之一`, `one of ${quoted.join(', ')}`]
}

type Small = Extract<$ZodIssue, { code: 'too_small' }>
type Big = Extract<$ZodIssue, { code: 'too_big' }>

const LISTS = ['array', 'set', 'map', 'object', 'file']

function tooSmall({ origin, minimum, exact, inclusive }: Small, given: unknown): Words {
  if (origin === 'string') {
    if (minimum === 1 || minimum === 1n) return { zh: '不能为空。', en: 'Must not be empty.' }
    if (exact) return { zh: `须为 ${minimum} 个字符。`, en: `Must have ${minimum} characters.` }
    return { zh: `至少 ${minimum} 个字符。`, en: `Must have ${minimum} characters or more.` }
  }
  if (LISTS.includes(origin)) return count(given, [`至少 ${minimum} 项`, `${minimum} or more`])
  if (inclusive === false) return mustBe([`大于 ${minimum} 的数`, `more than ${minimum}`], given)
  return mustBe([`不小于 ${minimum} 的数`, `${minimum} or more`], given)
}

function tooBig({ origin, maximum, exact, inclusive }: Big, given: unknown): Words {
  if (origin === 'string') {
    if (exact) return { zh: `须为 ${maximum} 个字符。`, en: `Must have ${maximum} characters.` }
    return { zh: `最多 ${maximum} 个字符，太长。`, en: `Must have ${maximum} characters or fewer; it is longer.` }
  }
  if (LISTS.includes(origin)) return count(given, [`最多 ${maximum} 项`, `${maximum} or fewer`])
  if (inclusive === false) return mustBe([`小于 ${maximum} 的数`, `less than ${maximum}`], given)
  return mustBe([`不大于 ${maximum} 的数`, `${maximum} or less`], given)
}

function count(given: unknown, [zh, en]: Name): Words {
  const came = Array.isArray(given)
    ? { zh: `，收到 ${given.length} 项`, en: `; it has ${given.length}` }
    : { zh: '', en: '' }
  return { zh: `须有${zh}${came.zh}。`, en: `Must have ${en}${came.en}.` }
}
