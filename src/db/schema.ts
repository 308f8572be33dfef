import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  json,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/access/permissions.js'
import type { DocumentKind } from '../domain/item/document.js'
import type { EvidenceKind, MediaType } from '../domain/item/evidence.js'
import type { NoticeKind, Party } from '../domain/item/notice.js'
import type { Stratum } from '../domain/item/recheck-sample.js'
import type { Level } from '../domain/item/words.js'
import type { Bounded } from '../domain/place/boundary.js'
import type { BulletinKind } from '../domain/report/bulletin.js'
import type { Rules } from '../domain/rules.js'
import type { EntryRule } from '../domain/score/entry.js'
import type { ScorePeriodKind } from '../domain/score/period.js'
import type { CalendarDay } from '../domain/time/calendar.js'
import { bits, bytea, instant, jurisdictionId } from './column-types.js'

// The mirror of migrations/, which are the truth, but for the item's own tables (`item/table.ts`); a test compares the two.

export const jurisdiction = pgTable('jurisdiction', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  timeZone: text('time_zone').notNull(),
  area: text('area').notNull(),
  createdAt: instant('created_at').notNull(),
  plansWantedSince: instant('plans_wanted_since'),
})

export const ledgerHead = pgTable('ledger_head', {
  jurisdiction: text('jurisdiction_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  previousHash: bytea('previous_hash').notNull(),
  hash: bytea('hash').notNull(),
})

export const event = pgTable(
  'event',
  {
    jurisdiction: jurisdictionId(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    itemId: uuid('item_id'),
    itemCode: text('item_code'),
    itemVersion: integer('item_version'),
    type: text('type').notNull(),
    at: instant('at').notNull(),
    actorId: uuid('actor_id').notNull(),
    actorRole: text('actor_role').notNull(),
    data: text('data').notNull(),
    salt: bytea('salt').notNull(),
    dataHash: bytea('data_hash').notNull(),
    previousHash: bytea('previous_hash').notNull(),
    hash: bytea('hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.seq] })],
)

export const eventBlock = pgTable(
  'event_block',
  {
    jurisdiction: jurisdictionId(),
    lastSeq: bigint('last_seq', { mode: 'number' }).notNull(),
    firstSeq: bigint('first_seq', { mode: 'number' }).notNull(),
    earliest: instant('earliest').notNull(),
    latest: instant('latest').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.lastSeq] })],
)

export const area = pgTable('area', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  level: smallint('level').notNull(),
  parent: text('parent'),
  shipped: boolean('shipped').notNull().default(true),
})

export const areaChange = pgTable(
  'area_change',
  {
    jurisdiction: jurisdictionId(),
    code: text('code').notNull(),
    version: integer('version').notNull(),
    name: text('name').notNull(),
    validFrom: text('valid_from'),
    validTo: text('valid_to'),
    successor: text('successor'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.code] })],
)

export const boundary = pgTable(
  'boundary',
  {
    jurisdiction: jurisdictionId(),
    version: integer('version').notNull(),
    areas: jsonb('areas').$type<Bounded[]>().notNull(),
    setAt: instant('set_at').notNull(),
    setBy: uuid('set_by').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.version] })],
)

export const shippedYear = pgTable(
  'shipped_year',
  {
    year: integer('year').notNull(),
    version: text('version').notNull(),
    days: jsonb('days').$type<CalendarDay[]>().notNull(),
    load: integer('load').notNull(),
  },
  (t) => [primaryKey({ columns: [t.year, t.version] })],
)

export const calendarYear = pgTable(
  'calendar_year',
  {
    jurisdiction: jurisdictionId(),
    year: integer('year').notNull(),
    version: integer('version').notNull(),
    days: jsonb('days').$type<CalendarDay[]>(),
    note: text('note'),
    setAt: instant('set_at').notNull(),
    setBy: uuid('set_by').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.year, t.version] })],
)

export const referenceData = pgTable('reference_data', {
  name: text('name').primaryKey(),
  sha256: text('sha256').notNull(),
})

export const unit = pgTable(
  'unit',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    name: text('name').notNull(),
    kind: text('kind').$type<'bureau' | 'township' | 'company' | 'office' | 'other'>().notNull(),
    area: text('area'),
    active: boolean('active').notNull().default(true),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const category = pgTable(
  'category',
  {
    jurisdiction: jurisdictionId(),
    code: text('code').notNull(),
    nameZh: text('name_zh').notNull(),
    nameEn: text('name_en').notNull(),
    position: integer('position').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.code] })],
)

export const person = pgTable(
  'person',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Actor['role']>().notNull(),
    unit: uuid('unit_id'),
    area: text('area'),
    issuer: text('issuer'),
    subject: text('subject'),
    active: boolean('active').notNull().default(true),
    createdAt: instant('created_at').notNull(),
    claimsAt: instant('claims_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const apiKey = pgTable(
  'api_key',
  {
    jurisdiction: jurisdictionId(),
    id: text('id').notNull(),
    person: uuid('person_id').notNull(),
    secretHash: bytea('secret_hash').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const deadlineFeed = pgTable(
  'deadline_feed',
  {
    jurisdiction: jurisdictionId(),
    id: text('id').notNull(),
    person: uuid('person_id').notNull(),
    name: text('name').notNull(),
    language: text('language').$type<'zh-CN' | 'en'>().notNull(),
    alarmDays: integer('alarm_days'),
    secretHash: bytea('secret_hash').notNull(),
    createdAt: instant('created_at').notNull(),
    revokedAt: instant('revoked_at'),
    lastUsedAt: instant('last_used_at'),
    key: text('key_id'),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    jurisdiction: jurisdictionId(),
    person: uuid('person_id').notNull(),
    key: text('key').notNull(),
    requestHash: bytea('request_hash').notNull(),
    status: smallint('status'),
    headers: json('headers').$type<Record<string, string>>(),
    body: text('body'),
    createdAt: instant('created_at').notNull(),
    items: uuid('item_ids').array(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.person, t.key] })],
)

export const officialName = pgTable(
  'official_name',
  { jurisdiction: jurisdictionId(), key: text('name_key').notNull(), name: text('name').notNull() },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.key] })],
)

export const rules = pgTable(
  'rules',
  {
    jurisdiction: jurisdictionId(),
    version: integer('version').notNull(),
    data: jsonb('data').$type<Partial<Rules>>().notNull(),
    setAt: instant('set_at').notNull(),
    setBy: uuid('set_by').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.version] })],
)

export const digest = pgTable(
  'digest',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    recipient: text('recipient').$type<Party>().notNull(),
    unit: uuid('unit_id'),
    person: uuid('person_id'),
    test: boolean('test').notNull().default(false),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const notice = pgTable(
  'notice',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    kind: text('kind').$type<NoticeKind>().notNull(),
    recipient: text('recipient').$type<Party>().notNull(),
    unit: uuid('unit_id'),
    person: uuid('person_id'),
    cause: text('cause').notNull(),
    item: uuid('item_id'),
    area: text('area'),
    dueAt: instant('due_at'),
    dueSetAt: instant('due_set_at'),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    urgent: boolean('urgent').notNull().default(false),
    wantsReceipt: boolean('wants_receipt').notNull().default(true),
    unreceivedAt: instant('unreceived_at'),
    createdAt: instant('created_at').notNull(),
    digest: uuid('digest_id'),
    sentAt: instant('sent_at'),
    cancelledAt: instant('cancelled_at'),
    receivedAt: instant('received_at'),
    receivedBy: uuid('received_by'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const bulletin = pgTable(
  'bulletin',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    kind: text('kind').$type<BulletinKind>().notNull(),
    from: text('period_from').notNull(),
    to: text('period_to').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    asOf: instant('as_of').notNull(),
    title: text('title').notNull(),
    preface: text('preface'),
    remarks: text('remarks'),
    corrects: uuid('corrects'),
    content: text('content').notNull(),
    contentSha256: bytea('content_sha256').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: uuid('created_by').notNull(),
    issuedAt: instant('issued_at'),
    issuedBy: uuid('issued_by'),
    number: text('number'),
    year: smallint('year'),
    n: integer('n'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const bulletinCounter = pgTable(
  'bulletin_counter',
  {
    jurisdiction: jurisdictionId(),
    year: smallint('year').notNull(),
    last: integer('last').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.year] })],
)

export const bulletinRecipient = pgTable(
  'bulletin_recipient',
  {
    jurisdiction: jurisdictionId(),
    bulletin: uuid('bulletin_id').notNull(),
    recipient: text('recipient').$type<Party>().notNull(),
    unit: uuid('unit_id'),
    person: uuid('person_id'),
    receivedAt: instant('received_at'),
    receivedBy: uuid('received_by'),
    party: uuid('party').generatedAlwaysAs(sql`coalesce(unit_id, person_id)`),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.bulletin, t.recipient, t.party] })],
)

export const bulletinSchedule = pgTable(
  'bulletin_schedule',
  {
    jurisdiction: jurisdictionId(),
    kind: text('kind').$type<BulletinKind>().notNull(),
    draftedOn: text('drafted_on').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.kind] })],
)

export const contact = pgTable(
  'contact',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    recipient: text('recipient').$type<Party>().notNull(),
    unit: uuid('unit_id'),
    person: uuid('person_id'),
    area: text('area'),
    channel: text('channel').$type<'email' | 'wecom' | 'dingtalk'>().notNull(),
    address: text('address').notNull(),
    secret: text('secret'),
    name: text('name'),
    language: text('language').$type<'zh-CN' | 'en'>().notNull(),
    active: boolean('active').notNull().default(true),
    unsubscribedAt: instant('unsubscribed_at'),
    unsubscribeToken: bytea('unsubscribe_token').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const message = pgTable(
  'message',
  {
    jurisdiction: jurisdictionId(),
    digest: uuid('digest_id').notNull(),
    contact: uuid('contact_id').notNull(),
    state: text('state').$type<'pending' | 'sent' | 'failed' | 'dropped'>().notNull().default('pending'),
    attempts: integer('attempts').notNull().default(0),
    attemptedAt: instant('attempted_at'),
    nextAttemptAt: instant('next_attempt_at').notNull(),
    lastError: text('last_error'),
    createdAt: instant('created_at').notNull(),
    sentAt: instant('sent_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.digest, t.contact] })],
)

export const ledgerReader = pgTable(
  'ledger_reader',
  {
    jurisdiction: jurisdictionId(),
    reader: text('reader').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.reader] })],
)

export const sweep = pgTable(
  'sweep',
  {
    jurisdiction: jurisdictionId(),
    task: text('chore').notNull(),
    sweptAt: instant('swept_at').notNull(),
    behind: boolean('behind').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.task] })],
)

export const subscription = pgTable(
  'subscription',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    url: text('url').notNull(),
    description: text('description'),
    types: text('types').array().notNull(),
    unit: uuid('unit_id'),
    area: text('area'),
    view: uuid('view_id'),
    active: boolean('active').notNull().default(true),
    secret: text('secret'),
    previousSecret: text('previous_secret'),
    previousSecretUntil: instant('previous_secret_until'),
    afterSeq: bigint('after_seq', { mode: 'number' }).notNull(),
    disabledAt: instant('disabled_at'),
    heldUntil: instant('held_until'),
    slow: boolean('slow').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    deletedAt: instant('deleted_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const savedView = pgTable(
  'saved_view',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    name: text('name').notNull(),
    filter: jsonb('filter').$type<Record<string, unknown>>().notNull(),
    shared: boolean('shared').notNull(),
    owner: uuid('owner_id').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const webhookDelivery = pgTable(
  'webhook_delivery',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    subscription: uuid('subscription_id').notNull(),
    seq: bigint('seq', { mode: 'number' }),
    item: uuid('item_id'),
    type: text('type').notNull(),
    state: text('state').$type<'pending' | 'succeeded' | 'dead'>().notNull().default('pending'),
    attempts: integer('attempts').notNull().default(0),
    step: integer('step').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at'),
    leasedUntil: instant('leased_until'),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const webhookAttempt = pgTable(
  'webhook_attempt',
  {
    jurisdiction: jurisdictionId(),
    delivery: uuid('delivery_id').notNull(),
    number: integer('number').notNull(),
    at: instant('at').notNull(),
    durationMs: integer('duration_ms').notNull(),
    status: smallint('status'),
    answer: text('answer'),
    error: text('error'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.delivery, t.number] })],
)

export const itemCounter = pgTable(
  'item_counter',
  {
    jurisdiction: jurisdictionId(),
    year: smallint('year').notNull(),
    last: integer('last').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.year] })],
)

export const score = pgTable(
  'score',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    itemId: uuid('item_id').notNull(),
    itemVersion: integer('item_version').notNull(),
    rule: text('rule').$type<EntryRule>().notNull(),
    rules: integer('rules_version').notNull(),
    unit: uuid('unit_id'),
    points: numeric('points', { mode: 'number' }).notNull(),
    moneyFen: bigint('money_fen', { mode: 'number' }),
    causeSeq: bigint('cause_seq', { mode: 'number' }).notNull(),
    causeType: text('cause_type').notNull(),
    causeAt: instant('cause_at').notNull(),
    causeDay: text('cause_day'),
    causeKey: text('cause_key').notNull(),
    at: instant('scored_at').notNull(),
    bookedOn: text('booked_on').notNull(),
    reverses: uuid('reverses'),
    reason: text('reason'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const scoreAppeal = pgTable(
  'score_appeal',
  {
    jurisdiction: jurisdictionId(),
    score: uuid('score_id').notNull(),
    reason: text('reason').notNull(),
    appealedAt: instant('appealed_at').notNull(),
    appealedBy: uuid('appealed_by').notNull(),
    approved: boolean('approved'),
    decision: text('decision'),
    decidedAt: instant('decided_at'),
    decidedBy: uuid('decided_by'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.score] })],
)

export const scorePeriod = pgTable(
  'score_period',
  {
    jurisdiction: jurisdictionId(),
    period: text('period').notNull(),
    kind: text('kind').$type<ScorePeriodKind>().notNull(),
    from: text('period_from').notNull(),
    to: text('period_to').notNull(),
    closedAt: instant('closed_at').notNull(),
    closedBy: uuid('closed_by').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    content: text('content').notNull(),
    contentSha256: bytea('content_sha256').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.period] })],
)

export const scoreDay = pgTable('score_day', {
  jurisdiction: text('jurisdiction_id').primaryKey(),
  countedTo: text('counted_to').notNull(),
})

export const documentTemplate = pgTable(
  'document_template',
  {
    jurisdiction: jurisdictionId(),
    kind: text('kind').$type<DocumentKind>().notNull(),
    version: integer('version').notNull(),
    file: bytea('file'),
    sha256: bytea('sha256'),
    setAt: instant('set_at').notNull(),
    setBy: uuid('set_by').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.kind, t.version] })],
)

export const document = pgTable(
  'document',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    kind: text('kind').$type<DocumentKind>().notNull(),
    itemId: uuid('item_id'),
    bulletinId: uuid('bulletin_id'),
    about: uuid('about'),
    unit: uuid('unit_id'),
    number: text('number').notNull(),
    year: smallint('year').notNull(),
    n: integer('n'),
    title: text('title').notNull(),
    templateVersion: integer('template_version').notNull(),
    missingGlyphs: jsonb('missing_glyphs').$type<{ field: string; characters: string[] }[]>(),
    issuedAt: instant('issued_at').notNull(),
    issuedBy: uuid('issued_by').notNull(),
    receivedAt: instant('received_at'),
    receivedBy: uuid('received_by'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const documentFile = pgTable(
  'document_file',
  {
    jurisdiction: jurisdictionId(),
    document: uuid('document_id').notNull(),
    format: text('format').$type<'docx' | 'pdf'>().notNull(),
    sha256: bytea('sha256').notNull(),
    content: bytea('content').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.document, t.format] })],
)

export const documentCounter = pgTable(
  'document_counter',
  {
    jurisdiction: jurisdictionId(),
    kind: text('kind').$type<DocumentKind>().notNull(),
    year: smallint('year').notNull(),
    last: integer('last').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.kind, t.year] })],
)
export const evidenceFile = pgTable(
  'evidence_file',
  {
    jurisdiction: jurisdictionId(),
    receivedSha256: bytea('received_sha256').notNull(),
    receivedBytes: integer('received_bytes').notNull(),
    sha256: bytea('sha256').notNull(),
    bytes: integer('bytes').notNull(),
    mediaType: text('media_type').$type<MediaType>().notNull(),
    width: integer('width'),
    height: integer('height'),
    thumbnailSha256: bytea('thumbnail_sha256'),
    phash: bits('phash'),
    takenAt: instant('taken_at'),
    lon: doublePrecision('lon'),
    lat: doublePrecision('lat'),
    claimedAt: instant('claimed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.receivedSha256] })],
)

export const evidenceBand = pgTable(
  'evidence_band',
  {
    jurisdiction: jurisdictionId(),
    band: integer('band').notNull(),
    receivedSha256: bytea('received_sha256').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.band, t.receivedSha256] })],
)

export const evidenceUse = pgTable(
  'evidence_use',
  {
    jurisdiction: jurisdictionId(),
    evidence: uuid('evidence_id').notNull(),
    item: uuid('item_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.evidence, t.item] })],
)

export const evidence = pgTable(
  'evidence',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    receivedSha256: bytea('received_sha256').notNull(),
    kind: text('kind').$type<EvidenceKind>().notNull(),
    takenAt: instant('taken_at'),
    takenAtFrom: text('taken_at_from').$type<'file' | 'sender'>(),
    lon: doublePrecision('lon'),
    lat: doublePrecision('lat'),
    locationFrom: text('location_from').$type<'file' | 'sender'>(),
    uploadedAt: instant('uploaded_at').notNull(),
    uploadedBy: uuid('uploaded_by').notNull(),
    unit: uuid('unit_id'),
    usedAt: instant('used_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const uploadLock = pgTable(
  'upload_lock',
  {
    jurisdiction: jurisdictionId(),
    person: uuid('person_id').notNull(),
    upload: uuid('upload_id').notNull(),
    holder: uuid('holder').notNull(),
    heldUntil: instant('held_until').notNull(),
    wanted: boolean('wanted').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.person, t.upload] })],
)

export const recurrence = pgTable(
  'recurrence',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    item: uuid('item_id').notNull(),
    of: uuid('of_id').notNull(),
    distanceM: integer('distance_m').notNull(),
    foundAt: instant('found_at').notNull(),
    foundVersion: integer('found_version').notNull(),
    decidedAt: instant('decided_at'),
    decidedVersion: integer('decided_version'),
    decidedBy: uuid('decided_by'),
    confirmed: boolean('confirmed'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const recheckDraw = pgTable(
  'recheck_draw',
  {
    jurisdiction: jurisdictionId(),
    period: text('period').notNull(),
    cutOffSeq: bigint('cut_off_seq', { mode: 'number' }).notNull(),
    seed: bytea('seed').notNull(),
    rules: integer('rules_version').notNull(),
    strata: jsonb('strata').$type<Stratum[]>().notNull(),
    drawnAt: instant('drawn_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.period] })],
)

export const recheck = pgTable(
  'recheck',
  {
    jurisdiction: jurisdictionId(),
    period: text('period').notNull(),
    item: uuid('item_id').notNull(),
    unit: uuid('unit_id').notNull(),
    level: text('level').$type<Level>().notNull(),
    closedAt: instant('closed_at').notNull(),
    fromAt: instant('from_at').notNull(),
    dueAt: instant('due_at').notNull(),
    noticedAt: instant('noticed_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.period, t.item] })],
)
