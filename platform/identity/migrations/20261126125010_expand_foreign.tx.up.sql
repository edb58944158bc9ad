CREATE TABLE foreign_subjects (
  issuer text NOT NULL CHECK (issuer <> ''),
  subject text NOT NULL CHECK (subject <> ''),
  account_id bigint NOT NULL REFERENCES accounts (id),
  made_at {{.Time}} NOT NULL,
  PRIMARY KEY (issuer, subject),
  UNIQUE (account_id, issuer)
);
