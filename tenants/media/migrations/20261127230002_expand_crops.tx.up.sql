-- Of which picture another was cut out: of_id is the first original, also of what was cut out of a cut. Both are items, and neither changes.
CREATE TABLE media_crops (
  site_id bigint NOT NULL,
  media_id bigint NOT NULL,
  of_id bigint NOT NULL CHECK (of_id <> media_id),
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, media_id),
  FOREIGN KEY (site_id, media_id) REFERENCES media (site_id, id),
  FOREIGN KEY (site_id, of_id) REFERENCES media (site_id, id)
);
--bun:split
CREATE INDEX media_crops_of ON media_crops (site_id, of_id);
