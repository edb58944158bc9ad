-- How the page of a column is made, and what that needs beside its articles, as JSON (B1, B14). NULL: as its kind has it.
ALTER TABLE column_changes ADD COLUMN settings text;
