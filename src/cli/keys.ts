import { eq, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { revokeKey } from '../access/create.js'
import { AddKey, issueKey } from '../access/issue-key.js'
import { person } from '../db/schema.js'
import { KEY_ROLES } from '../domain/access/permissions.js'
import { appendEvents } from '../ledger/act.js'
import { type CommandContext, CommandError, readArguments, systemActor, withDatabase } from './command.js'

const USAGE = `one-list keys create --role <role> --name <name> [--unit <id>] [--area <code>] [--expires <RFC 3339>] [--jurisdiction <id>]
one-list keys create --person <id> [--expires <RFC 3339>] [--jurisdiction <id>]
one-list keys list [--jurisdiction <id>]
one-list keys revoke <key id> [--jurisdiction <id>]

  Roles: ${KEY_ROLES.join(', ')}`

const string = { type: 'string' } as const
const OPTIONS = {
  jurisdiction: string,
  role: string,
  name: string,
  unit: string,
  area: string,
  person: string,
  expires: string,
}

type Values = { [K in keyof typeof OPTIONS]?: string }

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE, 2)
  const [verb, id] = positionals
  if (verb === 'create') return withDatabase((context) => create(context, values))
  if (verb === 'list') return withDatabase((context) => list(context, values))
  if (verb === 'revoke' && id !== undefined) return withDatabase((context) => revoke(context, values, id))
  throw new CommandError(USAGE, 2)
}

async function create({ db, config, now }: CommandContext, values: Values): Promise<void> {
  const actor = await systemActor(db, values.jurisdiction)
  const { jurisdiction: _, expires, ...wish } = values
  const parsed = AddKey.safeParse(expires === undefined ? wish : { ...wish, expiresAt: expires })
  if (!parsed.success) throw new CommandError(`${saidOf(parsed.error)}\n\n${USAGE}`, 2)
  const key = await db.transaction(async (tx) => {
    const issued = await issueKey(tx, actor, parsed.data, config.keyEnvironment, now)
    await tx.execute(appendEvents(actor.jurisdiction.id, issued.events))
    return issued.key
  })
  process.stdout.write(`${key.text}\n`)
}

function saidOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `--${path.join('.')}: ${message.split(' | ').at(-1)}`).join('\n')
}

async function list({ db }: CommandContext, values: Values): Promise<void> {
  const actor = await systemActor(db, values.jurisdiction)
  const people = await db.select().from(person).where(eq(person.jurisdiction, actor.jurisdiction.id))
  const names = new Map(people.map((p) => [p.id, `${p.role.padEnd(10)} ${p.name}`]))
  const { rows } = await db.execute<{ id: string; person_id: string; state: string }>(sql`
    select id, person_id, case when revoked_at is not null then 'revoked'
      when expires_at < now() then 'expired' else 'good' end as state
    from api_key where jurisdiction_id = ${actor.jurisdiction.id} order by created_at, id`)
  for (const row of rows) process.stdout.write(`${row.id}  ${row.state.padEnd(8)} ${names.get(row.person_id)}\n`)
}

async function revoke({ db, now }: CommandContext, values: Values, id: string): Promise<void> {
  const actor = await systemActor(db, values.jurisdiction)
  await db.transaction(async (tx) => {
    const event = await revokeKey(tx, actor, id, now)
    if (event === null) throw new CommandError(`There is no key ${id} that could be revoked.`)
    await tx.execute(appendEvents(actor.jurisdiction.id, [event]))
  })
  process.stdout.write(`Key ${id} is revoked.\n`)
}
