-- Requests about columns (安政办发〔2015〕71号 四(三)): who supplies the content asks, who assembles the site decides. column_id of a new
-- column is the one that it is to stand below, 0 at the top; the versions are those that the asker saw.
CREATE TABLE column_requests (
  site_id bigint NOT NULL,
  id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('new', 'rename', 'merge', 'close')),
  about text NOT NULL CHECK (about <> ''),
  column_id bigint NOT NULL,
  column_version bigint NOT NULL,
  column_name text NOT NULL,
  column_was text NOT NULL,
  successor_id bigint NOT NULL,
  successor_version bigint NOT NULL,
  successor_was text NOT NULL,
  name text NOT NULL,
  sort text NOT NULL,
  cycle_days bigint NOT NULL,
  nav boolean NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  state text NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn')),
  asked_by bigint NOT NULL,
  asked_name text NOT NULL,
  asked_at {{.Time}} NOT NULL,
  because text NOT NULL,
  made_id bigint NOT NULL,
  decided_by bigint NOT NULL,
  decided_name text NOT NULL,
  decided_at {{.Time}},
  PRIMARY KEY (site_id, id),
  CHECK (kind = 'new' OR column_id > 0),
  CHECK ((state = 'open') = (decided_at IS NULL)),
  CHECK (state <> 'refused' OR because <> ''),
  CHECK (state NOT IN ('accepted', 'refused') OR decided_by <> asked_by),
  CHECK (state <> 'withdrawn' OR decided_by = asked_by)
);
--bun:split
CREATE UNIQUE INDEX column_requests_open ON column_requests (site_id, about) WHERE state = 'open';
