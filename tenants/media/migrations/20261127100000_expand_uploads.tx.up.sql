-- Files on their way in, in pieces. A piece's row is written after its bytes are in the store, so got is what is surely there; whole means
-- that a job is about to make a file of the pieces, kept and refused how that ended. Rows live a day.
CREATE TABLE media_uploads (
  site_id bigint NOT NULL,
  id bigint NOT NULL CHECK (id > 0),
  name text NOT NULL CHECK (name <> ''),
  alt text NOT NULL,
  size bigint NOT NULL CHECK (size > 0),
  got bigint NOT NULL CHECK (got >= 0 AND got <= size),
  state text NOT NULL CHECK (state IN ('coming', 'whole', 'kept', 'refused') AND (state = 'coming' OR got = size)),
  media_id bigint NOT NULL CHECK ((media_id > 0) = (state = 'kept')),
  said text NOT NULL CHECK ((said <> '') = (state = 'refused')),
  started_by bigint NOT NULL CHECK (started_by > 0),
  started_name text NOT NULL,
  began_at {{.Time}} NOT NULL,
  moved_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id)
);
--bun:split
CREATE TABLE media_upload_parts (
  site_id bigint NOT NULL,
  upload_id bigint NOT NULL,
  at_byte bigint NOT NULL CHECK (at_byte >= 0),
  id bigint NOT NULL CHECK (id > 0),
  bytes bigint NOT NULL CHECK (bytes > 0),
  PRIMARY KEY (site_id, upload_id, at_byte),
  FOREIGN KEY (site_id, upload_id) REFERENCES media_uploads (site_id, id)
);
