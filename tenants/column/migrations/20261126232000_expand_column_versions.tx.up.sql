-- How often a site's difference in a column was changed: whoever saw an older one looks again (look.md 3, "tree drag accidents").
ALTER TABLE column_changes ADD COLUMN version bigint NOT NULL DEFAULT 1;
--bun:split
-- A row a site: changing a tree takes it first, so that two changes of one tree never pass each other.
CREATE TABLE column_trees (
  site_id bigint NOT NULL,
  changes bigint NOT NULL,
  PRIMARY KEY (site_id)
);
--bun:split
-- The fields of its own that a column asks for (B5), as JSON. next_key only grows: a key is never given to another field.
CREATE TABLE column_fields (
  site_id bigint NOT NULL,
  column_id bigint NOT NULL,
  fields text NOT NULL,
  next_key bigint NOT NULL,
  version bigint NOT NULL,
  changed_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, column_id)
);
