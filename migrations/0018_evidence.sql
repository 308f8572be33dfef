-- Evidence (佐证): photos and papers from before, during and after, and what a file was found to be.

-- A file as it is kept. It is named by what was received, so that the same file twice is kept once; in one jurisdiction,
-- since a file that comes to two of them must tell neither of the other.
create table evidence_file (
  jurisdiction_id text not null references jurisdiction,
  received_sha256 bytea not null constraint evidence_file_received check (octet_length(received_sha256) = 32),
  received_bytes integer not null,
  -- What is kept: an image is another file than the one that came.
  sha256 bytea not null constraint evidence_file_sha256 check (octet_length(sha256) = 32),
  bytes integer not null constraint evidence_file_bytes check (bytes > 0),
  media_type text not null constraint evidence_file_media_type
    check (media_type in ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
  -- The four are null for what is no image.
  width integer,
  height integer,
  thumbnail_sha256 bytea,
  -- A perceptual hash: pictures that look alike differ in few of its bits.
  phash bit(64),
  -- What the file itself said of its time and position, WGS 84.
  taken_at timestamptz,
  lon double precision,
  lat double precision,
  -- The last time that somebody sent it. Nothing is swept that has just come again.
  claimed_at timestamptz not null,
  primary key (jurisdiction_id, received_sha256),
  constraint evidence_file_image check (num_nulls(width, height, thumbnail_sha256, phash) in (0, 4)),
  constraint evidence_file_location check ((lon is null) = (lat is null))
);
create index evidence_file_by_age on evidence_file (jurisdiction_id, claimed_at);

-- The four quarters of a perceptual hash, each with its place: two hashes that differ in at most seven bits have a quarter
-- that differs in at most one, which an index can find. A table, because the planner cannot tell how rare the values of an
-- array are, and would read all of them.
create table evidence_band (
  jurisdiction_id text not null references jurisdiction,
  band integer not null,
  received_sha256 bytea not null,
  primary key (jurisdiction_id, band, received_sha256),
  foreign key (jurisdiction_id, received_sha256) references evidence_file on delete cascade
);
create index evidence_band_by_file on evidence_band (jurisdiction_id, received_sha256);

create function note_evidence_bands() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from evidence_band where jurisdiction_id = new.jurisdiction_id and received_sha256 = new.received_sha256;
  insert into evidence_band (jurisdiction_id, band, received_sha256)
    select new.jurisdiction_id, n * 65536 + substring(new.phash from n * 16 + 1 for 16)::integer, new.received_sha256
    from generate_series(0, 3) n where new.phash is not null;
  return null;
end $$;

create trigger evidence_file_bands after insert or update of phash on evidence_file
  for each row execute function note_evidence_bands();

-- One upload: the file with what its sender says that it shows. Its row comes after the file is safely kept.
create table evidence (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  received_sha256 bytea not null,
  kind text not null constraint evidence_kind check (kind in ('before', 'during', 'after', 'document')),
  taken_at timestamptz,
  taken_at_from text constraint evidence_taken_at_from check (taken_at_from in ('file', 'sender')),
  lon double precision,
  lat double precision,
  location_from text constraint evidence_location_from check (location_from in ('file', 'sender')),
  uploaded_at timestamptz not null,
  uploaded_by uuid not null,
  -- The uploader's unit then: its people may use it too.
  unit_id uuid,
  -- When an item first referred to it. Until then it is its uploader's, and swept when nobody comes to use it.
  used_at timestamptz,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, received_sha256) references evidence_file,
  foreign key (jurisdiction_id, uploaded_by) references person,
  foreign key (jurisdiction_id, unit_id) references unit,
  constraint evidence_location check ((lon is null) = (lat is null) and (lon is null) = (location_from is null)
    and lon between -180 and 180 and lat between -90 and 90),
  constraint evidence_taken check ((taken_at is null) = (taken_at_from is null))
);
create index evidence_by_file on evidence (jurisdiction_id, received_sha256);
-- What is to be swept, and how many somebody has lying about.
create index evidence_unused on evidence (jurisdiction_id, uploaded_at) where used_at is null;
create index evidence_unused_of on evidence (jurisdiction_id, uploaded_by) where used_at is null;

-- What an item's events refer to, with hash, time, place and warnings as they were chained.
alter table item add column evidence jsonb not null default '[]';
alter table item_past add column evidence jsonb not null default '[]';

-- Which items use a piece of evidence: its visibility is theirs. It follows from the items and is written by nobody else; a
-- table, because no index on a list inside a column tells the planner that one id stands in hardly any.
create table evidence_use (
  jurisdiction_id text not null references jurisdiction,
  evidence_id uuid not null,
  item_id uuid not null,
  primary key (jurisdiction_id, evidence_id, item_id),
  -- So no item refers to what is not there, or is another jurisdiction's.
  foreign key (jurisdiction_id, evidence_id) references evidence,
  foreign key (jurisdiction_id, item_id) references item
);

create function note_evidence_use() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into evidence_use (jurisdiction_id, evidence_id, item_id)
    select new.jurisdiction_id, (jsonb_path_query(new.evidence, '$[*].id') #>> '{}')::uuid, new.id
    on conflict do nothing;
  return null;
end $$;

create trigger item_evidence_use after insert or update of evidence on item
  for each row when (new.evidence <> '[]') execute function note_evidence_use();
