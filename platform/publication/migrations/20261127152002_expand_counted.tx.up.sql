-- What stands at each place of a site is counted without reading the publications themselves.
CREATE INDEX publications_counted ON publications (site_id, place, first_published_at, migrated_at);
