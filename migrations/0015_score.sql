-- Reward and penalty: what was scored, what was appealed, and the periods that are closed. All of it follows from the
-- ledger: an entry is an `item.scored` event, an appeal two events, a closed period one.

create table score (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  item_id uuid not null,
  -- The item's version that the entry's event made; it leads to the event.
  item_version integer not null,
  rule text not null constraint score_rule check (rule in (
    'closed_on_time', 'closed_early', 'signed_late', 'overdue_day', 'closure_rejected', 'recheck_failed',
    'public_report_confirmed', 'returned', 'no_progress', 'reversal')),
  -- The version of the rules that were in force when the cause happened.
  rules_version integer not null,
  -- Null: nobody's points; what is owed to a member of the public who reported.
  unit_id uuid,
  points numeric(12, 2) not null,
  money_fen bigint,
  cause_seq bigint not null,
  cause_type text not null,
  cause_at timestamptz not null,
  -- For what a day costs: the local day.
  cause_day date,
  -- What it is for, once: the cause's seq, the day, or the entry that is reversed.
  cause_key text not null,
  scored_at timestamptz not null,
  -- The local day whose period it counts in.
  booked_on date not null,
  reverses uuid,
  reason text,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, item_id) references item,
  foreign key (jurisdiction_id, unit_id) references unit,
  foreign key (jurisdiction_id, reverses) references score,
  constraint score_reversal check ((rule = 'reversal') = (reverses is not null)),
  constraint score_reason check ((reason is null) = (reverses is null))
);
-- Each cause scores once, whoever and how many compute; the rule stands in ledger/, under the item's lock, too.
create unique index score_once on score (jurisdiction_id, item_id, rule, cause_key);
create unique index score_reversed_once on score (jurisdiction_id, reverses) where reverses is not null;
create index score_by_time on score (jurisdiction_id, scored_at, id);
create index score_by_unit on score (jurisdiction_id, unit_id, booked_on, scored_at, id);
create index score_by_day on score (jurisdiction_id, booked_on);

create table score_appeal (
  jurisdiction_id text not null references jurisdiction,
  score_id uuid not null,
  reason text not null,
  appealed_at timestamptz not null,
  appealed_by uuid not null,
  approved boolean,
  decision text,
  decided_at timestamptz,
  decided_by uuid,
  -- One appeal against one entry.
  primary key (jurisdiction_id, score_id),
  foreign key (jurisdiction_id, score_id) references score,
  foreign key (jurisdiction_id, appealed_by) references person,
  foreign key (jurisdiction_id, decided_by) references person,
  constraint score_appeal_decided check (num_nulls(approved, decision, decided_at, decided_by) in (0, 4)),
  constraint score_appeal_four_eyes check (decided_by <> appealed_by)
);
create index score_appeal_pending on score_appeal (jurisdiction_id, appealed_at) where approved is null;

-- A month, quarter or year whose totals are frozen.
create table score_period (
  jurisdiction_id text not null references jurisdiction,
  -- 2026-03, 2026-Q1, 2026.
  period text not null constraint score_period_name check (period ~ '^\d{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$'),
  kind text not null constraint score_period_kind check (kind in ('month', 'quarter', 'year')),
  -- Local days, half-open.
  period_from date not null,
  period_to date not null,
  closed_at timestamptz not null,
  closed_by uuid not null,
  -- The ledger's head that it was closed at.
  seq bigint not null,
  -- RFC 8785 text, exactly as it was hashed; the hash stands in the ledger too.
  content text not null,
  content_sha256 bytea not null,
  primary key (jurisdiction_id, period),
  foreign key (jurisdiction_id, closed_by) references person,
  constraint score_period_days check (period_from < period_to),
  constraint score_period_content check (content_sha256 = sha256(convert_to(content, 'UTF8')))
);
create index score_period_in_order on score_period (jurisdiction_id, period_to, period);

create function refuse_rewrite() returns trigger language plpgsql as $$
begin
  raise exception 'what was scored, and a period that is closed, stay as they are' using errcode = 'restrict_violation';
end $$;

create trigger score_append_only before update or delete on score for each row execute function refuse_rewrite();
create trigger score_no_truncate before truncate on score for each statement execute function refuse_rewrite();
create trigger score_period_frozen before update or delete on score_period for each row execute function refuse_rewrite();
create trigger score_period_no_truncate before truncate on score_period for each statement execute function refuse_rewrite();

-- The local day up to which the days overdue have been counted; `ledger_reader` has the place up to which events have.
create table score_day (
  jurisdiction_id text primary key references jurisdiction,
  counted_to date not null
);

-- What happened before there were scores is not scored: nobody knew the rules by then.
insert into ledger_reader (jurisdiction_id, reader, seq)
select jurisdiction_id, 'scores', seq from ledger_head where seq > 0;
insert into score_day (jurisdiction_id, counted_to)
select j.id, (e.at at time zone j.time_zone)::date
from jurisdiction j join ledger_head h on h.jurisdiction_id = j.id
join event e on e.jurisdiction_id = h.jurisdiction_id and e.seq = h.seq;
