-- What people are told. site_id is 0 where a notice is the person's own: an appointment, an application. No word of a text is kept
-- here: the title is looked up for who may read it. mail is how far the letter about it has come.
CREATE TABLE notices (
  site_id    bigint NOT NULL CHECK (site_id >= 0),
  id         bigint NOT NULL UNIQUE,
  account_id bigint NOT NULL CHECK (account_id > 0),
  kind       text NOT NULL CHECK (kind <> ''),
  object     text NOT NULL CHECK (object <> ''),
  ref        bigint NOT NULL,
  made_at    {{.Time}} NOT NULL,
  read_at    {{.Time}},
  mail       text NOT NULL CHECK (mail IN ('', 'due', 'sent', 'refused')),
  PRIMARY KEY (site_id, id)
);
--bun:split
CREATE INDEX notices_unread ON notices (account_id, site_id) WHERE read_at IS NULL;
--bun:split
CREATE INDEX notices_account ON notices (account_id, id);
--bun:split
CREATE INDEX notices_object ON notices (site_id, object) WHERE read_at IS NULL;
--bun:split
CREATE INDEX notices_made ON notices (made_at);
--bun:split
-- Where a person's letters go. Only what its owner has confirmed is written to; asked is an address that waits for that.
CREATE TABLE mail_addresses (
  account_id   bigint NOT NULL PRIMARY KEY,
  address      text NOT NULL,
  asked        text NOT NULL,
  asked_at     {{.Time}},
  kinds        text NOT NULL,
  mailed_at    {{.Time}},
  trouble      text NOT NULL,
  CHECK ((asked = '') = (asked_at IS NULL))
);
--bun:split
-- Where a site's publications are announced. The secret is derived from the installation's key and salt. paused_until is set after a
-- failure, so that a hook that hangs costs one attempt at a time.
CREATE TABLE site_webhooks (
  site_id      bigint NOT NULL PRIMARY KEY,
  id           bigint NOT NULL UNIQUE,
  url          text NOT NULL CHECK (url <> ''),
  salt         text NOT NULL CHECK (length(salt) = 32),
  set_by       bigint NOT NULL,
  set_at       {{.Time}} NOT NULL,
  paused_until {{.Time}},
  tried_at     {{.Time}},
  outcome      text NOT NULL,
  delivered    boolean NOT NULL
);
