-- A site's differences from its template's columns, and its own columns (own = true). NULL: as the template has it.
CREATE TABLE column_changes (
  site_id bigint NOT NULL,
  column_id bigint NOT NULL,
  own boolean NOT NULL,
  parent_id bigint,
  kind text,
  name text CHECK (name IS NULL OR name <> ''),
  path text CHECK (path IS NULL OR path <> ''),
  description text,
  keywords text,
  hidden boolean,
  nav boolean,
  position bigint,
  cycle_days bigint CHECK (cycle_days IS NULL OR cycle_days BETWEEN 0 AND 62),
  state text NOT NULL CHECK (state IN ('active', 'merged', 'closed')),
  successor_id bigint,
  changed_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, column_id),
  UNIQUE (site_id, path),
  CHECK (column_id > 0 AND (successor_id IS NULL OR successor_id <> column_id) AND (parent_id IS NULL OR parent_id <> column_id)),
  CHECK (state <> 'merged' OR successor_id IS NOT NULL),
  CHECK (NOT own OR (column_id >= 100000 AND parent_id IS NOT NULL AND kind IS NOT NULL AND name IS NOT NULL AND path IS NOT NULL AND position IS NOT NULL))
);
--bun:split
-- Former addresses of a column, below /c/. They are never reused for another column.
CREATE TABLE column_redirects (
  site_id bigint NOT NULL,
  path text NOT NULL CHECK (path <> ''),
  column_id bigint NOT NULL,
  moved_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, path)
);
