-- The rule by which a site's official documents get their index numbers (索引号). gathered: the numbers that were public before stand in index_numbers.
CREATE TABLE index_rules (
  site_id bigint NOT NULL PRIMARY KEY,
  pattern text NOT NULL CHECK (pattern <> ''),
  region text NOT NULL,
  organ text NOT NULL,
  subjects text NOT NULL,
  first bigint NOT NULL CHECK (first > 0),
  gathered boolean NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  by_name text NOT NULL,
  changed_at {{.Time}} NOT NULL
);
--bun:split
-- The last running number of each row of numbers; scope is the number without it.
CREATE TABLE index_sequences (
  site_id bigint NOT NULL,
  scope text NOT NULL,
  last bigint NOT NULL CHECK (last > 0),
  PRIMARY KEY (site_id, scope)
);
--bun:split
-- Whose each number is. A row is never taken away, so that no number is given twice; public: citizens have read it, and it stays.
CREATE TABLE index_numbers (
  site_id bigint NOT NULL,
  number text NOT NULL CHECK (number <> ''),
  article_id bigint NOT NULL,
  public boolean NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, number)
);
--bun:split
CREATE INDEX index_numbers_article ON index_numbers (site_id, article_id);
