CREATE TABLE passkeys (
  account_id bigint NOT NULL REFERENCES accounts (id),
  id text NOT NULL UNIQUE CHECK (id <> ''),
  name text NOT NULL CHECK (name <> ''),
  sealed text NOT NULL CHECK (sealed <> ''),
  made_at {{.Time}} NOT NULL,
  used_at {{.Time}},
  PRIMARY KEY (account_id, id)
);
--bun:split
CREATE TABLE ceremonies (
  id text NOT NULL PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id),
  data text NOT NULL,
  at {{.Time}} NOT NULL
);
--bun:split
CREATE INDEX ceremonies_at ON ceremonies (at);
