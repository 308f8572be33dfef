-- Who writes to a resumable upload at the moment: one request of one process, on whichever machine. A lease, which is
-- prolonged while bytes come, so that no connection and no transaction is held while a phone sends, and so that the lock of a
-- process that was killed comes free by itself. Rows live for as long as a request.
create table upload_lock (
  jurisdiction_id text not null references jurisdiction,
  person_id uuid not null,
  upload_id uuid not null,
  -- The request that has it.
  holder uuid not null,
  held_until timestamptz not null,
  -- Another request waits for it: its client has connected anew, and the first hangs.
  wanted boolean not null default false,
  primary key (jurisdiction_id, person_id, upload_id),
  foreign key (jurisdiction_id, person_id) references person (jurisdiction_id, id)
);
