-- How the address of what was withdrawn answers from then on: gone for good, or the way to another text. Without a row it says that it was
-- withdrawn. A row belongs to the end of one edition: what is published anew has left nothing.
CREATE TABLE departures (
  site_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  kind text NOT NULL,
  object_id bigint NOT NULL,
  how text NOT NULL CHECK (how IN ('gone', 'moved')),
  to_site bigint NOT NULL,
  to_object bigint NOT NULL,
  reason text NOT NULL CHECK (trim(reason) <> ''),
  notice text NOT NULL CHECK (notice <> ''),
  by_account bigint NOT NULL,
  by_name text NOT NULL,
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, edition_id),
  CHECK ((how = 'moved') = (to_site > 0) AND (to_site > 0) = (to_object > 0)),
  CHECK (to_site <> site_id OR to_object <> object_id),
  FOREIGN KEY (site_id, edition_id) REFERENCES tombstones (site_id, edition_id)
);
--bun:split
CREATE INDEX departures_object ON departures (site_id, kind, object_id);
--bun:split
{{if .Postgres}}CREATE FUNCTION departures_left() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER departures_left BEFORE INSERT ON departures WHEN
{{end}}NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.site_id = NEW.site_id AND t.edition_id = NEW.edition_id AND t.kind = NEW.kind AND t.object_id = NEW.object_id AND t.how = 'withdrawn')
  OR (NEW.how = 'gone' AND EXISTS (SELECT 1 FROM publications p WHERE p.site_id = NEW.site_id AND p.kind = NEW.kind AND p.object_id = NEW.object_id))
{{if .Postgres}}THEN RAISE EXCEPTION 'an address leads elsewhere only for what was withdrawn'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER departures_left BEFORE INSERT ON departures FOR EACH ROW EXECUTE FUNCTION departures_left();
{{else}}BEGIN SELECT RAISE(ABORT, 'an address leads elsewhere only for what was withdrawn'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION publications_not_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER publications_not_gone BEFORE INSERT ON publications WHEN
{{end}}EXISTS (SELECT 1 FROM departures d WHERE d.site_id = NEW.site_id AND d.kind = NEW.kind AND d.object_id = NEW.object_id AND d.how = 'gone')
{{if .Postgres}}THEN RAISE EXCEPTION 'an address that is gone for good is not used again'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER publications_not_gone BEFORE INSERT ON publications FOR EACH ROW EXECUTE FUNCTION publications_not_gone();
{{else}}BEGIN SELECT RAISE(ABORT, 'an address that is gone for good is not used again'); END;
{{end}}
