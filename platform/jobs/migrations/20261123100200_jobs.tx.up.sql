CREATE TABLE jobs (
  id bigint NOT NULL PRIMARY KEY,
  site_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind <> ''),
  key text,
  args text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'failed')),
  due_at {{.Time}} NOT NULL,
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  fence bigint NOT NULL DEFAULT 0,
  wanted bigint NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  created_at {{.Time}} NOT NULL
);
--bun:split
CREATE UNIQUE INDEX jobs_key ON jobs (site_id, kind, key) WHERE state = 'open' AND key IS NOT NULL;
--bun:split
CREATE INDEX jobs_due ON jobs (site_id, due_at, id) WHERE state = 'open';
