-- How often a site was read on a day, in each form of its pages: numbers, and nothing about who read. A day is 2026-11-27; what is old is kept by
-- months, 2026-11.
CREATE TABLE visit_days (
  site_id bigint NOT NULL,
  day text NOT NULL,
  variant text NOT NULL,
  reads bigint NOT NULL CHECK (reads >= 0),
  visits bigint NOT NULL CHECK (visits >= 0),
  PRIMARY KEY (site_id, day, variant)
);
--bun:split
-- Which of its pages, by their address within the site. '' stands for pages that are not kept apart.
CREATE TABLE visit_pages (
  site_id bigint NOT NULL,
  day text NOT NULL,
  path text NOT NULL,
  reads bigint NOT NULL CHECK (reads >= 0),
  visits bigint NOT NULL CHECK (visits >= 0),
  PRIMARY KEY (site_id, day, path)
)
