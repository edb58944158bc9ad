CREATE TABLE review_steps (
  policy text NOT NULL,
  step integer NOT NULL CHECK (step > 0),
  name text NOT NULL CHECK (name <> ''),
  holds_review boolean NOT NULL,
  holds_secrecy boolean NOT NULL,
  PRIMARY KEY (policy, step),
  UNIQUE (policy, step, holds_review),
  UNIQUE (policy, step, holds_secrecy),
  UNIQUE (policy, step, holds_review, holds_secrecy)
);
--bun:split
CREATE TABLE review_policies (
  policy text NOT NULL PRIMARY KEY,
  last_step integer NOT NULL,
  review_step integer NOT NULL,
  secrecy_step integer NOT NULL,
  holds boolean NOT NULL CHECK (holds),
  UNIQUE (policy, last_step),
  CHECK (review_step <= last_step AND secrecy_step <= last_step),
  FOREIGN KEY (policy, last_step) REFERENCES review_steps (policy, step),
  FOREIGN KEY (policy, review_step, holds) REFERENCES review_steps (policy, step, holds_review),
  FOREIGN KEY (policy, secrecy_step, holds) REFERENCES review_steps (policy, step, holds_secrecy)
);
--bun:split
INSERT INTO review_steps (policy, step, name, holds_review, holds_secrecy) VALUES
  ('ordinary', 1, 'review', true, false), ('ordinary', 2, 'secrecy', false, true), ('ordinary', 3, 'final', false, false),
  ('brief', 1, 'review', true, true), ('brief', 2, 'final', false, false),
  ('small', 1, 'review', true, true),
  ('import', 1, 'review', true, true);
--bun:split
INSERT INTO review_policies (policy, last_step, review_step, secrecy_step, holds) VALUES
  ('ordinary', 3, 1, 2, true), ('brief', 2, 1, 1, true), ('small', 1, 1, 1, true), ('import', 1, 1, 1, true);
--bun:split
CREATE TABLE import_batches (
  id text NOT NULL PRIMARY KEY CHECK (id <> ''),
  source text NOT NULL CHECK (source <> ''),
  author bigint NOT NULL CHECK (author > 0),
  reviewer bigint NOT NULL CHECK (reviewer > 0),
  review_opinion text NOT NULL CHECK (trim(review_opinion) <> ''),
  secrecy_opinion text NOT NULL CHECK (trim(secrecy_opinion) <> ''),
  signed_at {{.Time}} NOT NULL,
  UNIQUE (id, author, reviewer),
  CHECK (reviewer <> author)
);
--bun:split
CREATE TABLE import_batch_sites (
  site_id bigint NOT NULL,
  batch text NOT NULL,
  author bigint NOT NULL,
  reviewer bigint NOT NULL,
  PRIMARY KEY (site_id, batch),
  UNIQUE (site_id, batch, author, reviewer),
  FOREIGN KEY (batch, author, reviewer) REFERENCES import_batches (id, author, reviewer)
);
--bun:split
CREATE TABLE editions (
  site_id bigint NOT NULL CHECK (site_id > 0),
  id bigint NOT NULL UNIQUE CHECK (id > 0),
  kind text NOT NULL CHECK (kind <> ''),
  object_id bigint NOT NULL CHECK (object_id > 0),
  author bigint NOT NULL CHECK (author > 0),
  policy text NOT NULL REFERENCES review_policies (policy),
  digest text NOT NULL CHECK (length(digest) = 64),
  frozen_at {{.Time}} NOT NULL{{if not .Postgres}} CHECK (frozen_at GLOB '????-??-?? ??:??:??*+00:00'){{end}},
  title text NOT NULL CHECK (title <> ''),
  payload text NOT NULL CHECK (payload <> ''),
  PRIMARY KEY (site_id, id),
  UNIQUE (site_id, kind, object_id, frozen_at),
  UNIQUE (site_id, id, kind, object_id, author, policy, digest, frozen_at)
);
--bun:split
CREATE TABLE erasures (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  reason text NOT NULL CHECK (trim(reason) <> ''),
  basis text NOT NULL CHECK (trim(basis) <> ''),
  notice text NOT NULL,
  by_account bigint NOT NULL CHECK (by_account > 0),
  approver bigint NOT NULL CHECK (approver > 0),
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, edition_id),
  CHECK (approver <> by_account),
  FOREIGN KEY (site_id, edition_id) REFERENCES editions (site_id, id)
);
--bun:split
CREATE TABLE approvals (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  kind text NOT NULL,
  object_id bigint NOT NULL,
  author bigint NOT NULL,
  policy text NOT NULL,
  digest text NOT NULL,
  frozen_at {{.Time}} NOT NULL,
  step integer NOT NULL,
  prev_step integer,
  prev_verdict text,
  prev_at {{.Time}},
  reviewer bigint NOT NULL CHECK (reviewer > 0),
  verdict text NOT NULL CHECK (verdict IN ('approved', 'rejected')),
  holds_review boolean NOT NULL,
  holds_secrecy boolean NOT NULL,
  review_opinion text NOT NULL,
  secrecy_opinion text NOT NULL,
  reason text NOT NULL,
  batch text,
  at {{.Time}} NOT NULL{{if not .Postgres}} CHECK (at GLOB '????-??-?? ??:??:??*+00:00'){{end}},
  PRIMARY KEY (site_id, edition_id, step),
  UNIQUE (site_id, edition_id, reviewer),
  UNIQUE (site_id, edition_id, kind, object_id, policy, digest, step, verdict, at),
  CHECK (reviewer <> author),
  CHECK ((step = 1 AND prev_step IS NULL AND prev_verdict IS NULL AND prev_at IS NULL AND at >= frozen_at)
    OR (step > 1 AND prev_step IS NOT NULL AND prev_verdict IS NOT NULL AND prev_at IS NOT NULL
      AND prev_step = step - 1 AND prev_verdict = 'approved' AND at >= prev_at)),
  CHECK (verdict = 'rejected' OR NOT holds_review OR trim(review_opinion) <> ''),
  CHECK (verdict = 'rejected' OR NOT holds_secrecy OR trim(secrecy_opinion) <> ''),
  CHECK (verdict = 'approved' OR trim(reason) <> ''),
  CHECK ((policy = 'import' AND batch IS NOT NULL) OR (policy <> 'import' AND batch IS NULL)),
  FOREIGN KEY (policy, step, holds_review, holds_secrecy) REFERENCES review_steps (policy, step, holds_review, holds_secrecy),
  FOREIGN KEY (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at)
    REFERENCES editions (site_id, id, kind, object_id, author, policy, digest, frozen_at),
  FOREIGN KEY (site_id, edition_id, kind, object_id, policy, digest, prev_step, prev_verdict, prev_at)
    REFERENCES approvals (site_id, edition_id, kind, object_id, policy, digest, step, verdict, at),
  FOREIGN KEY (site_id, batch, author, reviewer) REFERENCES import_batch_sites (site_id, batch, author, reviewer)
);
--bun:split
CREATE TABLE debts (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  kind text NOT NULL,
  object_id bigint NOT NULL,
  author bigint NOT NULL,
  policy text NOT NULL CHECK (policy <> 'import'),
  digest text NOT NULL,
  frozen_at {{.Time}} NOT NULL,
  debtor bigint NOT NULL CHECK (debtor > 0),
  opened_at {{.Time}} NOT NULL{{if not .Postgres}} CHECK (opened_at GLOB '????-??-?? ??:??:??*+00:00'){{end}},
  due_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, edition_id),
  UNIQUE (site_id, edition_id, kind, object_id, policy, digest, opened_at),
  UNIQUE (site_id, edition_id, author, debtor, opened_at),
  CHECK (opened_at >= frozen_at),
  CHECK ({{if .Postgres}}due_at = opened_at + interval '24 hours'{{else}}abs(julianday(due_at) - julianday(opened_at) - 1) < 0.00001{{end}}),
  FOREIGN KEY (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at)
    REFERENCES editions (site_id, id, kind, object_id, author, policy, digest, frozen_at)
);
--bun:split
CREATE INDEX debts_due ON debts (due_at);
--bun:split
CREATE TABLE publication_history (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  kind text NOT NULL,
  object_id bigint NOT NULL,
  author bigint NOT NULL,
  policy text NOT NULL,
  digest text NOT NULL,
  frozen_at {{.Time}} NOT NULL,
  step integer,
  verdict text,
  approved_at {{.Time}},
  debt bigint,
  place bigint NOT NULL CHECK (place > 0),
  first_published_at {{.Time}} NOT NULL{{if not .Postgres}} CHECK (first_published_at GLOB '????-??-?? ??:??:??*+00:00'){{end}},
  edition_published_at {{.Time}} NOT NULL{{if not .Postgres}} CHECK (edition_published_at GLOB '????-??-?? ??:??:??*+00:00'){{end}},
  migrated_at {{.Time}},
  publisher bigint NOT NULL,
  publisher_name text NOT NULL,
  PRIMARY KEY (site_id, edition_id),
  UNIQUE (site_id, edition_id, kind, object_id, first_published_at, edition_published_at),
  CHECK ((debt IS NULL AND step IS NOT NULL AND verdict IS NOT NULL AND approved_at IS NOT NULL
      AND verdict = 'approved' AND edition_published_at >= approved_at)
    OR (debt IS NOT NULL AND debt = edition_id AND step IS NULL AND verdict IS NULL AND approved_at IS NULL)),
  CHECK (first_published_at <= edition_published_at),
  FOREIGN KEY (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at)
    REFERENCES editions (site_id, id, kind, object_id, author, policy, digest, frozen_at),
  FOREIGN KEY (policy, step) REFERENCES review_policies (policy, last_step),
  FOREIGN KEY (site_id, edition_id, kind, object_id, policy, digest, step, verdict, approved_at)
    REFERENCES approvals (site_id, edition_id, kind, object_id, policy, digest, step, verdict, at),
  FOREIGN KEY (site_id, debt, kind, object_id, policy, digest, edition_published_at)
    REFERENCES debts (site_id, edition_id, kind, object_id, policy, digest, opened_at)
);
--bun:split
CREATE INDEX publication_history_object ON publication_history (site_id, kind, object_id, edition_published_at);
--bun:split
CREATE TABLE publications (
  site_id bigint NOT NULL,
  kind text NOT NULL,
  object_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  place bigint NOT NULL CHECK (place > 0),
  first_published_at {{.Time}} NOT NULL,
  edition_published_at {{.Time}} NOT NULL,
  migrated_at {{.Time}},
  PRIMARY KEY (site_id, kind, object_id),
  UNIQUE (site_id, edition_id),
  FOREIGN KEY (site_id, edition_id, kind, object_id, first_published_at, edition_published_at)
    REFERENCES publication_history (site_id, edition_id, kind, object_id, first_published_at, edition_published_at)
);
--bun:split
CREATE INDEX publications_place ON publications (site_id, kind, place, first_published_at DESC, object_id DESC);
--bun:split
CREATE INDEX publications_newest ON publications (site_id, kind, first_published_at DESC, object_id DESC);
--bun:split
CREATE TABLE tombstones (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  kind text NOT NULL,
  object_id bigint NOT NULL,
  how text NOT NULL CHECK (how IN ('superseded', 'withdrawn')),
  reason text NOT NULL,
  notice text NOT NULL,
  by_account bigint NOT NULL,
  by_name text NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, edition_id),
  CHECK (how = 'superseded' OR trim(reason) <> ''),
  FOREIGN KEY (site_id, edition_id) REFERENCES publication_history (site_id, edition_id)
);
--bun:split
CREATE INDEX tombstones_object ON tombstones (site_id, kind, object_id, edition_id);
--bun:split
CREATE TABLE settlements (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  author bigint NOT NULL,
  debtor bigint NOT NULL,
  opened_at {{.Time}} NOT NULL,
  reviewer bigint NOT NULL CHECK (reviewer > 0),
  verdict text NOT NULL CHECK (verdict IN ('approved', 'rejected')),
  review_opinion text NOT NULL,
  secrecy_opinion text NOT NULL,
  reason text NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, edition_id),
  CHECK (reviewer <> author AND reviewer <> debtor AND at >= opened_at),
  CHECK ((verdict = 'approved' AND trim(review_opinion) <> '' AND trim(secrecy_opinion) <> '')
    OR (verdict = 'rejected' AND trim(reason) <> '')),
  FOREIGN KEY (site_id, edition_id, author, debtor, opened_at) REFERENCES debts (site_id, edition_id, author, debtor, opened_at)
);
