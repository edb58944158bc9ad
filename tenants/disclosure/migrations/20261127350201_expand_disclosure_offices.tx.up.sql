-- Where requests for information are received (依申请公开), as a site says it beside its footer. What is '' follows the footer, or is not said.
CREATE TABLE disclosure_offices (
  site_id bigint NOT NULL PRIMARY KEY,
  unit text NOT NULL,
  address text NOT NULL,
  postcode text NOT NULL,
  hours text NOT NULL,
  phone text NOT NULL,
  form text NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  by_name text NOT NULL,
  changed_at {{.Time}} NOT NULL
)
