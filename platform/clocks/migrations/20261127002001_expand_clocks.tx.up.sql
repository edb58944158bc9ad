CREATE TABLE clocks (
  site_id      bigint NOT NULL CHECK (site_id > 0),
  id           bigint NOT NULL UNIQUE CHECK (id > 0),
  rule         text NOT NULL CHECK (rule <> ''),
  pack         text NOT NULL,
  kind         text NOT NULL CHECK (kind <> ''),
  object_id    bigint NOT NULL CHECK (object_id > 0),
  title        text NOT NULL,
  href         text NOT NULL,
  owes         bigint NOT NULL,
  started_at   {{.Time}} NOT NULL,
  due_at       {{.Time}} NOT NULL,
  warn_at      {{.Time}} NOT NULL,
  provisional  boolean NOT NULL,
  calendar     text NOT NULL,
  state        text NOT NULL CHECK (state IN ('running', 'paused', 'met', 'breached', 'cancelled')),
  paused_at    {{.Time}},
  pauses       text NOT NULL,
  extended     boolean NOT NULL,
  extended_why text NOT NULL,
  extended_by  bigint NOT NULL,
  told         integer NOT NULL CHECK (told BETWEEN 0 AND 3),
  stopped_at   {{.Time}},
  PRIMARY KEY (site_id, id),
  CHECK ((state = 'paused') = (paused_at IS NOT NULL)),
  CHECK (state NOT IN ('running', 'paused') OR stopped_at IS NULL),
  CHECK (state NOT IN ('met', 'cancelled') OR stopped_at IS NOT NULL),
  CHECK (extended = (extended_why <> '')),
  CHECK (warn_at <= due_at)
);
--bun:split
CREATE UNIQUE INDEX clocks_one ON clocks (site_id, kind, object_id, rule) WHERE stopped_at IS NULL;
--bun:split
CREATE INDEX clocks_object ON clocks (site_id, kind, object_id, rule, id);
--bun:split
CREATE INDEX clocks_open ON clocks (due_at, site_id, id) WHERE stopped_at IS NULL;
--bun:split
CREATE TABLE clock_reminders (
  site_id      bigint NOT NULL CHECK (site_id > 0),
  id           bigint NOT NULL UNIQUE CHECK (id > 0),
  recipient    text NOT NULL CHECK (recipient IN ('writer', 'lead', 'superior')),
  account_id   bigint NOT NULL,
  text         text NOT NULL CHECK (text <> ''),
  href         text NOT NULL,
  by_account   bigint NOT NULL,
  by_name      text NOT NULL,
  at           {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id)
);
--bun:split
CREATE INDEX clock_reminders_recent ON clock_reminders (site_id, at);
--bun:split
CREATE TABLE work_calendars (
  id          bigint NOT NULL PRIMARY KEY CHECK (id > 0),
  version     text NOT NULL UNIQUE CHECK (version <> ''),
  source      text NOT NULL CHECK (source <> ''),
  body        text NOT NULL CHECK (body <> ''),
  loaded_by   bigint NOT NULL,
  loaded_name text NOT NULL,
  loaded_at   {{.Time}} NOT NULL
);
