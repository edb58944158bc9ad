-- What is being typed: one row for each open form. payload NULL: somebody looks at the form and has typed nothing.
CREATE TABLE article_autosaves (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE,
  account_id bigint NOT NULL CHECK (account_id > 0),
  session text NOT NULL CHECK (length(session) BETWEEN 16 AND 64),
  article_id bigint,
  base_version bigint NOT NULL CHECK (base_version >= 0),
  column_id bigint NOT NULL,
  seq bigint NOT NULL CHECK (seq >= 0),
  payload text,
  at {{.Time}} NOT NULL,
  seen_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id),
  UNIQUE (site_id, account_id, session),
  FOREIGN KEY (site_id, article_id) REFERENCES articles (site_id, id)
);
--bun:split
CREATE INDEX article_autosaves_here ON article_autosaves (site_id, article_id, seen_at);
