-- What happened lately, on whichever chain, and what one person did.
CREATE INDEX audit_entries_at ON audit_entries (at, chain, seq);
--bun:split
CREATE INDEX audit_entries_who ON audit_entries (actor_name, at, chain, seq);
