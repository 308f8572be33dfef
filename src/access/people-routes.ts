import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Tx } from '../db/client.js'
import type { App, Deps } from '../deps.js'
import { type Actor, KEY_ROLES } from '../domain/access/permissions.js'
import { notFound, Rejection } from '../domain/rejection.js'
import { fileOr } from '../export/docs.js'
import { jsonRows, sendFile } from '../export/send.js'
import { CommandHeaders, intentOf, sendAnswer } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PERSON_EXAMPLE } from '../http/examples.js'
import { IdParams, PAGE, RowsQuery } from '../http/fields.js'
import { formatOf, LIST_FORMATS } from '../http/negotiate.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { createPerson, personEvent } from './create.js'
import { keepingAnAdministrator } from './last-administrator.js'
import { person, requireFit } from './person.js'
import { personRows } from './rows.js'
import { PERSON_SHEET } from './sheets.js'

const TAG = 'Reference data and access'

const PersonView = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(KEY_ROLES),
    unit: z.uuid().nullable(),
    area: z.string().nullable(),
    active: z.boolean(),
  })
  .meta({ id: 'Person', example: PERSON_EXAMPLE })

const AddPerson = z
  .strictObject(person)
  .meta({ id: 'AddPerson', example: { name: '李敏', role: 'inspector', area: '341202' } })

const ChangePerson = z
  .strictObject({
    name: person.name.optional(),
    role: person.role.optional(),
    unit: person.unit,
    area: person.area,
    active: z.boolean().optional(),
  })
  .meta({
    id: 'ChangePerson',
    description: 'JSON merge patch. An inactive person’s keys and tokens open nothing.',
    example: { active: false },
  })

/** People, who act through a key or a token. */
export async function peopleRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now, config } = deps
  const issuer = config.oidc?.issuer
  app.get(
    '/v1/people',
    {
      config: { action: 'person.read' },
      schema: {
        tags: [TAG],
        operationId: 'listPeople',
        summary: 'People',
        description: 'The people of the jurisdiction, by name.',
        querystring: RowsQuery,
        response: {
          200: fileOr(
            'A page of people; as a file, all.',
            pageSchema(PersonView, 'PersonPage', PERSON_EXAMPLE),
            PersonView,
          ),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const { id: jurisdiction } = request.actor.jurisdiction
      const format = formatOf(request, reply, LIST_FORMATS)
      if (format !== 'json') {
        const rows = jsonRows(personRows(jurisdiction, undefined, limit))
        return sendFile(request, reply, deps, { format, sheet: PERSON_SHEET, rows })
      }
      const after = cursor === undefined ? undefined : decodeCursor(cursor, 'people', 2)
      const { rows } = await db.execute<z.infer<typeof PersonView>>(
        personRows(jurisdiction, after, (limit ?? PAGE) + 1),
      )
      return sendPage(
        request,
        reply,
        pageOf(rows, limit ?? PAGE, (row) => encodeCursor('people', [row.name, row.id])),
      )
    },
  )

  app.post(
    '/v1/people',
    {
      config: { action: 'person.write' },
      schema: {
        tags: [TAG],
        operationId: 'addPerson',
        summary: 'Add a person',
        description: 'A person acts through an API key, or a token of the identity provider.',
        headers: CommandHeaders,
        body: AddPerson,
        response: { 201: json('The person.', PersonView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { name, role, unit = null, area = null } = request.body
      const { actor } = request
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        await requireFit(tx, actor, { role, unit, area })
        const { id, event } = await createPerson(tx, actor, { name, role, unit, area }, intent.now)
        const body = JSON.stringify({ id, name, role, unit, area, active: true })
        return { status: 201, headers: {}, body, events: [event] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.patch(
    '/v1/people/:id',
    {
      config: { action: 'person.write' },
      schema: {
        tags: [TAG],
        operationId: 'changePerson',
        summary: 'Change a person',
        description:
          'JSON merge patch of name, role, unit, area; `active: false` shuts the person out from the next request on. For a person of the identity provider only `active` can be set (409 for the rest). The last administrator who can get in stays one (409).',
        params: IdParams,
        headers: CommandHeaders,
        body: ChangePerson,
        response: { 200: json('The person after the change.', PersonView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor, body: patch } = request
      const { id } = request.params
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const { after, event } = await keepingAnAdministrator(
          tx,
          { jurisdiction: actor.jurisdiction.id, issuer, now: intent.now },
          () => changePerson(tx, actor, { id, patch }, intent.now),
        )
        return { status: 200, headers: {}, body: JSON.stringify(after), events: [event] }
      })
      return sendAnswer(reply, answer)
    },
  )
}

type Person = z.infer<typeof PersonView>

async function changePerson(
  tx: Tx,
  actor: Actor,
  { id, patch }: { id: string; patch: z.infer<typeof ChangePerson> },
  now: string,
) {
  const { rows } = await tx.execute<Person & { isClaimed: boolean }>(sql`
    select id, name, role, unit_id as unit, area, active, issuer is not null as "isClaimed" from person
    where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id} and role <> 'system' for no key update`)
  const [found] = rows
  if (found === undefined) throw notFound()
  const { isClaimed, ...before } = found
  if (isClaimed) requireClaimsKept(before, patch)
  const after = { ...before, ...patch }
  await requireFit(tx, actor, after)
  const { name, role, unit, area, active } = after
  await tx.execute(sql`
    update person set name = ${name}, role = ${role}, unit_id = ${unit}, area = ${area}, active = ${active}
    where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id}`)
  return { after, event: personEvent(actor, now, 'person.changed', after) }
}

/** The next token would put back what was changed here. @throws Rejection `kept-elsewhere` at each field that differs. */
function requireClaimsKept(before: Person, patch: z.infer<typeof ChangePerson>): void {
  const fields = (['name', 'role', 'unit', 'area'] as const).filter(
    (name) => patch[name] !== undefined && patch[name] !== before[name],
  )
  if (fields.length === 0) return
  const words = {
    zh: '此人来自身份提供方，姓名、角色、单位和区划由其维护，请在那里修改；这里只能启用或停用。',
    en: 'The person is kept by the identity provider: change name, role, unit and area there. Only active can be set here.',
  }
  throw new Rejection('kept-elsewhere', words, {
    errors: fields.map((name) => ({ pointer: `/${name}`, detail: words })),
  })
}
