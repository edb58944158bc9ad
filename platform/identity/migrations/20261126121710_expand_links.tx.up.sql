CREATE TABLE links (
  digest text NOT NULL PRIMARY KEY CHECK (length(digest) = 43),
  kind text NOT NULL CHECK (kind IN ('invitation', 'reset')),
  account_id bigint NOT NULL REFERENCES accounts (id),
  by_account bigint NOT NULL CHECK (by_account >= 0),
  made_at {{.Time}} NOT NULL,
  expires_at {{.Time}} NOT NULL,
  used_at {{.Time}},
  CHECK (by_account <> account_id)
);
--bun:split
CREATE INDEX links_account ON links (account_id);
--bun:split
CREATE INDEX links_expires ON links (expires_at);
