-- The guards that keys and checks cannot express. A rule of one condition is written once: the template picks the
-- frame around it. BEFORE INSERT also refuses SQLite's INSERT OR REPLACE, which deletes without a delete trigger.
{{if .Postgres}}CREATE FUNCTION editions_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER editions_follow BEFORE INSERT ON editions WHEN
{{end}}EXISTS (SELECT 1 FROM editions e WHERE e.id = NEW.id)
  OR EXISTS (SELECT 1 FROM editions e WHERE e.site_id = NEW.site_id AND e.kind = NEW.kind AND e.object_id = NEW.object_id AND e.frozen_at >= NEW.frozen_at)
{{if .Postgres}}THEN RAISE EXCEPTION 'an edition follows the ones before it'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER editions_follow BEFORE INSERT ON editions FOR EACH ROW EXECUTE FUNCTION editions_follow();
{{else}}BEGIN SELECT RAISE(ABORT, 'an edition follows the ones before it'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION editions_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER editions_frozen BEFORE UPDATE ON editions WHEN
{{end}}NOT (NEW.payload = '{"erased":true}' AND NEW.title = '（已依法删除）'
  AND NEW.site_id = OLD.site_id AND NEW.id = OLD.id AND NEW.kind = OLD.kind AND NEW.object_id = OLD.object_id
  AND NEW.author = OLD.author AND NEW.policy = OLD.policy AND NEW.digest = OLD.digest AND NEW.frozen_at = OLD.frozen_at
  AND EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = NEW.site_id AND x.edition_id = NEW.id))
{{if .Postgres}}THEN RAISE EXCEPTION 'an edition is frozen'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER editions_frozen BEFORE UPDATE ON editions FOR EACH ROW EXECUTE FUNCTION editions_frozen();
{{else}}BEGIN SELECT RAISE(ABORT, 'an edition is frozen'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION erasures_after() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER erasures_after BEFORE INSERT ON erasures WHEN
{{end}}EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = NEW.site_id AND x.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM publications p WHERE p.site_id = NEW.site_id AND p.edition_id = NEW.edition_id)
{{if .Postgres}}THEN RAISE EXCEPTION 'only what is not public is erased, once'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER erasures_after BEFORE INSERT ON erasures FOR EACH ROW EXECUTE FUNCTION erasures_after();
{{else}}BEGIN SELECT RAISE(ABORT, 'only what is not public is erased, once'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION approvals_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER approvals_open BEFORE INSERT ON approvals WHEN
{{end}}EXISTS (SELECT 1 FROM approvals a WHERE a.site_id = NEW.site_id AND a.edition_id = NEW.edition_id AND (a.step = NEW.step OR a.reviewer = NEW.reviewer))
  OR EXISTS (SELECT 1 FROM debts d WHERE d.site_id = NEW.site_id AND d.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = NEW.site_id AND x.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM editions e WHERE e.site_id = NEW.site_id AND e.kind = NEW.kind AND e.object_id = NEW.object_id AND e.frozen_at > NEW.frozen_at)
{{if .Postgres}}THEN RAISE EXCEPTION 'this edition takes no approval any more'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER approvals_open BEFORE INSERT ON approvals FOR EACH ROW EXECUTE FUNCTION approvals_open();
{{else}}BEGIN SELECT RAISE(ABORT, 'this edition takes no approval any more'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION debts_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER debts_open BEFORE INSERT ON debts WHEN
{{end}}EXISTS (SELECT 1 FROM debts d WHERE d.site_id = NEW.site_id AND d.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM approvals a WHERE a.site_id = NEW.site_id AND a.edition_id = NEW.edition_id AND a.verdict = 'rejected')
  OR EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = NEW.site_id AND x.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM editions e WHERE e.site_id = NEW.site_id AND e.kind = NEW.kind AND e.object_id = NEW.object_id AND e.frozen_at > NEW.frozen_at)
{{if .Postgres}}THEN RAISE EXCEPTION 'this edition takes no debt any more'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER debts_open BEFORE INSERT ON debts FOR EACH ROW EXECUTE FUNCTION debts_open();
{{else}}BEGIN SELECT RAISE(ABORT, 'this edition takes no debt any more'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION publication_history_dated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER publication_history_dated BEFORE INSERT ON publication_history WHEN
{{end}}EXISTS (SELECT 1 FROM publication_history h WHERE h.site_id = NEW.site_id AND h.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = NEW.site_id AND x.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM editions e WHERE e.site_id = NEW.site_id AND e.kind = NEW.kind AND e.object_id = NEW.object_id AND e.frozen_at > NEW.frozen_at)
  OR (NOT EXISTS (SELECT 1 FROM publication_history h WHERE h.site_id = NEW.site_id AND h.kind = NEW.kind AND h.object_id = NEW.object_id)
    AND ((NEW.policy <> 'import' AND (NEW.first_published_at <> NEW.edition_published_at OR NEW.migrated_at IS NOT NULL))
      OR (NEW.policy = 'import' AND (NEW.migrated_at IS NULL OR NEW.migrated_at <> NEW.edition_published_at))))
  OR EXISTS (SELECT 1 FROM publication_history h WHERE h.site_id = NEW.site_id AND h.kind = NEW.kind AND h.object_id = NEW.object_id
    AND (NEW.policy = 'import' OR h.first_published_at <> NEW.first_published_at
      OR h.migrated_at IS DISTINCT FROM NEW.migrated_at OR h.edition_published_at > NEW.edition_published_at))
{{if .Postgres}}THEN RAISE EXCEPTION 'the newest edition is published once, dated by the server or by a signed batch'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER publication_history_dated BEFORE INSERT ON publication_history FOR EACH ROW EXECUTE FUNCTION publication_history_dated();
{{else}}BEGIN SELECT RAISE(ABORT, 'the newest edition is published once, dated by the server or by a signed batch'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION publications_alive() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER publications_alive BEFORE INSERT ON publications WHEN
{{end}}EXISTS (SELECT 1 FROM publications p WHERE p.site_id = NEW.site_id AND ((p.kind = NEW.kind AND p.object_id = NEW.object_id) OR p.edition_id = NEW.edition_id))
  OR EXISTS (SELECT 1 FROM tombstones t WHERE t.site_id = NEW.site_id AND t.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = NEW.site_id AND x.edition_id = NEW.edition_id)
  OR EXISTS (SELECT 1 FROM publication_history h WHERE h.site_id = NEW.site_id AND h.edition_id = NEW.edition_id AND h.migrated_at IS DISTINCT FROM NEW.migrated_at)
{{if .Postgres}}THEN RAISE EXCEPTION 'what ended or was erased is not published again'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER publications_alive BEFORE INSERT ON publications FOR EACH ROW EXECUTE FUNCTION publications_alive();
{{else}}BEGIN SELECT RAISE(ABORT, 'what ended or was erased is not published again'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION publications_forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER publications_forward BEFORE UPDATE ON publications WHEN
{{end}}NEW.site_id <> OLD.site_id OR NEW.kind <> OLD.kind OR NEW.object_id <> OLD.object_id
  OR NEW.first_published_at <> OLD.first_published_at OR NEW.migrated_at IS DISTINCT FROM OLD.migrated_at
  OR (NEW.edition_id <> OLD.edition_id AND (
    NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.site_id = OLD.site_id AND t.edition_id = OLD.edition_id AND t.how = 'superseded')
    OR EXISTS (SELECT 1 FROM tombstones t WHERE t.site_id = NEW.site_id AND t.edition_id = NEW.edition_id)
    OR EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = NEW.site_id AND x.edition_id = NEW.edition_id)))
{{if .Postgres}}THEN RAISE EXCEPTION 'a publication moves to another place or to a newer edition, its dates stay'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER publications_forward BEFORE UPDATE ON publications FOR EACH ROW EXECUTE FUNCTION publications_forward();
{{else}}BEGIN SELECT RAISE(ABORT, 'a publication moves to another place or to a newer edition, its dates stay'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION publications_buried() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER publications_buried BEFORE DELETE ON publications WHEN
{{end}}NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.site_id = OLD.site_id AND t.edition_id = OLD.edition_id AND t.how = 'withdrawn')
{{if .Postgres}}THEN RAISE EXCEPTION 'a publication ends with a tombstone'; END IF; RETURN OLD; END $$;
--bun:split
CREATE TRIGGER publications_buried BEFORE DELETE ON publications FOR EACH ROW EXECUTE FUNCTION publications_buried();
{{else}}BEGIN SELECT RAISE(ABORT, 'a publication ends with a tombstone'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION tombstones_needed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER tombstones_needed BEFORE INSERT ON tombstones WHEN
{{end}}EXISTS (SELECT 1 FROM tombstones t WHERE t.site_id = NEW.site_id AND t.edition_id = NEW.edition_id)
  OR NOT EXISTS (SELECT 1 FROM publications p WHERE p.site_id = NEW.site_id AND p.kind = NEW.kind AND p.object_id = NEW.object_id AND p.edition_id = NEW.edition_id)
  OR (NEW.how = 'superseded' AND NOT EXISTS (SELECT 1 FROM publication_history h, publication_history mine WHERE h.site_id = NEW.site_id AND h.kind = NEW.kind AND h.object_id = NEW.object_id AND h.edition_id <> NEW.edition_id
    AND mine.site_id = NEW.site_id AND mine.edition_id = NEW.edition_id AND h.frozen_at > mine.frozen_at))
{{if .Postgres}}THEN RAISE EXCEPTION 'a tombstone is for what is public'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER tombstones_needed BEFORE INSERT ON tombstones FOR EACH ROW EXECUTE FUNCTION tombstones_needed();
{{else}}BEGIN SELECT RAISE(ABORT, 'a tombstone is for what is public'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION settlements_due() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER settlements_due BEFORE INSERT ON settlements WHEN
{{end}}EXISTS (SELECT 1 FROM settlements s WHERE s.site_id = NEW.site_id AND s.edition_id = NEW.edition_id)
  OR (NEW.verdict = 'approved' AND NOT EXISTS (SELECT 1 FROM publications p WHERE p.site_id = NEW.site_id AND p.edition_id = NEW.edition_id))
  OR (NEW.verdict = 'rejected' AND EXISTS (SELECT 1 FROM publications p WHERE p.site_id = NEW.site_id AND p.edition_id = NEW.edition_id))
{{if .Postgres}}THEN RAISE EXCEPTION 'a debt is settled once: approved while it is public, rejected when it is withdrawn'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER settlements_due BEFORE INSERT ON settlements FOR EACH ROW EXECUTE FUNCTION settlements_due();
{{else}}BEGIN SELECT RAISE(ABORT, 'a debt is settled once: approved while it is public, rejected when it is withdrawn'); END;
{{end}}
--bun:split
{{if .Postgres}}CREATE FUNCTION import_batches_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
{{else}}CREATE TRIGGER import_batches_once BEFORE INSERT ON import_batches WHEN
{{end}}EXISTS (SELECT 1 FROM import_batches b WHERE b.id = NEW.id)
{{if .Postgres}}THEN RAISE EXCEPTION 'a signed batch is frozen'; END IF; RETURN NEW; END $$;
--bun:split
CREATE TRIGGER import_batches_once BEFORE INSERT ON import_batches FOR EACH ROW EXECUTE FUNCTION import_batches_once();
{{else}}BEGIN SELECT RAISE(ABORT, 'a signed batch is frozen'); END;
{{end}}
{{if .Postgres}}
--bun:split
CREATE FUNCTION publication_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
--bun:split
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['review_steps', 'review_policies', 'import_batches', 'import_batch_sites', 'erasures', 'approvals', 'debts', 'settlements', 'publication_history', 'tombstones'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION publication_frozen()', t || '_frozen', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['review_steps', 'review_policies'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION publication_frozen()', t || '_complete', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['review_steps', 'review_policies', 'import_batches', 'import_batch_sites', 'erasures', 'approvals', 'debts', 'settlements', 'publication_history', 'tombstones', 'editions', 'publications'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION publication_frozen()', t || '_whole', t);
  END LOOP;
END $$;
--bun:split
CREATE TRIGGER editions_kept BEFORE DELETE ON editions FOR EACH ROW EXECUTE FUNCTION publication_frozen();
--bun:split
-- SQLite knows no SHA-256; there Live alone recomputes the digest.
ALTER TABLE editions ADD CHECK (payload = '{"erased":true}' OR digest = encode(sha256(convert_to(payload, 'UTF8')), 'hex'));
{{else}}
--bun:split
CREATE TRIGGER review_steps_frozen BEFORE UPDATE ON review_steps BEGIN SELECT RAISE(ABORT, 'rows of review_steps are never changed'); END;
--bun:split
CREATE TRIGGER review_steps_kept BEFORE DELETE ON review_steps BEGIN SELECT RAISE(ABORT, 'rows of review_steps are never changed'); END;
--bun:split
CREATE TRIGGER review_policies_frozen BEFORE UPDATE ON review_policies BEGIN SELECT RAISE(ABORT, 'rows of review_policies are never changed'); END;
--bun:split
CREATE TRIGGER review_policies_kept BEFORE DELETE ON review_policies BEGIN SELECT RAISE(ABORT, 'rows of review_policies are never changed'); END;
--bun:split
CREATE TRIGGER import_batches_frozen BEFORE UPDATE ON import_batches BEGIN SELECT RAISE(ABORT, 'rows of import_batches are never changed'); END;
--bun:split
CREATE TRIGGER import_batches_kept BEFORE DELETE ON import_batches BEGIN SELECT RAISE(ABORT, 'rows of import_batches are never changed'); END;
--bun:split
CREATE TRIGGER import_batch_sites_frozen BEFORE UPDATE ON import_batch_sites BEGIN SELECT RAISE(ABORT, 'rows of import_batch_sites are never changed'); END;
--bun:split
CREATE TRIGGER import_batch_sites_kept BEFORE DELETE ON import_batch_sites BEGIN SELECT RAISE(ABORT, 'rows of import_batch_sites are never changed'); END;
--bun:split
CREATE TRIGGER erasures_frozen BEFORE UPDATE ON erasures BEGIN SELECT RAISE(ABORT, 'rows of erasures are never changed'); END;
--bun:split
CREATE TRIGGER erasures_kept BEFORE DELETE ON erasures BEGIN SELECT RAISE(ABORT, 'rows of erasures are never changed'); END;
--bun:split
CREATE TRIGGER approvals_frozen BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'rows of approvals are never changed'); END;
--bun:split
CREATE TRIGGER approvals_kept BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'rows of approvals are never changed'); END;
--bun:split
CREATE TRIGGER debts_frozen BEFORE UPDATE ON debts BEGIN SELECT RAISE(ABORT, 'rows of debts are never changed'); END;
--bun:split
CREATE TRIGGER debts_kept BEFORE DELETE ON debts BEGIN SELECT RAISE(ABORT, 'rows of debts are never changed'); END;
--bun:split
CREATE TRIGGER settlements_frozen BEFORE UPDATE ON settlements BEGIN SELECT RAISE(ABORT, 'rows of settlements are never changed'); END;
--bun:split
CREATE TRIGGER settlements_kept BEFORE DELETE ON settlements BEGIN SELECT RAISE(ABORT, 'rows of settlements are never changed'); END;
--bun:split
CREATE TRIGGER publication_history_frozen BEFORE UPDATE ON publication_history BEGIN SELECT RAISE(ABORT, 'rows of publication_history are never changed'); END;
--bun:split
CREATE TRIGGER publication_history_kept BEFORE DELETE ON publication_history BEGIN SELECT RAISE(ABORT, 'rows of publication_history are never changed'); END;
--bun:split
CREATE TRIGGER tombstones_frozen BEFORE UPDATE ON tombstones BEGIN SELECT RAISE(ABORT, 'rows of tombstones are never changed'); END;
--bun:split
CREATE TRIGGER tombstones_kept BEFORE DELETE ON tombstones BEGIN SELECT RAISE(ABORT, 'rows of tombstones are never changed'); END;
--bun:split
CREATE TRIGGER review_steps_complete BEFORE INSERT ON review_steps BEGIN SELECT RAISE(ABORT, 'rows of review_steps are never changed'); END;
--bun:split
CREATE TRIGGER review_policies_complete BEFORE INSERT ON review_policies BEGIN SELECT RAISE(ABORT, 'rows of review_policies are never changed'); END;
--bun:split
CREATE TRIGGER editions_kept BEFORE DELETE ON editions BEGIN SELECT RAISE(ABORT, 'rows of editions are never changed'); END;
{{end}}
