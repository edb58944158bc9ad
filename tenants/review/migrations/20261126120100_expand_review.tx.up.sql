-- How what stands in a column is reviewed, where that is not the template's way. last_org is whose office has the last word
-- (上级终审), or 0: the own one's.
CREATE TABLE review_chains (
  site_id bigint NOT NULL,
  column_id bigint NOT NULL,
  policy text NOT NULL REFERENCES review_policies (policy),
  last_org bigint NOT NULL,
  set_by bigint NOT NULL CHECK (set_by > 0),
  set_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, column_id),
  CHECK (last_org = 0 OR policy NOT IN ('small', 'import'))
);
--bun:split
CREATE INDEX review_chains_last ON review_chains (last_org) WHERE last_org > 0;
--bun:split
-- What is written beside a text on its way. A signed note is a leader's word on paper (线下签批); none of them is an approval.
CREATE TABLE review_notes (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('comment', 'emergency', 'signed', 'handover')),
  object_kind text NOT NULL,
  object_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  author bigint NOT NULL CHECK (author > 0),
  to_account bigint NOT NULL,
  quote text NOT NULL,
  words text NOT NULL CHECK (trim(words) <> ''),
  signer text NOT NULL,
  signed_on text NOT NULL,
  at {{.Time}} NOT NULL,
  done_by bigint NOT NULL,
  done_at {{.Time}},
  PRIMARY KEY (site_id, id),
  CHECK (kind <> 'signed' OR (trim(signer) <> '' AND signed_on <> '')),
  CHECK ((kind = 'handover') = (to_account > 0)),
  CHECK ((done_by = 0) = (done_at IS NULL))
);
--bun:split
CREATE INDEX review_notes_object ON review_notes (site_id, object_kind, object_id, id);
--bun:split
CREATE INDEX review_notes_handed ON review_notes (site_id, edition_id) WHERE kind = 'handover';
