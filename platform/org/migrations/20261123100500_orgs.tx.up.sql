CREATE TABLE orgs (
  id         bigint NOT NULL PRIMARY KEY,
  code       text NOT NULL UNIQUE CHECK (code <> ''),
  name       text NOT NULL CHECK (name <> ''),
  short_name text NOT NULL,
  level      text NOT NULL CHECK (level IN ('province','city','county','township','dept')),
  kind       text NOT NULL CHECK (kind <> ''),
  slug       text NOT NULL,
  parent_id  bigint REFERENCES orgs (id),
  path       text NOT NULL,
  created_at {{.Time}} NOT NULL,
  updated_at {{.Time}} NOT NULL,
  CHECK (parent_id IS NOT NULL OR level IN ('province','city','county'))
);
--bun:split
CREATE INDEX orgs_parent ON orgs (parent_id, code);
