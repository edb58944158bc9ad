-- Word packs and lists of leaders, as imported: site 0 is the whole cluster's.
CREATE TABLE word_packs (
  site_id bigint NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  digest text NOT NULL,
  entries bigint NOT NULL CHECK (entries > 0),
  body text NOT NULL,
  by_name text NOT NULL,
  imported_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, name)
);
--bun:split
-- What was found in what is public. The numbers of people are kept masked.
CREATE TABLE check_hits (
  site_id bigint NOT NULL,
  article_id bigint NOT NULL,
  n bigint NOT NULL,
  rule text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('must', 'should')),
  say text NOT NULL,
  quote text NOT NULL,
  PRIMARY KEY (site_id, article_id, n)
);
--bun:split
-- The simhash of each public article, and its quarters: of two that differ in three bits one quarter is the same. A text that is too short
-- has a row without a print: it was read.
CREATE TABLE article_prints (
  site_id bigint NOT NULL,
  article_id bigint NOT NULL,
  print bigint,
  b0 bigint,
  b1 bigint,
  b2 bigint,
  b3 bigint,
  PRIMARY KEY (site_id, article_id)
);
--bun:split
CREATE INDEX article_prints_b0 ON article_prints (b0);
--bun:split
CREATE INDEX article_prints_b1 ON article_prints (b1);
--bun:split
CREATE INDEX article_prints_b2 ON article_prints (b2);
--bun:split
CREATE INDEX article_prints_b3 ON article_prints (b3);
--bun:split
-- Why an edition was sent all the same: written by its sender, read by its reviewers.
CREATE TABLE check_reasons (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  rules text NOT NULL,
  by_name text NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, edition_id),
  FOREIGN KEY (site_id, edition_id) REFERENCES editions (site_id, id)
)
