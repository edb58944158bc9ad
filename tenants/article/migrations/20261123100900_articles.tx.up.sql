-- Drafts, as editors see them. What the public sees is in publications alone.
-- payload NULL: nothing was changed since the import, the published edition holds the text.
CREATE TABLE articles (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE,
  column_id bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('draft', 'submitted', 'published', 'withdrawn')),
  author_id bigint NOT NULL CHECK (author_id > 0),
  version bigint NOT NULL CHECK (version > 0),
  policy text NOT NULL,
  edition_id bigint,
  title text NOT NULL CHECK (title <> ''),
  payload text,
  created_at {{.Time}} NOT NULL,
  updated_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id),
  CHECK (state = 'draft' OR edition_id IS NOT NULL),
  CHECK (payload IS NOT NULL OR state IN ('published', 'withdrawn'))
);
--bun:split
CREATE INDEX articles_recent ON articles (site_id, updated_at, id);
--bun:split
-- What of a batch has been taken over: written with the document, so that a batch that was interrupted goes on.
CREATE TABLE article_imports (
  site_id bigint NOT NULL,
  article_id bigint NOT NULL,
  batch text NOT NULL,
  source_id text NOT NULL,
  line bigint NOT NULL,
  indexed boolean NOT NULL,
  PRIMARY KEY (site_id, article_id),
  UNIQUE (batch, source_id),
  FOREIGN KEY (site_id, article_id) REFERENCES articles (site_id, id)
);
--bun:split
CREATE INDEX article_imports_unindexed ON article_imports (article_id) WHERE NOT indexed;
