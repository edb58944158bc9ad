CREATE TABLE accounts (
  id bigint NOT NULL PRIMARY KEY,
  login text NOT NULL UNIQUE CHECK (login <> '' AND login = lower(login)),
  name text NOT NULL CHECK (name <> ''),
  org_id bigint NOT NULL CHECK (org_id > 0),
  state text NOT NULL CHECK (state IN ('active', 'disabled')),
  created_at {{.Time}} NOT NULL
);
--bun:split
CREATE TABLE appointments (
  id bigint NOT NULL PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id),
  role text NOT NULL CHECK (role IN ('PO', 'IE', 'SA', 'AA', 'SV', 'CL', 'IO', 'LO', 'RV', 'SR', 'PB', 'LD', 'SE', 'LC', 'LH')),
  org_id bigint NOT NULL CHECK (org_id > 0),
  only_site bigint NOT NULL CHECK (only_site >= 0),
  only_column bigint NOT NULL CHECK (only_column >= 0),
  from_at {{.Time}} NOT NULL,
  to_at {{.Time}},
  document text NOT NULL CHECK (document <> ''),
  by_account bigint NOT NULL CHECK (by_account <> account_id),
  created_at {{.Time}} NOT NULL,
  ended_at {{.Time}},
  CHECK (only_site <> 0 OR only_column = 0),
  CHECK (to_at IS NULL OR to_at > from_at)
);
--bun:split
CREATE INDEX appointments_account ON appointments (account_id, from_at, id);
