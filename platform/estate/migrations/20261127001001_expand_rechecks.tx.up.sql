-- The yearly re-check of a site: one round a year, one of them open at most.
CREATE TABLE site_rechecks (
  site_id        bigint NOT NULL REFERENCES sites (id),
  due_on         text NOT NULL CHECK (length(due_on) = 10),
  state          text NOT NULL CHECK (state IN ('open', 'confirmed', 'returned', 'accepted')),
  opened_at      {{.Time}} NOT NULL,
  unit_right     boolean NOT NULL,
  phone_right    boolean NOT NULL,
  hosts_right    boolean NOT NULL,
  columns_right  boolean NOT NULL,
  note           text NOT NULL,
  confirmed_by   bigint NOT NULL,
  confirmed_name text NOT NULL,
  confirmed_at   {{.Time}},
  because        text NOT NULL,
  decided_by     bigint NOT NULL,
  decided_name   text NOT NULL,
  decided_at     {{.Time}},
  PRIMARY KEY (site_id, due_on),
  CHECK ((state = 'open') = (confirmed_at IS NULL)),
  CHECK (confirmed_at IS NULL OR note <> '' OR (unit_right AND phone_right AND hosts_right AND columns_right)),
  CHECK (state NOT IN ('returned', 'accepted') OR decided_at IS NOT NULL),
  CHECK (state <> 'returned' OR because <> ''),
  CHECK (state <> 'accepted' OR decided_by = 0 OR decided_by <> confirmed_by)
);
--bun:split
CREATE UNIQUE INDEX site_rechecks_open ON site_rechecks (site_id) WHERE state <> 'accepted';
