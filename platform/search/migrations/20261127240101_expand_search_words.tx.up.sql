-- What is written down for the search of a site: words that stand for one another, hot words, recommended pages. Site 0 is every site's.
CREATE TABLE search_lists (
  site_id bigint NOT NULL PRIMARY KEY,
  alike text NOT NULL,
  hot text NOT NULL,
  best text NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  by_name text NOT NULL,
  changed_at {{.Time}} NOT NULL
);
--bun:split
-- What nothing was found for, by day: words and numbers of times, and nothing about who asked.
CREATE TABLE search_misses (
  site_id bigint NOT NULL,
  day text NOT NULL,
  word text NOT NULL CHECK (word <> ''),
  times bigint NOT NULL CHECK (times > 0),
  PRIMARY KEY (site_id, day, word)
)
