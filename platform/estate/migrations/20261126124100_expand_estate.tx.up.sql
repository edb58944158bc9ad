CREATE TABLE site_openings (
  site_id      bigint NOT NULL PRIMARY KEY REFERENCES sites (id),
  why          text NOT NULL,
  document     text NOT NULL CHECK (document <> ''),
  lead_name    text NOT NULL CHECK (lead_name <> ''),
  lead_login   text NOT NULL CHECK (lead_login <> ''),
  leader_name  text NOT NULL CHECK (leader_name <> ''),
  leader_login text NOT NULL CHECK (leader_login <> '' AND leader_login <> lead_login),
  applied_by   bigint NOT NULL,
  applied_name text NOT NULL,
  applied_at   {{.Time}} NOT NULL,
  decision     text NOT NULL CHECK (decision IN ('', 'approved', 'refused')),
  because      text NOT NULL,
  decided_by   bigint NOT NULL,
  decided_name text NOT NULL,
  decided_at   {{.Time}},
  CHECK ((decision = '') = (decided_at IS NULL)),
  CHECK (decision = '' OR because <> ''),
  CHECK (decision = '' OR applied_by = 0 OR decided_by <> applied_by)
);
--bun:split
CREATE TABLE site_pauses (
  site_id  bigint NOT NULL PRIMARY KEY REFERENCES sites (id),
  until_on text NOT NULL CHECK (length(until_on) = 10)
);
--bun:split
CREATE TABLE opening_drafts (
  id         bigint NOT NULL PRIMARY KEY,
  account_id bigint NOT NULL,
  step       integer NOT NULL CHECK (step BETWEEN 1 AND 5),
  form       text NOT NULL,
  opened     bigint REFERENCES sites (id),
  created_at {{.Time}} NOT NULL,
  updated_at {{.Time}} NOT NULL
);
--bun:split
CREATE INDEX opening_drafts_account ON opening_drafts (account_id, updated_at);
