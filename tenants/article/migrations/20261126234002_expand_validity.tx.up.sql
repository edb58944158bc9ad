-- What has become of a public text since it was published (B7): the words as approved stay, this is said beside them. to_article is the text
-- that took its place, 0: none. No row: what the text itself says.
CREATE TABLE article_validities (
  site_id bigint NOT NULL,
  article_id bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('in_force', 'amended', 'abolished', 'expired')),
  since text NOT NULL,
  to_site bigint NOT NULL,
  to_article bigint NOT NULL,
  reason text NOT NULL CHECK (trim(reason) <> ''),
  by_account bigint NOT NULL CHECK (by_account > 0),
  by_name text NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, article_id),
  CHECK ((to_site > 0) = (to_article > 0)),
  CHECK (to_article = 0 OR state <> 'in_force'),
  CHECK (to_site <> site_id OR to_article <> article_id),
  FOREIGN KEY (site_id, article_id) REFERENCES articles (site_id, id)
);
--bun:split
CREATE INDEX article_validities_to ON article_validities (site_id, to_site, to_article) WHERE to_article > 0;
