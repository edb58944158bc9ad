-- Pictures and files of a site's texts. A row is written after its bytes are whole in the store, and is never changed: what a text names
-- stays what it was when the text was reviewed.
CREATE TABLE media (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE CHECK (id > 0),
  name text NOT NULL CHECK (name <> ''),
  kind text NOT NULL CHECK (kind <> ''),
  sha256 text NOT NULL CHECK (length(sha256) = 64),
  bytes bigint NOT NULL CHECK (bytes > 0),
  stored bigint NOT NULL CHECK (stored >= bytes),
  width bigint NOT NULL,
  height bigint NOT NULL,
  thumbs text NOT NULL,
  uploaded_by bigint NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id),
  UNIQUE (site_id, sha256, name)
);
--bun:split
-- Which frozen text names which of them: while such a text is public, so are they.
CREATE TABLE media_uses (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  media_id bigint NOT NULL,
  PRIMARY KEY (site_id, edition_id, media_id),
  FOREIGN KEY (site_id, edition_id) REFERENCES editions (site_id, id),
  FOREIGN KEY (site_id, media_id) REFERENCES media (site_id, id)
);
--bun:split
CREATE INDEX media_uses_media ON media_uses (site_id, media_id);
