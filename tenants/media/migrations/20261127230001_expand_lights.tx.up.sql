-- Lighter forms of a picture for browsers that read them: width.kind:sha256:bytes, with commas between, width 0 for the whole; '' when none was
-- worth keeping. The item stays what it was; without a row nobody has tried yet.
CREATE TABLE media_lights (
  site_id bigint NOT NULL,
  media_id bigint NOT NULL,
  forms text NOT NULL,
  bytes bigint NOT NULL CHECK (bytes >= 0 AND (bytes > 0) = (forms <> '')),
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, media_id),
  FOREIGN KEY (site_id, media_id) REFERENCES media (site_id, id)
);
