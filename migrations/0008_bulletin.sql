-- Bulletins (通报): drafted from the ledger at a cut-off, issued under a document number, and from then on frozen.

create table bulletin (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  version integer not null default 1,
  kind text not null constraint bulletin_kind check (kind in ('daily', 'weekly', 'monthly', 'on_demand')),
  -- Local days, half-open.
  period_from date not null,
  period_to date not null,
  -- The cut-off: what the ledger knew up to this seq, and the moment at which what the clock says is computed.
  seq bigint not null constraint bulletin_seq check (seq >= 0),
  as_of timestamptz not null,
  title text not null constraint bulletin_title check (title <> ''),
  preface text,
  remarks text,
  -- The bulletin that this one corrects.
  corrects uuid,
  -- RFC 8785 text, exactly as it was hashed; the hash of an issued one stands in the ledger too.
  content text not null,
  content_sha256 bytea not null,
  created_at timestamptz not null,
  created_by uuid not null,
  issued_at timestamptz,
  issued_by uuid,
  -- The document number (文号), and the two that it is made of.
  number text,
  year smallint,
  n integer,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, corrects) references bulletin,
  foreign key (jurisdiction_id, created_by) references person,
  foreign key (jurisdiction_id, issued_by) references person,
  constraint bulletin_period check (period_from < period_to),
  constraint bulletin_content check (content_sha256 = sha256(convert_to(content, 'UTF8'))),
  constraint bulletin_issued check (num_nulls(issued_at, issued_by, number, year, n) in (0, 5))
);
create unique index bulletin_number on bulletin (jurisdiction_id, year, n) where issued_at is not null;
-- One of a kind for a period, however many workers draft it; corrections, and what is made on demand, come as they are needed.
create unique index bulletin_once on bulletin (jurisdiction_id, kind, period_from, period_to)
  where corrects is null and kind <> 'on_demand';
-- A bulletin is corrected once; what is wrong with the correction is corrected by a correction of that.
create unique index bulletin_correction on bulletin (jurisdiction_id, corrects) where corrects is not null;
create index bulletin_by_time on bulletin (jurisdiction_id, created_at, id);
-- The one before, of the same kind.
create index bulletin_by_kind on bulletin (jurisdiction_id, kind, period_from) where issued_at is not null;

create function refuse_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' or old.issued_at is not null then
    raise exception 'an issued bulletin is frozen' using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;

create trigger bulletin_frozen before update or delete on bulletin for each row execute function refuse_frozen();
create trigger bulletin_no_truncate before truncate on bulletin for each statement execute function refuse_frozen();

-- Gap-free numbers per jurisdiction and year: taken in the issuance's own transaction, given back if it fails.
create table bulletin_counter (
  jurisdiction_id text not null references jurisdiction,
  year smallint not null,
  last integer not null,
  primary key (jurisdiction_id, year)
);

-- Who is to confirm that they have it, and who has. A unit once, whoever of it confirms; a supervisor each for himself.
create table bulletin_recipient (
  jurisdiction_id text not null references jurisdiction,
  bulletin_id uuid not null,
  recipient text not null constraint bulletin_recipient_kind check (recipient in ('unit', 'office', 'supervisor')),
  unit_id uuid,
  person_id uuid,
  received_at timestamptz,
  received_by uuid,
  -- Names the recipient in a key, where one of the two ids is null.
  party uuid not null generated always as (coalesce(unit_id, person_id, '00000000-0000-0000-0000-000000000000')) stored,
  primary key (jurisdiction_id, bulletin_id, recipient, party),
  foreign key (jurisdiction_id, bulletin_id) references bulletin,
  foreign key (jurisdiction_id, unit_id) references unit,
  foreign key (jurisdiction_id, person_id) references person,
  foreign key (jurisdiction_id, received_by) references person,
  constraint bulletin_recipient_unit check ((recipient = 'unit') = (unit_id is not null)),
  constraint bulletin_recipient_person check ((recipient = 'supervisor') = (person_id is not null)),
  constraint bulletin_recipient_received check ((received_at is null) = (received_by is null))
);

-- The day up to which the schedule has drafted, also where the draft was thrown away since.
create table bulletin_schedule (
  jurisdiction_id text not null references jurisdiction,
  kind text not null,
  drafted_on date not null,
  primary key (jurisdiction_id, kind)
);

-- What an import brought as listed or closed already: the only first states that count.
create index item_past_imported on item_past (jurisdiction_id, id) where version = 1 and status in ('listed', 'closed');
