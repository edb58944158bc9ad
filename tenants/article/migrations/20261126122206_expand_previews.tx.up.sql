-- Links to one version of a text that is not public, for people without an account. The link itself is not here, only its digest.
CREATE TABLE article_previews (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE,
  digest text NOT NULL CHECK (length(digest) = 64),
  article_id bigint NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  by_account bigint NOT NULL CHECK (by_account > 0),
  expires_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id),
  UNIQUE (site_id, digest),
  FOREIGN KEY (site_id, article_id) REFERENCES articles (site_id, id)
);
