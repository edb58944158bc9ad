-- What citizens report of a page (G17). The code that opens the answer is kept as its digest, the contact sealed, and emptied in time.
CREATE TABLE corrections (
  site_id       bigint NOT NULL,
  id            bigint NOT NULL,
  code_digest   text NOT NULL CHECK (code_digest <> ''),
  kind          text NOT NULL CHECK (kind IN ('typo', 'link', 'stale', 'other')),
  page          text NOT NULL,
  words         text NOT NULL CHECK (words <> ''),
  contact       text NOT NULL,
  state         text NOT NULL CHECK (state IN ('open', 'handed', 'fixed', 'declined')),
  unit          text NOT NULL,
  answer        text NOT NULL,
  answered_by   bigint NOT NULL,
  answered_name text NOT NULL,
  received_at   {{.Time}} NOT NULL,
  answered_at   {{.Time}},
  PRIMARY KEY (site_id, id)
);
--bun:split
CREATE UNIQUE INDEX corrections_code ON corrections (site_id, code_digest);
