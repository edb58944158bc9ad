-- 哀悼模式: site_id 0 is every site. At most one of a scope is on; that two do not overlap is the room's to see.
CREATE TABLE site_greyscales (
  site_id    bigint NOT NULL,
  id         bigint NOT NULL,
  from_at    {{.Time}} NOT NULL,
  until_at   {{.Time}} NOT NULL,
  document   text NOT NULL CHECK (document <> ''),
  state      text NOT NULL CHECK (state IN ('waiting', 'on', 'over')),
  created_at {{.Time}} NOT NULL,
  changed_at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id),
  CHECK (until_at > from_at)
);
--bun:split
CREATE UNIQUE INDEX site_greyscales_on ON site_greyscales (site_id) WHERE state = 'on';
