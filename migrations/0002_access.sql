-- Reference data, units, people and their keys.

-- GB/T 2260 codes (6 digits) and township codes (9 digits), shipped with the service and the same for everybody.
create table area (
  code text collate "C" primary key,
  name text not null,
  level smallint not null,
  parent text
);
create index area_parent on area (parent, code);

-- Statutory holidays (off) and make-up working days at weekends (work); ordinary weekends are not listed.
create table holiday (
  date date primary key,
  name text not null,
  kind text not null constraint holiday_kind check (kind in ('off', 'work'))
);

-- Which version of a shipped reference file has been loaded.
create table reference_data (
  name text primary key,
  sha256 text not null
);

create table unit (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  version integer not null default 1,
  name text not null constraint unit_name check (name <> ''),
  kind text not null constraint unit_kind check (kind in ('bureau', 'township', 'company', 'office', 'other')),
  area text collate "C" references area,
  active boolean not null default true,
  created_at timestamptz not null,
  primary key (jurisdiction_id, id),
  unique (jurisdiction_id, name)
);

create table category (
  jurisdiction_id text not null references jurisdiction,
  code text not null constraint category_code check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  name_zh text not null,
  name_en text not null,
  position integer not null,
  primary key (jurisdiction_id, code)
);

create table person (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  name text not null constraint person_name check (name <> ''),
  role text not null constraint person_role
    check (role in ('inspector', 'unit', 'office', 'supervisor', 'auditor', 'admin', 'system')),
  unit_id uuid,
  area text collate "C" references area,
  -- Who this is at the OpenID Connect issuer, if the person signs in there.
  issuer text,
  subject text,
  active boolean not null default true,
  created_at timestamptz not null,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, unit_id) references unit,
  constraint person_unit check (role <> 'unit' or unit_id is not null),
  constraint person_subject check ((issuer is null) = (subject is null))
);
create unique index person_by_subject on person (jurisdiction_id, issuer, subject) where subject is not null;

create table api_key (
  jurisdiction_id text not null references jurisdiction,
  id text not null,
  person_id uuid not null,
  -- SHA-256 of the secret part. The secret has 160 random bits, so a slow hash would add nothing.
  secret_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, person_id) references person
);
-- A request brings only the key's id; the jurisdiction is what the look-up finds out.
create index api_key_id on api_key (id);

-- The first answer to a request with an Idempotency-Key, committed with its effect.
create table idempotency_key (
  jurisdiction_id text not null references jurisdiction,
  person_id uuid not null,
  key text not null constraint idempotency_key_length check (length(key) <= 255),
  request_hash bytea not null,
  -- Null only inside the transaction that is doing the work.
  status smallint,
  headers json,
  body text,
  created_at timestamptz not null,
  primary key (jurisdiction_id, person_id, key),
  foreign key (jurisdiction_id, person_id) references person
);
create index idempotency_key_age on idempotency_key (created_at);
