CREATE TABLE sites (
  id          bigint NOT NULL PRIMARY KEY,
  org_id      bigint NOT NULL REFERENCES orgs (id),
  host_org_id bigint NOT NULL REFERENCES orgs (id),
  parent_id   bigint REFERENCES sites (id),
  kind        text NOT NULL CHECK (kind IN ('subsite','channel','column')),
  level       text NOT NULL CHECK (level IN ('province','city','county','township','dept')),
  slug        text NOT NULL,
  name        text NOT NULL CHECK (name <> ''),
  short_name  text NOT NULL,
  template    text NOT NULL CHECK (template <> ''),
  theme       text NOT NULL,
  overrides   text NOT NULL,
  state       text NOT NULL CHECK (state IN ('applied','approved','refused','provisioning','trial','online','suspended','closing','closed')),
  notice      text NOT NULL,
  marks       text NOT NULL,
  demo        boolean NOT NULL,
  approval    text NOT NULL,
  description text NOT NULL,
  keywords    text NOT NULL,
  created_at  {{.Time}} NOT NULL,
  state_at    {{.Time}} NOT NULL,
  CHECK ((kind = 'subsite') = (parent_id IS NULL)),
  CHECK ((kind = 'subsite') = (slug = '')),
  CHECK (state NOT IN ('suspended','closing','closed') OR notice <> ''),
  CHECK (kind <> 'subsite' OR level <> 'township' OR approval <> '')
);
--bun:split
CREATE UNIQUE INDEX sites_mount ON sites (parent_id, slug) WHERE parent_id IS NOT NULL AND state <> 'refused';
--bun:split
CREATE INDEX sites_org ON sites (org_id);
--bun:split
CREATE TABLE site_domains (
  site_id     bigint NOT NULL REFERENCES sites (id),
  host        text NOT NULL UNIQUE CHECK (host <> ''),
  verified    boolean NOT NULL,
  is_primary  boolean NOT NULL,
  token       text NOT NULL,
  evidence    text NOT NULL,
  created_at  {{.Time}} NOT NULL,
  verified_at {{.Time}},
  PRIMARY KEY (site_id, host),
  CHECK (NOT verified OR verified_at IS NOT NULL)
);
--bun:split
CREATE UNIQUE INDEX site_domains_primary ON site_domains (site_id) WHERE is_primary;
--bun:split
CREATE TABLE site_delegations (
  site_id    bigint NOT NULL REFERENCES sites (id),
  id         bigint NOT NULL UNIQUE,
  org_id     bigint NOT NULL REFERENCES orgs (id),
  from_on    text NOT NULL CHECK (length(from_on) = 10),
  to_on      text NOT NULL CHECK (length(to_on) = 10 AND to_on >= from_on),
  document   text NOT NULL CHECK (document <> ''),
  created_at {{.Time}} NOT NULL,
  ended_at   {{.Time}},
  PRIMARY KEY (site_id, id)
);
