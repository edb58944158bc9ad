CREATE TABLE second_factors (
  account_id bigint NOT NULL PRIMARY KEY REFERENCES accounts (id),
  sealed text NOT NULL,
  last_step bigint NOT NULL CHECK (last_step >= 0),
  since_at {{.Time}} NOT NULL,
  on_at {{.Time}},
  CHECK (on_at IS NULL OR sealed <> '')
);
--bun:split
CREATE TABLE recovery_codes (
  account_id bigint NOT NULL REFERENCES accounts (id),
  digest text NOT NULL CHECK (length(digest) = 43),
  used_at {{.Time}},
  PRIMARY KEY (account_id, digest)
);
--bun:split
CREATE TABLE second_steps (
  id text NOT NULL PRIMARY KEY CHECK (length(id) = 43),
  account_id bigint NOT NULL REFERENCES accounts (id),
  version bigint NOT NULL,
  began_at {{.Time}} NOT NULL
);
--bun:split
CREATE INDEX second_steps_account ON second_steps (account_id);
--bun:split
CREATE INDEX second_steps_began ON second_steps (began_at);
