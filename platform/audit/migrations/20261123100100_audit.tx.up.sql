CREATE TABLE audit_heads (
  chain bigint NOT NULL PRIMARY KEY,
  seq bigint NOT NULL,
  hash text NOT NULL
);
--bun:split
CREATE TABLE audit_entries (
  chain bigint NOT NULL,
  seq bigint NOT NULL CHECK (seq > 0),
  prev text NOT NULL,
  hash text NOT NULL CHECK (length(hash) = 64),
  at {{.Time}} NOT NULL,
  actor_account bigint NOT NULL,
  actor_org bigint NOT NULL,
  actor_name text NOT NULL,
  actor_via text NOT NULL,
  request text NOT NULL,
  action text NOT NULL CHECK (action <> ''),
  object text NOT NULL,
  before text NOT NULL,
  after text NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (chain, seq)
);
--bun:split
CREATE INDEX audit_entries_object ON audit_entries (chain, object, seq);
{{if .Postgres}}
--bun:split
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit chain is only appended to';
END $$;
--bun:split
CREATE FUNCTION audit_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE tail record;
BEGIN
  SELECT seq, hash INTO tail FROM audit_entries WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(tail.seq, 0) + 1 OR NEW.prev <> coalesce(tail.hash, '') THEN
    RAISE EXCEPTION 'an audit entry goes to the end of its chain';
  END IF;
  RETURN NEW;
END $$;
--bun:split
CREATE FUNCTION audit_advance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.chain <> OLD.chain OR NEW.seq <= OLD.seq
    OR NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.chain = NEW.chain AND e.seq = NEW.seq AND e.hash = NEW.hash) THEN
    RAISE EXCEPTION 'an audit head only moves forward to an entry';
  END IF;
  RETURN NEW;
END $$;
--bun:split
CREATE TRIGGER audit_entries_frozen BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_refuse();
--bun:split
CREATE TRIGGER audit_entries_kept BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
--bun:split
CREATE TRIGGER audit_entries_appended BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_append();
--bun:split
CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_advance();
--bun:split
CREATE TRIGGER audit_heads_kept BEFORE DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_refuse();
--bun:split
CREATE TRIGGER audit_heads_whole BEFORE TRUNCATE ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
{{else}}
--bun:split
CREATE TRIGGER audit_entries_frozen BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit chain is only appended to'); END;
--bun:split
CREATE TRIGGER audit_entries_kept BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit chain is only appended to'); END;
--bun:split
CREATE TRIGGER audit_entries_appended BEFORE INSERT ON audit_entries
WHEN NEW.seq <> coalesce((SELECT max(seq) FROM audit_entries WHERE chain = NEW.chain), 0) + 1
  OR NEW.prev <> coalesce((SELECT hash FROM audit_entries WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1), '')
BEGIN SELECT RAISE(ABORT, 'an audit entry goes to the end of its chain'); END;
--bun:split
CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads
WHEN NEW.chain <> OLD.chain OR NEW.seq <= OLD.seq
  OR NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.chain = NEW.chain AND e.seq = NEW.seq AND e.hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'an audit head only moves forward to an entry'); END;
--bun:split
CREATE TRIGGER audit_heads_kept BEFORE DELETE ON audit_heads
BEGIN SELECT RAISE(ABORT, 'the audit chain is only appended to'); END;
--bun:split
CREATE TRIGGER audit_heads_once BEFORE INSERT ON audit_heads
WHEN NEW.seq <> 0 OR NEW.hash <> '' OR EXISTS (SELECT 1 FROM audit_heads WHERE chain = NEW.chain)
BEGIN SELECT RAISE(ABORT, 'an audit head starts at nothing'); END;
{{end}}
