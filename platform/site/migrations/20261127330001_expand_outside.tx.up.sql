-- Which hosts need no notice before somebody goes there, a line each. The list is the cluster's: site_id is 0.
CREATE TABLE site_outside (
  site_id    bigint NOT NULL PRIMARY KEY CHECK (site_id = 0),
  hosts      text NOT NULL,
  version    bigint NOT NULL CHECK (version > 0),
  by_name    text NOT NULL,
  changed_at {{.Time}} NOT NULL
);
