-- Who is about to add to what a site keeps takes its turn here: a lock, so that two who look at the same time do not both find the last place.
CREATE TABLE media_turns (
  site_id bigint NOT NULL PRIMARY KEY,
  taken bigint NOT NULL CHECK (taken > 0)
);
