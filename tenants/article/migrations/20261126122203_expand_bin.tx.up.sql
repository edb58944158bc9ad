-- NULL: not in the bin. Only what citizens never read may be there.
ALTER TABLE articles ADD COLUMN binned_at {{.Time}};
--bun:split
-- A list's filters under a name of their writer's own.
CREATE TABLE article_views (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE,
  account_id bigint NOT NULL CHECK (account_id > 0),
  name text NOT NULL CHECK (name <> ''),
  query text NOT NULL,
  PRIMARY KEY (site_id, id),
  UNIQUE (site_id, account_id, name)
);
