-- 风险预警 (d15): what a site warns of. payload is the draft, sent the text that was frozen last, as edition_id (0 for none); citizens read the edition that is public. phase, from_at,
-- until_at and spread say how that edition stands at the head of the pages; a phase is a state and no comparison of times, so that every node
-- shows the same whatever its clock says.
CREATE TABLE warnings (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE CHECK (id > 0),
  version bigint NOT NULL CHECK (version > 0),
  payload text NOT NULL CHECK (payload <> ''),
  author bigint NOT NULL CHECK (author > 0),
  updated_at {{.Time}} NOT NULL,
  sent text NOT NULL,
  edition_id bigint NOT NULL,
  phase text NOT NULL CHECK (phase IN ('draft', 'waiting', 'on', 'over', 'gone')),
  spread boolean NOT NULL,
  from_at {{.Time}},
  until_at {{.Time}},
  why text NOT NULL,
  PRIMARY KEY (site_id, id),
  CHECK (phase = 'draft' OR (from_at IS NOT NULL AND until_at IS NOT NULL AND until_at > from_at))
);
--bun:split
CREATE INDEX warnings_phase ON warnings (site_id, phase);
--bun:split
-- Which sites show another site's warnings: site_id shows those of source_id. Whoever runs the platform enters it, as a document orders.
CREATE TABLE warning_carriers (
  site_id bigint NOT NULL,
  source_id bigint NOT NULL,
  document text NOT NULL CHECK (document <> ''),
  by_account bigint NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, source_id),
  CHECK (site_id <> source_id)
);
--bun:split
CREATE INDEX warning_carriers_source ON warning_carriers (source_id);
