-- Whoever changes what a key opens says so to all processes, which may then remember for a moment whom a key stands for.
-- A notification takes a lock of the whole cluster at commit. Keys and people change seldom; events never notify.
create function tell_access_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('one_list_access', '');
  return null;
end $$;

-- Not the time of last use, which is written all the time and opens nothing.
create trigger access_changed after delete or update of id, person_id, secret_hash, expires_at, revoked_at on api_key
  for each statement execute function tell_access_changed();
create trigger access_changed after delete or update of name, role, unit_id, area, active on person
  for each statement execute function tell_access_changed();
create trigger access_changed after delete or update of name, time_zone, area on jurisdiction
  for each statement execute function tell_access_changed();
