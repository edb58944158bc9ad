-- By what a library narrows and orders official documents besides (D7). A document that an older program wrote says nothing until it is put again.
ALTER TABLE search_docs ADD COLUMN subject text NOT NULL DEFAULT ''
--bun:split
ALTER TABLE search_docs ADD COLUMN genre text NOT NULL DEFAULT ''
--bun:split
ALTER TABLE search_docs ADD COLUMN written text NOT NULL DEFAULT ''
--bun:split
CREATE INDEX search_docs_shelf ON search_docs (site_id, kind, at, id)
