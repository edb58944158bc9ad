-- What the library says of an item, for colleagues who look for it: none of it goes out to citizens, and the item itself never changes. An item
-- that nobody has described has no row.
CREATE TABLE media_cards (
  site_id bigint NOT NULL,
  media_id bigint NOT NULL,
  title text NOT NULL,
  alt text NOT NULL,
  source text NOT NULL,
  licence text NOT NULL,
  folder text NOT NULL,
  focus_x bigint NOT NULL CHECK (focus_x BETWEEN 0 AND 100),
  focus_y bigint NOT NULL CHECK (focus_y BETWEEN 0 AND 100),
  binned_at {{.Time}},
  version bigint NOT NULL CHECK (version > 0),
  PRIMARY KEY (site_id, media_id),
  FOREIGN KEY (site_id, media_id) REFERENCES media (site_id, id)
);
--bun:split
CREATE INDEX media_cards_folder ON media_cards (site_id, folder);
--bun:split
CREATE INDEX media_library ON media (site_id, at DESC, id DESC);
