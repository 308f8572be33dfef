-- Run after the migrations at every start, and idempotent: the service works under a role that can append to the ledger
-- through one function, and can neither insert, change nor delete an event.
--
-- Where the migrating account may not create roles (some hosted databases), the operator creates the role by hand and
-- grants it to the account; the next start does the rest. Without the role, the trigger on event still refuses.

do $$
begin
  if not exists (select from pg_roles where rolname = 'one_list_service') then
    create role one_list_service nologin;
  end if;
  if not pg_has_role(current_user, 'one_list_service', 'member') then
    execute format('grant one_list_service to %I', current_user);
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then raise notice 'role one_list_service was not made or granted: insufficient privilege';
end $$;

-- Databases that were made before PostgreSQL 15 let every account make tables here.
do $$
begin
  revoke create on schema public from public;
exception
  when insufficient_privilege then null;
end $$;

do $$
begin
  if not exists (select from pg_roles where rolname = 'one_list_service') then return; end if;
  grant usage on schema public to one_list_service;
  grant select on all tables in schema public to one_list_service;
  grant insert, update on jurisdiction, unit, category, person, api_key, item, item_counter to one_list_service;
  grant insert, update, delete on idempotency_key to one_list_service;
  -- The past is added to, never changed; a ledger's head is begun, then moved by the function alone.
  grant insert on item_past, ledger_head to one_list_service;
  grant insert on rules, digest, calendar_year to one_list_service;
  grant insert, update on deadline_feed to one_list_service;
  grant insert, update on notice, contact, message, ledger_reader, sweep to one_list_service;
  grant insert, update on subscription to one_list_service;
  grant insert, update, delete on saved_view to one_list_service;
  grant insert, update, delete on webhook_delivery, webhook_attempt to one_list_service;
  grant insert, update on bulletin_counter, bulletin_recipient, bulletin_schedule to one_list_service;
  -- Drafts may be thrown away; a trigger keeps what was issued.
  grant insert, update, delete on bulletin to one_list_service;
  -- A trigger keeps what was issued; its receipt is written once.
  grant insert, update on document, document_counter to one_list_service;
  grant insert on document_file, document_template to one_list_service;
  grant insert on score, score_period to one_list_service;
  grant insert, update on score_appeal, score_day to one_list_service;
  -- What was never used is swept; what is used follows from the items, by a trigger.
  grant insert, update, delete on evidence, evidence_file, upload_lock to one_list_service;
  grant insert, update on recurrence, recheck to one_list_service;
  grant insert on recheck_draw to one_list_service;
  -- How an official was first written stays so.
  grant insert on official_name to one_list_service;
  grant execute on function append_events(text, json) to one_list_service;
  -- The job queue's tables are its own affair; nothing in them is the truth about anything.
  grant usage on schema pgboss to one_list_service;
  grant select, insert, update, delete, truncate on all tables in schema pgboss to one_list_service;
  grant usage on all sequences in schema pgboss to one_list_service;
  grant execute on all functions in schema pgboss to one_list_service;
end $$;
