-- What was scanned of a sheet that somebody signed on paper (线下签批), one beside each signature's note. It is no picture of a text: it has
-- no number that a text could name, no edition uses it, and so it is never public.
CREATE TABLE media_scans (
  site_id bigint NOT NULL,
  note_id bigint NOT NULL CHECK (note_id > 0),
  name text NOT NULL CHECK (name <> ''),
  kind text NOT NULL CHECK (kind IN ('pdf', 'jpg', 'png')),
  sha256 text NOT NULL CHECK (length(sha256) = 64),
  bytes bigint NOT NULL CHECK (bytes > 0),
  taken_by bigint NOT NULL CHECK (taken_by > 0),
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, note_id)
);
