import { sql } from 'drizzle-orm'
import { createJurisdiction } from '../access/create.js'
import { isAreaCode } from '../domain/place/area.js'
import { FIRST_RULES } from '../domain/rules.js'
import { isBlank } from '../domain/text.js'
import { isTimeZone } from '../domain/time/zone.js'
import { appendEvents } from '../ledger/act.js'
import { writeRules } from '../rules/write.js'
import { createPersonWithKey } from '../server/sample.js'
import { CommandError, readArguments, withDatabase } from './command.js'

const USAGE = `one-list init --id <id> --name <name> --area <code> [--time-zone <zone>] [--admin <name>]

  Makes a jurisdiction with its list and ledger, and prints the key of its first administrator, once.
  --id         short name, lower-case letters, digits and hyphens: fuyang
  --name       阜阳市道路交通安全委员会
  --area       administrative division, GB/T 2260: 341200
  --time-zone  IANA name, Asia/Shanghai unless given
  --admin      the administrator's name`

export async function run(args: string[]): Promise<void> {
  const string = { type: 'string' } as const
  const options = { id: string, name: string, area: string, 'time-zone': string, admin: string }
  const { values } = readArguments(args, options, USAGE)
  const { id, name, area, 'time-zone': timeZone = 'Asia/Shanghai', admin = 'admin' } = values
  if (id === undefined || name === undefined || area === undefined) throw new CommandError(USAGE, 2)
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(id))
    throw new CommandError(`--id: ${id} is not lower-case letters, digits and hyphens`, 2)
  if (!isTimeZone(timeZone)) throw new CommandError(`--time-zone: ${timeZone} is no IANA time zone`, 2)
  for (const [option, text] of Object.entries({ name, admin })) {
    if (isBlank(text)) throw new CommandError(`--${option}: the text shows nothing`, 2)
  }
  await withDatabase(async ({ db, config, now }) => {
    const known = isAreaCode(area) ? (await db.execute(sql`select from area where code = ${area}`)).rows : []
    if (known.length === 0) throw new CommandError(`--area: there is no area ${area}`, 2)
    const key = await db.transaction(async (tx) => {
      const { rows } = await tx.execute(sql`select from jurisdiction where id = ${id}`)
      if (rows.length > 0) throw new CommandError(`Jurisdiction ${id} exists already.`)
      const system = await createJurisdiction(tx, { id, name, timeZone, area }, now)
      const { event } = await writeRules(tx, system, 1, FIRST_RULES, now)
      await tx.execute(appendEvents(id, [event]))
      const person = { name: admin, role: 'admin', unit: null, area: null } as const
      return createPersonWithKey(tx, system, person, config.keyEnvironment, now)
    })
    process.stdout.write(`Jurisdiction ${id} is made. The key of ${admin} (admin), shown once:\n${key}\n`)
  })
}
