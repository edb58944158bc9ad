-- Chains of two and three reviews, each by another person: the steps and the last word as in 'ordinary'.
{{if .Postgres}}
DROP TRIGGER review_steps_complete ON review_steps;
--bun:split
DROP TRIGGER review_policies_complete ON review_policies;
{{else}}
DROP TRIGGER review_steps_complete;
--bun:split
DROP TRIGGER review_policies_complete;
{{end}}
--bun:split
INSERT INTO review_steps (policy, step, name, holds_review, holds_secrecy) VALUES
  ('double', 1, 'review', true, false), ('double', 2, 'second', true, false), ('double', 3, 'secrecy', false, true), ('double', 4, 'final', false, false),
  ('triple', 1, 'review', true, false), ('triple', 2, 'second', true, false), ('triple', 3, 'third', true, false), ('triple', 4, 'secrecy', false, true), ('triple', 5, 'final', false, false);
--bun:split
INSERT INTO review_policies (policy, last_step, review_step, secrecy_step, holds) VALUES ('double', 4, 2, 3, true), ('triple', 5, 3, 4, true);
--bun:split
{{if .Postgres}}
CREATE TRIGGER review_steps_complete BEFORE INSERT ON review_steps FOR EACH ROW EXECUTE FUNCTION publication_frozen();
--bun:split
CREATE TRIGGER review_policies_complete BEFORE INSERT ON review_policies FOR EACH ROW EXECUTE FUNCTION publication_frozen();
{{else}}
CREATE TRIGGER review_steps_complete BEFORE INSERT ON review_steps BEGIN SELECT RAISE(ABORT, 'rows of review_steps are never changed'); END;
--bun:split
CREATE TRIGGER review_policies_complete BEFORE INSERT ON review_policies BEGIN SELECT RAISE(ABORT, 'rows of review_policies are never changed'); END;
{{end}}
