-- What was told of duties that are computed: a step of a duty that ends at a moment is told once. notice joins what was told together;
-- over_at is when it was done, or a later step was told.
CREATE TABLE clock_told (
  site_id bigint NOT NULL CHECK (site_id > 0),
  duty    text NOT NULL CHECK (duty <> ''),
  due_at  {{.Time}} NOT NULL,
  step    integer NOT NULL CHECK (step BETWEEN 1 AND 3),
  notice  bigint NOT NULL CHECK (notice > 0),
  title   text NOT NULL CHECK (title <> ''),
  told_at {{.Time}} NOT NULL,
  over_at {{.Time}},
  PRIMARY KEY (site_id, duty, due_at, step)
);
--bun:split
CREATE INDEX clock_told_open ON clock_told (site_id) WHERE over_at IS NULL;
--bun:split
CREATE INDEX clock_told_notice ON clock_told (site_id, notice);
--bun:split
CREATE INDEX clock_told_over ON clock_told (over_at) WHERE over_at IS NOT NULL;
