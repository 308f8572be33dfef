import { readFileSync } from 'node:fs'
import { InvalidRequest, pointersOf } from '../../src/http/validation.js'
import { MAPPING_EXAMPLE, REPORT_EXAMPLE } from '../../src/import/examples.js'
import { Mapping } from '../../src/import/mapping.js'
import { DROPPABLE, REASONS } from '../../src/import/reasons.js'
import { Report } from '../../src/import/report.js'
import { parseTemplate } from '../../src/import/template.js'
import { t } from '../helpers/tap.js'

const FIELDS = {
  externalId: { column: 'id' },
  title: { column: 'title' },
  area: { constant: '341202' },
  status: { column: 'status' },
  reportedAt: { column: 'reported' },
  address: { column: 'address' },
}
const LEAST = { externalSystem: 'test', fields: FIELDS }

/** The pointers of what is wrong with a mapping; none when it is sound. */
function pointers(mapping: object): string[] {
  const parsed = Mapping.safeParse(mapping)
  if (parsed.success) return []
  return pointersOf(new InvalidRequest(parsed.error.issues, 'body', mapping), 'en').map(({ pointer, detail }) => {
    t.notMatch(detail, /\p{Script=Han}/u, 'the words are in the language that was asked for')
    return pointer
  })
}

t.test('the least mapping is enough, and says what it leaves open', async (t) => {
  t.match(Mapping.parse(LEAST), { encoding: 'utf-8', delimiter: ',', quote: '"', dateFormats: ['iso'], drop: [] })
})

t.test('what is shown is true', async (t) => {
  t.same(pointers(MAPPING_EXAMPLE), [])
  t.ok(Report.safeParse(REPORT_EXAMPLE).success)
  for (const name of ['nola-potholes', 'dc-road']) {
    const text = readFileSync(new URL(`../../../test/mappings/${name}.json`, import.meta.url), 'utf8')
    t.same(pointers(JSON.parse(text)), [], name)
  }
  for (const code of DROPPABLE) t.ok(REASONS[code].zh && REASONS[code].en)
})

t.test('a mapping that is wrong is refused where it is wrong', async (t) => {
  const cases: [string, object, string[]][] = [
    ['a member that nobody knows', { ...LEAST, columns: {} }, ['/columns']],
    ['no system', { fields: FIELDS }, ['/externalSystem']],
    ['a system that cannot be stored', { ...LEAST, externalSystem: 'a\u0000' }, ['/externalSystem']],
    ['a zone that is none', { ...LEAST, timeZone: 'Mars/Olympus' }, ['/timeZone']],
    ['an offset as a zone', { ...LEAST, timeZone: '+08:00' }, ['/timeZone']],
    ['an encoding that is not read', { ...LEAST, encoding: 'latin1' }, ['/encoding']],
    ['two characters between values', { ...LEAST, delimiter: '||' }, ['/delimiter']],
    ['a quotation mark between values', { ...LEAST, delimiter: '"' }, ['/delimiter']],
    ['a format without a day', { ...LEAST, dateFormats: ['iso', 'yyyy-MM'] }, ['/dateFormats/1']],
    ['dirt that nobody may drop', { ...LEAST, drop: ['required'] }, ['/drop/0']],
    ['bounds the wrong way', { ...LEAST, bounds: { west: 2, south: 1, east: 1, north: 2 } }, ['/bounds']],
    [
      'no fields',
      { externalSystem: 'x', fields: {} },
      ['externalId', 'title', 'area', 'status', 'reportedAt'].map((name) => `/fields/${name}`),
    ],
  ]
  const fieldCases: [string, object, string[]][] = [
    ['a field that nobody knows', { titel: { column: 'x' } }, ['/titel']],
    ['no source', { title: {} }, ['/title']],
    ['two sources', { title: { column: 'a', constant: 'b' } }, ['/title']],
    ['a constant with a code list', { title: { constant: 'b', values: { a: 'b' } } }, ['/title/constant']],
    ['a template without a column', { title: { template: 'x' } }, ['/title/template']],
    ['one external id for all', { externalId: { constant: '1' } }, ['/externalId/constant']],
    ['an external id by default', { externalId: { column: 'a', default: '1' } }, ['/externalId/default']],
    ['a code list to nowhere', { status: { column: 's', values: { 'a/b': 'open' } } }, ['/status/values/a~1b']],
    ['a status of an assignment', { status: { constant: 'assigned' } }, ['/status/constant']],
    ['a level by default that is none', { level: { column: 's', default: 'big' } }, ['/level/default']],
    ['longitude alone', { lon: { column: 'x' } }, ['/lat']],
    ['no place', { address: undefined }, ['']],
    ['a road without chainage', { address: undefined, road: { column: 'r' } }, ['']],
  ]
  for (const [name, mapping, expected] of cases) t.same(pointers(mapping), expected, name)
  for (const [name, fields, expected] of fieldCases) {
    const found = pointers({ externalSystem: 'test', fields: { ...FIELDS, ...fields } })
    t.same(
      found,
      expected.map((pointer) => `/fields${pointer}`),
      name,
    )
  }
})

t.test('a template has columns, and parts that may go', async (t) => {
  for (const template of ['{a}', 'x {a} y', '{a}[ ({b})]', '[{a}][{b}]', '{a b}'])
    t.ok(parseTemplate(template), template)
  for (const template of ['', 'x', '{}', '{a', 'a}', '[x]{a}', '[{a}[{b}]]', ']{a}', '{a}[']) {
    t.notOk(parseTemplate(template), template)
  }
})
