import type { TestJurisdiction } from './app.js'

/** Items of a large list. Nine of ten are the larger jurisdiction's; about a tenth of them are on account. */
export const ITEMS = 200_000
/** As many as a city has, and few enough to be read as a whole by whoever needs all their names. */
const PEOPLE = 4_500

/** What the rows refer to, and the time at which they end. */
export interface Owners {
  home: TestJurisdiction
  foreign: TestJurisdiction
  now: string
}

// What is made of the k-th number is the same in every run: a hash with a seed for each property, so that no two of them go
// together unless it is said here.
const among = (seed: number, n: number) => `((hashint4extended(k, ${seed}) & 1048575) % ${n})`
const share = (seed: number) => `(${among(seed, 1000)} / 1000.0)`
const pick = (seed: number, values: readonly string[]) =>
  `(array[${values.map((value) => `'${value}'`).join(', ')}])[1 + ${among(seed, values.length)}]`
/** One value for few, another for most: what an index is for. */
const seldom = (seed: number, rare: string, values: readonly string[]) =>
  `(case when ${among(seed, 400)} = 0 then '${rare}' else ${pick(seed + 50, values)} end)`

const CATEGORIES = ['roadside_protection', 'sharp_bend_steep_slope', 'lighting', 'other']
const PLACES = ['临水弯道', '平交路口', '学校门口', '长下坡', '集市路段', '桥头', '匝道', '村口']
const FAULTS = ['无护栏', '缺少标志', '路面坑槽', '照明不足', '视距不良', '开口过多', '标线不清', '树木遮挡']
const SOURCES = ['inspection', 'patrol', 'public', 'import']
/** Each with its ladder climbed, so that a sweep has to look and finds nothing. */
const RUNGS = [
  ...['warning_7', 'warning_3', 'warning_1', 'overdue_notice', 'supervision_letter', 'talk', 'bulletin_naming'],
  'accountability_referral',
]
const ON_ACCOUNT = `('listed', 'assigned', 'remediating', 'closure_requested')`

/** Functions of the loading session: ids in the order of their numbers, as UUIDv7 are in the order of time. */
export const FUNCTIONS = `
  create function pg_temp.uuid_of(kind text, k integer) returns uuid language sql immutable as
    $$ select (kind || lpad(to_hex(k), 8, '0') || '70008000' || lpad(to_hex(k), 12, '0'))::uuid $$`

const unitOf = (seed: number, { home }: Owners) =>
  `case ${among(seed, 40)} when 0 then '${home.unit}'::uuid when 1 then '${home.otherUnit}'::uuid
    else pg_temp.uuid_of('0191', (2 + ${among(seed, 40)})::integer) end`

/** Columns of `item` by their expressions, over `made`. */
const ITEM: Record<string, string> = {
  ...{ jurisdiction_id: 'jurisdiction', id: 'id', code: `'2025-' || lpad(k::text, 6, '0')`, version: '1 + k % 2' },
  status: 'status',
  title: `${pick(1, PLACES)} || ${pick(2, FAULTS)}`,
  // Text is short, because its index takes longer than everything else.
  description: `case when ${among(3, 10)} = 0 then '雨天易发生事故' end`,
  level: `case when status <> 'reported' then case when ${among(4, 80)} = 0 then 'major' else 'general' end end`,
  ...{
    category: seldom(5, 'median_opening', CATEGORIES),
    risk: seldom(6, 'enterprise', ['person', 'vehicle', 'road']),
  },
  ...{ source: seldom(7, 'accident_analysis', SOURCES), area: 'area' },
  road: `case when ${among(8, 5)} > 0 then 'S' || (300 + ${among(9, 40)}) end`,
  direction: `'both'`,
  start_chainage_m: `case when ${among(8, 5)} > 0 then ${among(10, 90_000)} end`,
  end_chainage_m: `case when ${among(8, 5)} > 0 then ${among(10, 90_000)} + 50 end`,
  lon: `case when ${among(11, 40)} > 0 then 115 + ${among(12, 15_000)} / 1e4 end`,
  lat: `case when ${among(11, 40)} > 0 then 32.4 + ${among(13, 15_000)} / 1e4 end`,
  address: `'某乡镇 ' || k % 100 || ' 号'`,
  external_system: `case when k % 2 = 0 then 'earlier' when k % 499 = 0 then 'rare' end`,
  external_id: `case when k % 2 = 0 then 'E-' || k when k % 499 = 0 then 'R-' || k end`,
  reported_at: 'reported_at',
  listed_at: `case when status not in ('reported', 'dismissed', 'merged') then reported_at + interval '1 hour' end`,
  due_at: 'due_at',
  due_set_at: `case when due_at is not null then reported_at end`,
  assignment: `case when unit is not null then jsonb_build_object('goal', '消除坠车风险',
    'leadOfficial', jsonb_build_object('name', '官员' || ${among(14, 60)}), 'responsibleUnit', unit,
    'coUnits', case when ${among(15, 10)} = 0 then jsonb_build_array(co_unit) else '[]' end, 'completionStandard', '验收合格',
    'dueAt', due_at, 'reward', '加分', 'penalty', '扣分', 'assignedAt', ended_at, 'acceptedAt', ended_at) end`,
  concerned_units: `case when unit is null then '{}' when ${among(15, 10)} = 0 then array[unit, co_unit] else array[unit] end`,
  escalation: `case when status in ${ON_ACCOUNT} then jsonb_build_object('rung', 'talk', 'at', reported_at,
    'rungs', '${JSON.stringify(RUNGS)}'::jsonb) end`,
  suspension: `case when status in ${ON_ACCOUNT} and ${among(16, 50)} = 0 then jsonb_build_object('reason', '等待', 'at', reported_at) end`,
  supervision: `case when unit is not null and ${among(17, 100)} = 0 then jsonb_build_object('tier', ${pick(18, ['county', 'city', 'province'])}) end`,
  closed_at: `case when status = 'closed' then ended_at end`,
  closed_by: `case when status = 'closed' then verifier end`,
  merged_into: `case when status = 'merged' then pg_temp.uuid_of('0195', k - 10) end`,
  channel: 'channel',
  reported_by: `case when channel is not null then channel_person end`,
  evidence: `case when k % 8 = 0 then jsonb_build_array(jsonb_build_object('id', pg_temp.uuid_of('0196', k), 'kind', 'before',
    'event', 'item.reported', 'at', reported_at, 'warnings', '[]'::jsonb)) else '[]' end`,
  updated_at: 'ended_at',
}

/**
 * The k-th item before its columns: when it was reported, what became of it, and when that last changed. `offset 0` keeps the
 * planner from writing these expressions into every column that uses them.
 */
const made = (owners: Owners, channel: string) => `(
  select b.*, case when status in ('assigned', 'remediating', 'closure_requested', 'closed') then ${unitOf(20, owners)} end as unit,
    ${unitOf(21, owners)} as co_unit,
    -- Most of what is open was reported not long ago; what is closed took up to four months.
    reported_at + least(interval '120 days', '${owners.now}'::timestamptz - reported_at) * (0.2 + 0.7 * ${share(22)}) as ended_at,
    case when status in ${ON_ACCOUNT} then '${owners.now}'::timestamptz + (${among(23, 200)} - 60) * interval '1 day'
      when status = 'closed' then reported_at + interval '60 days' end as due_at,
    case when k % 10 = 0 then pg_temp.uuid_of('0190', 1) else '${channel}'::uuid end as channel_person,
    pg_temp.uuid_of('0190', 2) as verifier
  from (
    select k, pg_temp.uuid_of('0195', k) as id, case when k % 10 = 0 then '${owners.foreign.id}' else '${owners.home.id}' end as jurisdiction,
      '${owners.now}'::timestamptz - (${ITEMS} - k) * interval '4 minutes' - interval '1 hour' as reported_at,
      case when k % 10 = 0 then ${pick(24, ['341602', '341621', '341622', '341623'])}
        else ${pick(25, ['341202', '341203', '341204', '341221', '341222', '341225', '341226', '341282'])} end
        || (case when ${among(26, 1000)} = 0 then 199 else 100 + ${among(26, 20)} end) as area,
      case when ${among(27, 20)} = 0 then 'public' when ${among(27, 20)} = 1 then 'hotline' end as channel,
      (select case when m < 20 then 'listed' when m < 45 then 'assigned' when m < 90 then 'remediating' when m < 100 then 'closure_requested'
          when m < 110 then 'reported' when m < 150 then 'dismissed' when m < 160 and k > 10 then 'merged' else 'closed' end
        from (select ${among(28, 1000)} * (case when k < ${ITEMS * 0.6} then 2 else 0.6 end) as m) m) as status
    from generate_series(1, ${ITEMS}) k offset 0) b offset 0) m`

/** The statements that fill the tables, in order. */
export function rowsOf(owners: Owners, channel: string, columns: readonly string[]): string[] {
  const { home, foreign, now } = owners
  const at = `'${now}'::timestamptz`
  /** What came before the last change: as reported, and in between as assigned. */
  const past: Record<string, string> = {
    version: 'v.version',
    status: `case when i.assignment is null or i.code like '%1' then 'reported' else 'remediating' end`,
    updated_at: `i.reported_at + (i.updated_at - i.reported_at) * (v.version - 1.0) / (i.version - 1)`,
    ...{ closed_at: 'null', closed_by: 'null', merged_into: 'null' },
  }
  const ended = `i.reported_at + (i.updated_at - i.reported_at) * v.version / (i.version - 1)`
  const some = (n: number) => `generate_series(1, ${n}) k`
  /** Of the larger jurisdiction: every number that is no multiple of ten. */
  const ofHome = (k: string) => `${k} + (${k} % 10 = 0)::integer`
  const hash = `sha256(int4send(k))`
  return [
    `insert into unit (jurisdiction_id, id, name, kind, created_at)
      select j.id, u.id, '单位' || u.id, 'township', ${at} from jurisdiction j cross join (
        select '${home.unit}'::uuid union all select '${home.otherUnit}' union all select pg_temp.uuid_of('0191', k)
        from generate_series(4, 41) k) u (id)
      on conflict do nothing`,
    `insert into person (jurisdiction_id, id, name, role, unit_id, created_at)
      select case when k % 10 = 0 then '${foreign.id}' else '${home.id}' end, pg_temp.uuid_of('0190', k), '人员' || k, 'inspector',
        null, ${at} from ${some(PEOPLE)}`,
    `insert into api_key (jurisdiction_id, id, person_id, secret_hash, created_at)
      select p.jurisdiction_id, 'k' || lpad(k::text, 11, '0'), p.id, ${hash}, ${at}
      from ${some(2 * PEOPLE)} join person p on p.id = pg_temp.uuid_of('0190', 1 + k / 2 % ${PEOPLE})`,
    `insert into item (${Object.keys(ITEM).join(', ')}) select ${Object.values(ITEM).join(', ')} from ${made(owners, channel)}`,
    `insert into item_past (${columns.join(', ')}, valid_to)
      select ${columns.map((column) => past[column] ?? `i.${column}`).join(', ')}, ${ended}
      from item i cross join generate_series(1, i.version - 1) v (version)`,
    `insert into event (jurisdiction_id, seq, item_id, item_code, item_version, type, at, actor_id, actor_role, data, salt, data_hash,
        previous_hash, hash)
      select jurisdiction_id, h.seq + row_number() over (partition by jurisdiction_id order by s.at), s.id, s.code, s.version,
        case when s.version = 1 then 'item.reported' when s.status = 'closed' then 'item.closed'
          when s.status = 'remediating' then 'item.progress_reported' else 'item.noted' end,
        s.at, pg_temp.uuid_of('0190', 2), 'inspector', '{"note":"第一次现场核查，已设临时警示。"}', 'sixteen bytes ok', z, z, z
      from (select jurisdiction_id, id, code, version, status, updated_at as at from item
        union all select jurisdiction_id, id, code, version, status, updated_at from item_past) s
      join ledger_head h using (jurisdiction_id), (select sha256('') as z) z`,
    `update ledger_head h set seq = e.seq from (select jurisdiction_id, max(seq) as seq from event group by 1) e
      where e.jurisdiction_id = h.jurisdiction_id`,
    `select close_event_blocks(jurisdiction_id, seq) from ledger_head`,
    `insert into item_counter select jurisdiction_id, 2026, ${ITEMS} from ledger_head`,
    `insert into ledger_reader select jurisdiction_id, reader, seq from ledger_head, unnest('{webhooks,scores}'::text[]) reader`,
    `insert into score_day select jurisdiction_id, ${at}::date from ledger_head`,
    `insert into idempotency_key (jurisdiction_id, person_id, key, request_hash, status, headers, body, created_at)
      select '${home.id}', pg_temp.uuid_of('0190', 1 + k % 4000), 'key-' || k, ${hash}, 201, '{}', '{}', ${at} - k * interval '1 second'
      from ${some(20_000)}`,
    `insert into score (jurisdiction_id, id, item_id, item_version, rule, rules_version, unit_id, points, cause_seq, cause_type, cause_at,
        cause_day, cause_key, scored_at, booked_on)
      select i.jurisdiction_id, pg_temp.uuid_of('0197', k), i.id, i.version, 'closed_on_time', 0, i.responsible_unit, 2, k,
        'item.closed', i.closed_at, null, k::text, i.closed_at, i.closed_at::date
      from ${some(50_000)} join item i on i.id = pg_temp.uuid_of('0195', k) where i.status = 'closed' and i.jurisdiction_id = '${home.id}'`,
    `insert into score_appeal (jurisdiction_id, score_id, reason, appealed_at, appealed_by)
      select jurisdiction_id, id, '不服', scored_at, pg_temp.uuid_of('0190', 1) from score where id > pg_temp.uuid_of('0197', 49500)`,
    `insert into digest (jurisdiction_id, id, recipient, unit_id, created_at)
      select '${home.id}', pg_temp.uuid_of('0198', k), 'unit', ${unitOf(30, owners)}, ${at} - (10000 - k) * interval '1 hour' from ${some(10_000)}`,
    `insert into contact (jurisdiction_id, id, recipient, unit_id, channel, address, language, unsubscribe_token, created_at)
      select '${home.id}', pg_temp.uuid_of('0199', k), 'unit', ${unitOf(31, owners)}, 'email', k || '@example.com', 'zh-CN', ${hash}, ${at}
      from ${some(60)}`,
    `insert into message (jurisdiction_id, digest_id, contact_id, state, attempts, attempted_at, next_attempt_at, created_at, sent_at)
      select '${home.id}', pg_temp.uuid_of('0198', k), pg_temp.uuid_of('0199', 1 + k % 60), case when k > 9990 then 'pending' else 'sent' end,
        1, ${at} - (10000 - k) * interval '1 hour', ${at} - (10000 - k) * interval '1 hour', ${at} - (10000 - k) * interval '1 hour',
        case when k <= 9990 then ${at} - (10000 - k) * interval '1 hour' end from ${some(10_000)}`,
    // A few wait to be sent; of what was sent a fiftieth is not confirmed.
    `insert into notice (jurisdiction_id, id, kind, recipient, unit_id, cause, item_id, area, due_at, due_set_at, data, created_at, digest_id,
        sent_at, received_at, received_by, unreceived_at)
      select i.jurisdiction_id, pg_temp.uuid_of('019a', k), 'escalation', r.recipient, case when r.recipient = 'unit' then ${unitOf(32, owners)} end,
        'escalation ' || k, i.id, i.area, i.due_at, i.due_set_at, '{"rung":"talk","day":7}', sent, case when k <= 39900 then pg_temp.uuid_of('0198', 1 + k / 5) end,
        case when k <= 39900 then sent end, case when k <= 39900 and ${among(33, 50)} > 0 then sent + interval '1 day' end,
        case when k <= 39900 and ${among(33, 50)} > 0 then pg_temp.uuid_of('0190', 2) end,
        -- The office was told of those that were sent longest ago.
        case when k <= 39800 and ${among(33, 50)} = 0 then sent + interval '4 days' end
      from ${some(40_000)} cross join lateral (select ${pick(34, ['unit', 'unit', 'office', 'supervisor'])} as recipient,
        ${at} - (40001 - k) * interval '9 minutes' as sent) r
      join item i on i.id = pg_temp.uuid_of('0195', ${ofHome(`(${ITEMS} - 40000 + k)`)})`,
    // Few are for inspectors, and fewer for any one person.
    `insert into notice (jurisdiction_id, id, kind, recipient, person_id, cause, item_id, area, data, wants_receipt, created_at, digest_id, sent_at)
      select i.jurisdiction_id, pg_temp.uuid_of('019d', k), case when r.is_person then 'dismissed' else 'verification_due' end,
        case when r.is_person then 'person' else 'inspector' end,
        case when k % 100 = 0 then p.id when r.is_person then pg_temp.uuid_of('0190', k) end,
        'told ' || k, i.id, i.area, '{}', false, sent, pg_temp.uuid_of('0198', 1 + k), sent
      from ${some(2_000)} cross join lateral (select k % 2 = 0 as is_person, ${at} - (2001 - k) * interval '180 minutes' as sent) r
      cross join (select id from person where jurisdiction_id = '${home.id}' and role = 'inspector' order by name, id limit 1) p
      join item i on i.id = pg_temp.uuid_of('0195', ${ofHome(`(${ITEMS} - 40000 + k * 20)`)})`,
    `insert into evidence_file (jurisdiction_id, received_sha256, received_bytes, sha256, bytes, media_type, width, height, thumbnail_sha256,
        phash, claimed_at)
      select case when k % 10 = 0 then '${foreign.id}' else '${home.id}' end, ${hash}, 1, ${hash}, 1, 'image/jpeg', 1, 1, ${hash},
        (hashint4extended(k, 40))::bit(64), ${at} - (${ITEMS} - k) * interval '4 minutes' from generate_series(8, ${ITEMS}, 8) k`,
    `insert into evidence_band select jurisdiction_id, n * 65536 + substring(phash from n * 16 + 1 for 16)::integer, received_sha256
      from evidence_file, generate_series(0, 3) n`,
    `insert into evidence (jurisdiction_id, id, received_sha256, kind, uploaded_at, uploaded_by, used_at)
      select case when k % 10 = 0 then '${foreign.id}' else '${home.id}' end, pg_temp.uuid_of('0196', k), ${hash}, 'before',
        ${at} - (${ITEMS} - k) * interval '4 minutes', pg_temp.uuid_of('0190', 1 + k % 4000),
        case when k / 8 % 101 > 0 then ${at} end from generate_series(8, ${ITEMS}, 8) k`,
    `insert into evidence_use select e.jurisdiction_id, e.id, i.id from evidence e join item i on i.evidence <> '[]'
      and (i.evidence -> 0 ->> 'id')::uuid = e.id where e.used_at is not null`,
    `insert into subscription (jurisdiction_id, id, url, types, active, secret, after_seq, created_at)
      select '${home.id}', pg_temp.uuid_of('019b', k), 'https://example.com/' || k, '{item.*}', true, 'whsec_' || encode(${hash}, 'base64'), 0, ${at} from ${some(20)}`,
    `insert into webhook_delivery (jurisdiction_id, id, subscription_id, seq, item_id, type, state, attempts, next_attempt_at, created_at,
        finished_at)
      select '${home.id}', pg_temp.uuid_of('019c', k), pg_temp.uuid_of('019b', 1 + k % 20), k + 100, pg_temp.uuid_of('0195', ${ofHome('k')}), 'item.noted',
        case when k > 37960 then 'pending' when k % 100 = 0 then 'dead' else 'succeeded' end, 1,
        -- Few are due; the others wait for their next attempt.
        case when k > 39960 then ${at} when k > 37960 then ${at} + interval '1 day' end,
        ${at} - (40000 - k) * interval '30 seconds', case when k <= 37960 then ${at} - (40000 - k) * interval '30 seconds' end
      from ${some(40_000)}`,
    `insert into webhook_attempt (jurisdiction_id, delivery_id, number, at, duration_ms, status)
      select jurisdiction_id, id, 1, created_at, 20, 200 from webhook_delivery`,
    `insert into recheck_draw (jurisdiction_id, period, cut_off_seq, seed, rules_version, strata, drawn_at)
      select '${home.id}', to_char(month, 'YYYY-MM'), 1, sha256(''), 0, '[]', ${at} from generate_series('2024-10-01', '2026-01-01', interval '1 month') month`,
    `insert into recheck (jurisdiction_id, period, item_id, unit_id, level, closed_at, from_at, due_at, noticed_at)
      select i.jurisdiction_id, to_char(i.closed_at, 'YYYY-MM'), i.id, i.responsible_unit, i.level, i.closed_at, i.closed_at + interval '90 days',
        i.closed_at + interval '120 days', case when i.closed_at + interval '90 days' < ${at} then ${at} end
      from item i where i.jurisdiction_id = '${home.id}' and i.status = 'closed' and i.closed_at < '2026-02-01'
        and ('x' || right(i.id::text, 4))::bit(16)::integer % 10 = 0`,
    `insert into recurrence (jurisdiction_id, id, item_id, of_id, distance_m, found_at, found_version)
      select '${home.id}', pg_temp.uuid_of('019d', k), pg_temp.uuid_of('0195', ${ofHome('(k * 20)')}), pg_temp.uuid_of('0195', ${ofHome('k')}), 10, ${at}, 1
      from ${some(9_000)}`,
    `insert into document (jurisdiction_id, id, kind, item_id, unit_id, number, year, n, title, template_version, issued_at, issued_by)
      select '${home.id}', pg_temp.uuid_of('019e', k), 'assignment_order', pg_temp.uuid_of('0195', ${ofHome('(k * 6)')}), ${unitOf(35, owners)}, k::text,
        2025, k, '交办单', 0, ${at} - (20000 - k) * interval '20 minutes', pg_temp.uuid_of('0190', 1) from ${some(20_000)}`,
    `insert into document_file (jurisdiction_id, document_id, format, sha256, content)
      select jurisdiction_id, id, 'docx', sha256(''), '' from document`,
    `update event e set type = 'item.document_issued', data = json_build_object('document', d.id)::text
      from document d join item i on i.jurisdiction_id = d.jurisdiction_id and i.id = d.item_id
      where e.jurisdiction_id = i.jurisdiction_id and e.item_id = i.id and e.item_version = i.version`,
    `insert into saved_view (jurisdiction_id, id, name, filter, shared, owner_id, created_at, updated_at)
      select '${home.id}', pg_temp.uuid_of('019f', k), '视图' || k, '{}', false, pg_temp.uuid_of('0190', 1 + k % 4000), ${at}, ${at} from ${some(2_000)}`,
    `insert into deadline_feed (jurisdiction_id, id, person_id, name, language, secret_hash, created_at)
      select '${home.id}', 'f' || lpad(k::text, 11, '0'), pg_temp.uuid_of('0190', 1 + k % 4000), 'phone', 'en', ${hash}, ${at} from ${some(8_000)}`,
  ]
}
