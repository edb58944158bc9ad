CREATE TABLE passwords (
  account_id bigint NOT NULL PRIMARY KEY REFERENCES accounts (id),
  secret text NOT NULL CHECK (secret LIKE '$argon2id$%'),
  version bigint NOT NULL CHECK (version > 0),
  changed_at {{.Time}} NOT NULL
);
--bun:split
CREATE TABLE sessions (
  id text NOT NULL PRIMARY KEY CHECK (length(id) = 43),
  account_id bigint NOT NULL REFERENCES accounts (id),
  began_at {{.Time}} NOT NULL,
  seen_at {{.Time}} NOT NULL,
  ip text NOT NULL,
  agent text NOT NULL
);
--bun:split
CREATE INDEX sessions_account ON sessions (account_id);
--bun:split
CREATE INDEX sessions_seen ON sessions (seen_at);
--bun:split
CREATE TABLE signin_failures (
  who bigint NOT NULL,
  client text NOT NULL,
  failures bigint NOT NULL CHECK (failures > 0),
  last_at {{.Time}} NOT NULL,
  PRIMARY KEY (who, client)
);
--bun:split
CREATE INDEX signin_failures_last ON signin_failures (last_at);
--bun:split
CREATE TABLE signins (
  id bigint NOT NULL PRIMARY KEY,
  at {{.Time}} NOT NULL,
  account_id bigint REFERENCES accounts (id),
  outcome text NOT NULL CHECK (outcome IN ('signed_in', 'signed_out', 'ended', 'wrong_password', 'no_password', 'disabled', 'unknown_login')),
  ip text NOT NULL,
  request text NOT NULL,
  CHECK ((account_id IS NULL) = (outcome = 'unknown_login'))
);
--bun:split
CREATE INDEX signins_at ON signins (at, id);
