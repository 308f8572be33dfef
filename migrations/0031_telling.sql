-- Everyone is told what concerns them: notices to inspectors, and to the person who filed an item. Nothing is told of what
-- happened before. The checks are widened without reading the tables: what satisfied the old ones satisfies the new.
--
-- On a large table build the indexes beforehand, while the service runs, as they stand here but with `concurrently` after
-- `index`; those that name a new column need the columns first.

alter table notice
  add column person_id uuid,
  -- A near deadline does not wait for working hours.
  add column urgent boolean not null default false,
  -- Whether a notice that nobody confirms counts as not received. Most are news.
  add column wants_receipt boolean not null default true,
  -- When the office was told that it was not confirmed: it is not looked at again.
  add column unreceived_at timestamptz,
  add foreign key (jurisdiction_id, person_id) references person not valid,
  drop constraint notice_recipient,
  add constraint notice_recipient check (recipient in ('unit', 'office', 'supervisor', 'inspector', 'person')) not valid,
  add constraint notice_person check ((recipient = 'person') = (person_id is not null)) not valid;

alter table digest
  add column person_id uuid,
  add foreign key (jurisdiction_id, person_id) references person not valid,
  drop constraint digest_recipient,
  add constraint digest_recipient check (recipient in ('unit', 'office', 'supervisor', 'inspector', 'person')) not valid,
  add constraint digest_person check ((recipient = 'person') = (person_id is not null)) not valid;

alter table contact
  add column person_id uuid,
  add foreign key (jurisdiction_id, person_id) references person,
  drop constraint contact_recipient,
  add constraint contact_recipient check (recipient in ('unit', 'office', 'supervisor', 'inspector', 'person')),
  drop constraint contact_area,
  -- A person's area is their own.
  add constraint contact_area check (area is null or recipient in ('supervisor', 'inspector')),
  add constraint contact_person check ((recipient = 'person') = (person_id is not null));
drop index contact_once;
create unique index contact_once on contact (jurisdiction_id, recipient, unit_id, person_id, channel, address) nulls not distinct;

-- From when on a unit is reminded of a plan that it owes; null: always. Orders that were signed for before are let be.
alter table jurisdiction add column plans_wanted_since timestamptz;
update jurisdiction set plans_wanted_since = now();

-- What inspectors are told, and what one person is, newest first. Each is a small part of all notices.
create index if not exists notice_to_inspectors on notice (jurisdiction_id, created_at, id) where recipient = 'inspector';
create index if not exists notice_to_person on notice (jurisdiction_id, person_id, created_at, id) where person_id is not null;
-- What goes out at once, looked for every minute.
create index if not exists notice_urgent on notice (jurisdiction_id)
  where urgent and sent_at is null and cancelled_at is null and received_at is null;
-- What a unit was sent and has not confirmed, looked for every minute until the office has been told.
create index if not exists notice_to_confirm on notice (jurisdiction_id, sent_at)
  where sent_at is not null and received_at is null and unreceived_at is null and wants_receipt and recipient = 'unit';
