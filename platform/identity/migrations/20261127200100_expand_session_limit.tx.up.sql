CREATE TABLE console_sessions (
  one bigint NOT NULL PRIMARY KEY CHECK (one = 1),
  most bigint NOT NULL CHECK (most BETWEEN 1 AND 50)
);
--bun:split
CREATE TABLE session_ends (
  id text NOT NULL PRIMARY KEY CHECK (length(id) = 43),
  at {{.Time}} NOT NULL
);
--bun:split
CREATE INDEX session_ends_at ON session_ends (at);
