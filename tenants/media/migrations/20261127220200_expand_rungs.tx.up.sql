-- A long film in several sizes, one row for each: one file, and the list that says where in it each six seconds stand. Rows are made when the
-- film is ready; a size that could not be made says why.
CREATE TABLE media_rungs (
  site_id bigint NOT NULL,
  media_id bigint NOT NULL,
  side bigint NOT NULL CHECK (side > 0),
  state text NOT NULL CHECK (state IN ('waiting', 'ready', 'broken')),
  progress bigint NOT NULL,
  width bigint NOT NULL,
  height bigint NOT NULL,
  rate bigint NOT NULL,
  sha256 text NOT NULL,
  bytes bigint NOT NULL CHECK (bytes >= 0),
  list text NOT NULL,
  why text NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, media_id, side),
  FOREIGN KEY (site_id, media_id) REFERENCES media (site_id, id),
  CHECK (state <> 'ready' OR (bytes > 0 AND list <> ''))
);
