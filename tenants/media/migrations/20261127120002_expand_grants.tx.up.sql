-- What a site lets other sites take copies of: an item, or what lies in a folder (media_id 0); to one site, or (to_site 0) to all sites of the
-- units below its own. Whoever takes a copy has an item of its own from then on: a grant that ends stops new copies only.
CREATE TABLE media_grants (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE CHECK (id > 0),
  media_id bigint NOT NULL CHECK (media_id >= 0),
  folder text NOT NULL,
  to_site bigint NOT NULL CHECK (to_site >= 0 AND to_site <> site_id),
  granted_by bigint NOT NULL CHECK (granted_by > 0),
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id),
  UNIQUE (site_id, media_id, folder, to_site),
  CHECK ((media_id > 0) <> (folder <> ''))
);
--bun:split
CREATE INDEX media_grants_to ON media_grants (to_site, site_id);
--bun:split
-- Where an item came from that was taken over from another site, and on what terms.
CREATE TABLE media_origins (
  site_id bigint NOT NULL,
  media_id bigint NOT NULL,
  origin_site bigint NOT NULL CHECK (origin_site > 0),
  origin_id bigint NOT NULL CHECK (origin_id > 0),
  licence text NOT NULL,
  taken_by bigint NOT NULL CHECK (taken_by > 0),
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, media_id),
  FOREIGN KEY (site_id, media_id) REFERENCES media (site_id, id)
);
