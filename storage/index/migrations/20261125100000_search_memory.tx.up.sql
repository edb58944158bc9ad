{{if .Postgres}}
SELECT 1
{{else}}
-- The words of a transaction are sorted in memory up to this many bytes. The default of 1 MB is reached by thirty official
-- documents, and each time all distinct words are written out and have to be merged again.
INSERT INTO search_text (search_text, rank) VALUES ('hashsize', 16777216)
{{end}}
