-- One row a site, made by its first change; row 0 is the platform's. A page stamped with an older rev is not fresh.
CREATE TABLE site_revisions (
  site_id bigint NOT NULL PRIMARY KEY,
  rev     bigint NOT NULL CHECK (rev > 0)
);
