CREATE TABLE setups (
  id bigint NOT NULL PRIMARY KEY CHECK (id = 1),
  account_id bigint NOT NULL,
  at {{.Time}} NOT NULL
);
--bun:split
ALTER TABLE signins ADD COLUMN step text NOT NULL DEFAULT '' CHECK (step IN ('', 'code', 'setup'));
