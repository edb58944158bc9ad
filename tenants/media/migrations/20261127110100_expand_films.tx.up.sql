-- What was found in an item that is seen or heard in time, and what was made of it. The item stays what it was; this row is the only one that
-- changes, and says nothing that a reader is told.
CREATE TABLE media_films (
  site_id bigint NOT NULL,
  media_id bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'working', 'ready', 'raw', 'broken')),
  progress bigint NOT NULL DEFAULT 0,
  length_ms bigint NOT NULL DEFAULT 0,
  width bigint NOT NULL DEFAULT 0,
  height bigint NOT NULL DEFAULT 0,
  video text NOT NULL DEFAULT '',
  audio text NOT NULL DEFAULT '',
  play_kind text NOT NULL DEFAULT '',
  play_sha256 text NOT NULL DEFAULT '',
  play_bytes bigint NOT NULL DEFAULT 0,
  poster_sha256 text NOT NULL DEFAULT '',
  poster_bytes bigint NOT NULL DEFAULT 0,
  why text NOT NULL DEFAULT '',
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, media_id),
  FOREIGN KEY (site_id, media_id) REFERENCES media (site_id, id),
  CHECK (state <> 'ready' OR play_bytes > 0)
);
--bun:split
-- Captions, a transcript, or why there is neither. A row is never changed; the next one has the next number.
CREATE TABLE media_words (
  site_id bigint NOT NULL,
  media_id bigint NOT NULL,
  no bigint NOT NULL CHECK (no > 0),
  captions text NOT NULL,
  transcript text NOT NULL,
  waiver text NOT NULL,
  put_by bigint NOT NULL,
  name text NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, media_id, no),
  FOREIGN KEY (site_id, media_id) REFERENCES media (site_id, id),
  CHECK (captions <> '' OR transcript <> '' OR waiver <> '')
);
--bun:split
-- Which of them a frozen text was reviewed with; 0 of what needs none.
ALTER TABLE media_uses ADD COLUMN words bigint NOT NULL DEFAULT 0;
