-- Every text that somebody saved by name. An article from before this table, or from an import, has its first row
-- when it is first changed: the text as it was.
CREATE TABLE article_versions (
  site_id bigint NOT NULL,
  article_id bigint NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  author_id bigint NOT NULL CHECK (author_id > 0),
  at {{.Time}} NOT NULL,
  why text NOT NULL CHECK (why IN ('before', 'create', 'edit', 'merge', 'restore', 'submit')),
  title text NOT NULL,
  payload text NOT NULL,
  PRIMARY KEY (site_id, article_id, version),
  FOREIGN KEY (site_id, article_id) REFERENCES articles (site_id, id)
);
