CREATE TABLE installation (
  id              bigint  NOT NULL PRIMARY KEY CHECK (id = 1),
  key_fingerprint text    NOT NULL CHECK (key_fingerprint <> ''),
  created_at      {{.Time}} NOT NULL,
  demo            boolean NOT NULL,
  demo_done       boolean NOT NULL
);
