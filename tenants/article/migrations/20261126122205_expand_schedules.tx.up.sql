-- When an approved edition becomes public, and when what is public goes away. failed: why it did not, for people.
CREATE TABLE article_schedules (
  site_id bigint NOT NULL,
  article_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  publish_at {{.Time}},
  expire_at {{.Time}},
  by_account bigint NOT NULL CHECK (by_account > 0),
  by_name text NOT NULL,
  failed text NOT NULL DEFAULT '',
  PRIMARY KEY (site_id, article_id),
  CHECK (publish_at IS NOT NULL OR expire_at IS NOT NULL OR failed <> ''),
  CHECK (publish_at IS NULL OR expire_at IS NULL OR publish_at < expire_at),
  FOREIGN KEY (site_id, article_id) REFERENCES articles (site_id, id)
);
