CREATE TABLE refusals (
  day text NOT NULL CHECK (length(day) = 10),
  account bigint NOT NULL,
  about bigint NOT NULL,
  action text NOT NULL CHECK (action <> ''),
  client text NOT NULL,
  why text NOT NULL,
  name text NOT NULL,
  times bigint NOT NULL CHECK (times > 0),
  first_at {{.Time}} NOT NULL,
  last_at {{.Time}} NOT NULL,
  PRIMARY KEY (day, account, about, action, client, why)
);
--bun:split
CREATE INDEX refusals_last ON refusals (last_at);
