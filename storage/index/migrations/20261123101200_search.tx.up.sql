-- What is findable: a row for each published document. The text itself is in the publication.
CREATE TABLE search_docs (
  site_id bigint NOT NULL,
  id bigint NOT NULL,
  column_id bigint NOT NULL,
  at {{.Time}} NOT NULL,
  form bigint NOT NULL, -- which rules the words were made by
{{if .Postgres}}
  title text NOT NULL, -- normal form, for the phrase behind the words
  body text NOT NULL,
  words tsvector NOT NULL,
{{end}}
  PRIMARY KEY (site_id, id),
  UNIQUE (id)
)
--bun:split
{{if .Postgres}}
CREATE INDEX search_docs_words ON search_docs USING gin (words)
--bun:split
-- A function, because the planner does not count that texts and words lie out of line: left alone it reads all of
-- them. Phrases are separated by semicolons.
CREATE FUNCTION search_ids(terms tsquery, phrases text) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 500 SET enable_seqscan = off
AS $$
  SELECT d.id FROM search_docs AS d WHERE d.words @@ terms
  AND NOT EXISTS (SELECT 1 FROM unnest(string_to_array(phrases, ';')) AS p WHERE strpos(d.body, p) = 0 AND strpos(d.title, p) = 0)
$$
{{else}}
-- rowid is the document's id; the words are made in Go, so the tokenizer has only to split at spaces.
CREATE VIRTUAL TABLE search_text USING fts5(scope, title, body, content='', contentless_delete=1, tokenize='ascii')
{{end}}
