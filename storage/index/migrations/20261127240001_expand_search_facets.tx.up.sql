-- What a result is narrowed by, and the number by which an official document is asked for. A document that an older program wrote says nothing.
ALTER TABLE search_docs ADD COLUMN number text NOT NULL DEFAULT ''
--bun:split
ALTER TABLE search_docs ADD COLUMN kind text NOT NULL DEFAULT ''
--bun:split
ALTER TABLE search_docs ADD COLUMN issuer text NOT NULL DEFAULT ''
--bun:split
ALTER TABLE search_docs ADD COLUMN year text NOT NULL DEFAULT ''
--bun:split
ALTER TABLE search_docs ADD COLUMN validity text NOT NULL DEFAULT ''
{{if .Postgres}}
--bun:split
-- As search_ids, with words that stand for one another: between two semicolons, any of what a bar separates.
CREATE FUNCTION search_any(terms tsquery, phrases text) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 500 SET enable_seqscan = off
AS $$
  SELECT d.id FROM search_docs AS d WHERE d.words @@ terms
  AND NOT EXISTS (SELECT 1 FROM unnest(string_to_array(phrases, ';')) AS p WHERE NOT EXISTS
    (SELECT 1 FROM unnest(string_to_array(p, '|')) AS a WHERE strpos(d.body, a) > 0 OR strpos(d.title, a) > 0))
$$
{{end}}
