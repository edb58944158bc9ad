package publication

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Hand-written rows. Times are minutes of one morning, so that a row's order is seen in its text.
const (
	t0   = "2026-11-23 08:00:00+00:00"
	t1   = "2026-11-23 08:01:00+00:00"
	t2   = "2026-11-23 08:02:00+00:00"
	t3   = "2026-11-23 08:03:00+00:00"
	t4   = "2026-11-23 08:04:00+00:00"
	due4 = "2026-11-24 08:04:00+00:00"
	old  = "2016-01-01 00:00:00+00:00"
)

// The editions that the rows below try to get past the review with.
var (
	ordinary = sqlEdition{1, 10, 100, 7, "ordinary"}
	second   = sqlEdition{1, 11, 101, 7, "ordinary"}
	small    = sqlEdition{1, 12, 102, 7, "small"}
	brief    = sqlEdition{1, 13, 103, 7, "brief"}
	imported = sqlEdition{1, 14, 104, 7, "import"}
	foreign  = sqlEdition{2, 20, 100, 7, "ordinary"} // the same object's number on another site
	shown    = sqlEdition{1, 30, 110, 7, "small"}    // public
	taken    = sqlEdition{1, 31, 111, 7, "small"}    // withdrawn
	owed     = sqlEdition{1, 32, 112, 7, "ordinary"} // public against the debt of 8
	returned = sqlEdition{1, 33, 113, 7, "ordinary"} // rejected by 8
	ready    = sqlEdition{1, 34, 114, 7, "small"}    // approved, not public
)

const batchTwo = `INSERT INTO import_batches (id, source, author, reviewer, review_opinion, secrecy_opinion, signed_at) VALUES ('b2', 's', 7, 8, 'x', 'y', '` + t0 + `')`

func bypassSetup() []string {
	s := []string{`INSERT INTO import_batches (id, source, author, reviewer, review_opinion, secrecy_opinion, signed_at) VALUES ('b1', '旧站', 7, 8, '一致', '不涉密', '` + t0 + `')`,
		`INSERT INTO import_batch_sites (site_id, batch, author, reviewer) VALUES (1, 'b1', 7, 8)`}
	for _, e := range []sqlEdition{ordinary, second, small, imported, foreign, shown, taken, owed, returned, ready} {
		s = append(s, e.freeze(t0))
	}
	for _, e := range []sqlEdition{shown, taken} {
		s = append(s, e.step(1, 8, "approved", "both", t1), e.chain(1, t1, t4, t4, "NULL"), e.public(t4, t4, "NULL"))
	}
	return append(s, taken.bury("withdrawn"), `DELETE FROM publications WHERE object_id = 111`,
		owed.debt(8, due4), owed.onDebt(t4), owed.public(t4, t4, "NULL"),
		returned.step(1, 8, "rejected", "review", t1), ready.step(1, 8, "approved", "both", t1))
}

// A row's last statement is the one that must be refused; those before it must pass.
type bypass struct {
	name string
	sql  []string
}

var bypasses = []bypass{
	{"step 3 without the steps before it", []string{ordinary.step(3, 6, "approved", "none", t3, "approved", t2)}},
	{"step 3 that claims to be a first one", []string{ordinary.step(3, 6, "approved", "none", t3)}},
	{"step 2 without step 1", []string{ordinary.step(2, 9, "approved", "secrecy", t2, "approved", t1)}},
	{"step 3 after step 2 was rejected", []string{ok3(ordinary)[0], ordinary.step(2, 9, "rejected", "secrecy", t2, "approved", t1), ok3(ordinary)[2]}},
	{"step 3 that names the rejection as its base", []string{ok3(ordinary)[0], ordinary.step(2, 9, "rejected", "secrecy", t2, "approved", t1), ordinary.step(3, 6, "approved", "none", t3, "rejected", t2)}},
	{"a rejected step is passed by another reviewer", []string{returned.step(1, 9, "approved", "review", t2)}},
	{"a verdict is flipped", []string{`UPDATE approvals SET verdict = 'approved' WHERE edition_id = 33`}},
	{"a rejection is deleted", []string{`DELETE FROM approvals WHERE edition_id = 33`}},
	{"an approval is deleted", []string{`DELETE FROM approvals WHERE edition_id = 34`}},
	{"an approval gets another reviewer", []string{`UPDATE approvals SET reviewer = 9 WHERE edition_id = 34`}},
	{"one reviewer signs two steps", []string{ok3(ordinary)[0], ordinary.step(2, 8, "approved", "secrecy", t2, "approved", t1)}},
	{"the author reviews", []string{ordinary.step(1, 7, "approved", "review", t1)}},
	{"the author reviews under a false author", []string{sqlEdition{1, 10, 100, 77, "ordinary"}.step(1, 7, "approved", "review", t1)}},
	{"a small office of one", []string{small.step(1, 7, "approved", "both", t1)}},
	{"a policy that is not the edition's", []string{sqlEdition{1, 10, 100, 7, "small"}.step(1, 8, "approved", "both", t1)}},
	{"a step that the policy does not have", []string{small.step(1, 8, "approved", "both", t1), small.step(2, 9, "approved", "none", t2, "approved", t1)}},
	{"a step that holds less than its policy says", []string{small.step(1, 8, "approved", "review", t1)}},
	{"a secrecy step without an opinion", []string{strings.Replace(small.step(1, 8, "approved", "both", t1), "'不涉密'", "' '", 1)}},
	{"a brief review without the secrecy opinion", []string{brief.freeze(t0), strings.Replace(brief.step(1, 8, "approved", "both", t1), "'不涉密'", "''", 1)}},
	{"a return without a reason", []string{strings.Replace(small.step(1, 8, "rejected", "both", t1), "'理由'", "''", 1)}},
	{"an approval before the text was frozen", []string{small.step(1, 8, "approved", "both", old)}},
	{"a step before the step before it", []string{ok3(ordinary)[0], ordinary.step(2, 9, "approved", "secrecy", t0, "approved", t1)}},
	{"an approval of another digest", []string{strings.Replace(small.step(1, 8, "approved", "both", t1), small.digest(), second.digest(), 1)}},
	{"published after step 1", []string{ok3(ordinary)[0], ordinary.chain(1, t1, t4, t4, "NULL")}},
	{"published after a rejected last step", with(ok3(ordinary)[:2], ordinary.step(3, 6, "rejected", "none", t3, "approved", t2), ordinary.chain(3, t3, t4, t4, "NULL"))},
	{"published as rejected", with(ok3(ordinary)[:2], ordinary.step(3, 6, "rejected", "none", t3, "approved", t2), strings.Replace(ordinary.chain(3, t3, t4, t4, "NULL"), "'approved'", "'rejected'", 1))},
	{"published with neither step nor debt", []string{ordinary.entry("NULL, NULL, NULL, NULL", t4, t4, "NULL")}},
	{"published on a debt that nobody owes", []string{ordinary.onDebt(t4)}},
	{"published on the debt of another edition", []string{ordinary.entry("NULL, NULL, NULL, 32", t4, t4, "NULL")}},
	{"published under a shorter policy", with(ok3(ordinary), strings.Replace(ordinary.chain(1, t1, t4, t4, "NULL"), "'ordinary'", "'small'", 1))},
	{"another object's approvals", with(ok3(ordinary), sqlEdition{1, 10, 999, 7, "ordinary"}.chain(3, t3, t4, t4, "NULL"))},
	{"another site's edition", with(ok3(ordinary), sqlEdition{2, 10, 100, 7, "ordinary"}.chain(3, t3, t4, t4, "NULL"))},
	{"another digest than the approved one", with(ok3(ordinary), strings.Replace(ordinary.chain(3, t3, t4, t4, "NULL"), ordinary.digest(), second.digest(), 1))},
	{"public without an entry in the history", []string{ordinary.public(t4, t4, "NULL")}},
	{"public as another object than approved", []string{ready.chain(1, t1, t4, t4, "NULL"), sqlEdition{1, 34, 999, 7, "small"}.public(t4, t4, "NULL")}},
	{"public on another site than approved", []string{ready.chain(1, t1, t4, t4, "NULL"), sqlEdition{2, 34, 114, 7, "small"}.public(t4, t4, "NULL")}},
	{"the public edition is exchanged for an unreviewed one", []string{`UPDATE publications SET edition_id = 10 WHERE object_id = 110`}},
	{"the public object is exchanged", []string{`UPDATE publications SET object_id = 100 WHERE object_id = 110`}},
	{"published before it was approved", []string{ready.chain(1, t1, t0, t0, "NULL")}},
	{"a first date older than the publication", []string{ready.chain(1, t1, old, t4, "NULL")}},
	{"a first date in the future", []string{ready.chain(1, t1, due4, t4, "NULL")}},
	{"an ordinary text that claims to be migrated", []string{ready.chain(1, t1, old, t4, "'"+t4+"'")}},
	{"the public date is set back", []string{`UPDATE publications SET first_published_at = '` + old + `' WHERE object_id = 110`}},
	{"the edition's date is set back", []string{`UPDATE publications SET edition_published_at = '` + t1 + `' WHERE object_id = 110`}},
	{"the history's date is set back", []string{`UPDATE publication_history SET first_published_at = '` + old + `' WHERE object_id = 110`}},
	{"the entry in the history is deleted", []string{`DELETE FROM publication_history WHERE object_id = 111`}},
	{"the publisher's name in the history is changed", []string{`UPDATE publication_history SET publisher_name = 'x' WHERE object_id = 110`}},
	{"an entry in the history that is not public yet is deleted", []string{ready.chain(1, t1, t4, t4, "NULL"), `DELETE FROM publication_history WHERE object_id = 114`}},
	{"a newer edition takes the place of one that has not ended", with(next(t4, due4), `UPDATE publications SET edition_id = 40, edition_published_at = '`+due4+`' WHERE object_id = 110`)},
	{"a superseded edition takes the place of the newer one", with(next(t4, due4), shown.bury("superseded"),
		`UPDATE publications SET edition_id = 40, edition_published_at = '`+due4+`' WHERE object_id = 110`, `UPDATE publications SET edition_id = 30, edition_published_at = '`+t4+`' WHERE object_id = 110`)},
	{"the second edition gets another first date", next(due4, due4)},
	{"an edition is frozen before the one before it", []string{sqlEdition{1, 40, 110, 7, "small"}.freeze(old)}},
	{"the words are changed and the digest kept", []string{`UPDATE editions SET payload = '{"id":99}' WHERE id = 30`}},
	{"the words and the digest are changed", []string{`UPDATE editions SET payload = '{"id":99}', digest = '` + second.digest() + `' WHERE id = 10`}},
	{"the title is changed", []string{`UPDATE editions SET title = 'x' WHERE id = 30`}},
	{"the author is changed", []string{`UPDATE editions SET author = 77 WHERE id = 10`}},
	{"an edition is deleted", []string{`DELETE FROM editions WHERE id = 11`}},
	{"an edition is upserted", []string{small.freeze(t4) + ` ON CONFLICT (id) DO UPDATE SET payload = '{}'`}},
	{"words are erased without an order", []string{`UPDATE editions SET payload = '{"erased":true}', title = '（已依法删除）' WHERE id = 31`}},
	{"an order to erase by one person", []string{taken.erase(8, 8)}},
	{"an order to erase what is public", []string{shown.erase(8, 9)}},
	{"an order to erase is used to write", []string{taken.erase(8, 9), `UPDATE editions SET payload = '{"id":99}' WHERE id = 31`}},
	{"an order to erase is used to change the digest", []string{taken.erase(8, 9), `UPDATE editions SET payload = '{"erased":true}', title = '（已依法删除）', digest = '` + second.digest() + `' WHERE id = 31`}},
	{"an order to erase is changed", []string{taken.erase(8, 9), `UPDATE erasures SET basis = 'x' WHERE edition_id = 31`}},
	{"an order to erase is deleted", []string{taken.erase(8, 9), `DELETE FROM erasures WHERE edition_id = 31`}},
	{"an erased edition is approved", []string{small.erase(8, 9), small.step(1, 8, "approved", "both", t1)}},
	{"an erased edition is published", []string{ready.erase(8, 9), ready.chain(1, t1, t4, t4, "NULL")}},
	{"a withdrawn edition comes back", []string{taken.public(t4, t4, "NULL")}},
	{"a withdrawn edition is published again", []string{taken.chain(1, t1, t4, t4, "NULL")}},
	{"a tombstone is deleted", []string{`DELETE FROM tombstones WHERE edition_id = 31`}},
	{"a tombstone is changed", []string{`UPDATE tombstones SET how = 'superseded' WHERE edition_id = 31`}},
	{"a tombstone for what is not public", []string{ready.bury("withdrawn")}},
	{"superseded by nothing", []string{shown.bury("superseded")}},
	{"a publication vanishes without a tombstone", []string{`DELETE FROM publications WHERE object_id = 110`}},
	{"an address leads on while its text is public", []string{shown.depart("gone", 0)}},
	{"an address leads on for an edition that was only replaced", with(next(t4, due4), shown.bury("superseded"), shown.depart("moved", 114))},
	{"an address leads to itself", []string{taken.depart("moved", 111)}},
	{"an address leads nowhere", []string{taken.depart("moved", 0)}},
	{"an address that is gone for good is used again", with([]string{taken.depart("gone", 0)}, again(t4, due4)...)},
	{"a debt of a returned edition", []string{returned.debt(9, due4)}},
	{"a debt with a longer term", []string{second.debt(8, "2026-11-25 08:04:00+00:00")}},
	{"a debt of nobody", []string{second.debt(0, due4)}},
	{"a debt gets another debtor", []string{`UPDATE debts SET debtor = 9 WHERE edition_id = 32`}},
	{"a debt is forgiven", []string{`DELETE FROM debts WHERE edition_id = 32`}},
	{"a debt that nobody has used is forgiven", []string{second.debt(8, due4), `DELETE FROM debts WHERE edition_id = 11`}},
	{"a debt of an import", []string{imported.debt(8, due4)}},
	{"a debt is settled by its debtor", []string{owed.settle(8, 8, "approved", "不涉密")}},
	{"a debt is settled by its debtor under a false name", []string{owed.settle(9, 8, "approved", "不涉密")}},
	{"a debt is settled by the author", []string{owed.settle(8, 7, "approved", "不涉密")}},
	{"a debt is settled without a secrecy opinion", []string{owed.settle(8, 9, "approved", " ")}},
	{"a rejected emergency stays public", []string{owed.settle(8, 9, "rejected", "涉密")}},
	{"a settlement is changed", []string{owed.settle(8, 9, "approved", "不涉密"), `UPDATE settlements SET reason = 'x' WHERE edition_id = 32`}},
	{"a settlement is deleted", []string{owed.settle(8, 9, "approved", "不涉密"), `DELETE FROM settlements WHERE edition_id = 32`}},
	{"the ordinary way beside a debt", []string{owed.step(1, 9, "approved", "review", due4)}},
	{"a policy loses its steps", []string{`UPDATE review_policies SET last_step = 1 WHERE policy = 'ordinary'`}},
	{"a policy loses its final step", []string{`UPDATE review_policies SET last_step = 1 WHERE policy = 'brief'`}},
	{"a step changes what it holds", []string{`UPDATE review_steps SET holds_review = true WHERE policy = 'ordinary' AND step = 2`}},
	{"a policy that nobody has used is deleted", []string{`DELETE FROM review_policies WHERE policy = 'brief'`}},
	{"a policy loses its secrecy step", []string{`UPDATE review_policies SET secrecy_step = 1 WHERE policy = 'ordinary'`}},
	{"a step loses its secrecy opinion", []string{`UPDATE review_steps SET holds_secrecy = false WHERE policy = 'small'`}},
	{"a new policy of one step", []string{`INSERT INTO review_policies (policy, last_step, review_step, secrecy_step, holds) VALUES ('none', 1, 1, 1, true)`}},
	{"new steps for a new policy", []string{`INSERT INTO review_steps (policy, step, name, holds_review, holds_secrecy) VALUES ('none', 1, 'review', false, false)`}},
	{"a policy is deleted", []string{`DELETE FROM review_policies WHERE policy = 'ordinary'`}},
	{"a batch is signed twice by one person", []string{`INSERT INTO import_batches (id, source, author, reviewer, review_opinion, secrecy_opinion, signed_at) VALUES ('b2', 's', 7, 7, 'x', 'y', '` + t0 + `')`}},
	{"a batch without a secrecy opinion", []string{`INSERT INTO import_batches (id, source, author, reviewer, review_opinion, secrecy_opinion, signed_at) VALUES ('b2', 's', 7, 8, 'x', '', '` + t0 + `')`}},
	{"a batch gets another reviewer", []string{`UPDATE import_batches SET reviewer = 9 WHERE id = 'b1'`}},
	{"a batch gets another source", []string{`UPDATE import_batches SET source = 'x' WHERE id = 'b1'`}},
	{"a batch that nobody has used is deleted", []string{batchTwo, `DELETE FROM import_batches WHERE id = 'b2'`}},
	{"a site's batch is exchanged", []string{batchTwo, `UPDATE import_batch_sites SET batch = 'b2' WHERE batch = 'b1'`}},
	{"a site's batch is deleted", []string{`DELETE FROM import_batch_sites WHERE batch = 'b1'`}},
	{"a batch on a site under other names", []string{`INSERT INTO import_batch_sites (site_id, batch, author, reviewer) VALUES (3, 'b1', 7, 9)`}},
	{"an import approved by somebody beside the batch", []string{imported.step(1, 9, "approved", "both", t1)}},
	{"an import without a batch", []string{strings.Replace(imported.step(1, 8, "approved", "both", t1), "'b1'", "NULL", 1)}},
	{"an ordinary text on a batch", []string{strings.Replace(small.step(1, 8, "approved", "both", t1), "'理由', NULL", "'理由', 'b1'", 1)}},
	{"an import without its migration time", []string{imported.step(1, 8, "approved", "both", t1), imported.chain(1, t1, old, t4, "NULL")}},
	{"an import hides that it is one", []string{imported.step(1, 8, "approved", "both", t1), imported.chain(1, t1, old, t4, "'"+t4+"'"), imported.public(old, t4, "NULL")}},
	{"an import over an object that has a history", []string{sqlEdition{1, 40, 110, 7, "import"}.freeze(t4),
		strings.Replace(sqlEdition{1, 40, 110, 7, "import"}.step(1, 8, "approved", "both", due4), t0, t4, 1),
		strings.Replace(sqlEdition{1, 40, 110, 7, "import"}.chain(1, due4, t4, due4, "'"+due4+"'"), t0, t4, 1)}},
}

// What only one engine can try.
var (
	sqliteBypasses = []bypass{
		{"an edition is replaced", []string{strings.Replace(strings.Replace(ready.freeze(t0), "INSERT", "INSERT OR REPLACE", 1), payloadOf(34), `{"id":99}`, 1)}},
		{"another site's edition is replaced by its number", []string{strings.Replace(sqlEdition{1, 20, 900, 7, "small"}.freeze(t4), "INSERT", "INSERT OR REPLACE", 1)}},
		{"a rejection is replaced", []string{strings.Replace(returned.step(1, 9, "approved", "review", t2), "INSERT", "INSERT OR REPLACE", 1)}},
		{"a debt is replaced", []string{strings.Replace(owed.debt(9, due4), "INSERT", "INSERT OR REPLACE", 1)}},
		{"an entry in the history is replaced", []string{strings.Replace(shown.chain(1, t1, t1, t1, "NULL"), "INSERT", "INSERT OR REPLACE", 1)}},
		{"a publication is replaced", []string{ready.chain(1, t1, t4, t4, "NULL"), strings.Replace(shown.public(t4, t4, "NULL"), "INSERT", "INSERT OR REPLACE", 1)}},
		{"a tombstone is replaced", []string{strings.Replace(taken.bury("superseded"), "INSERT", "INSERT OR REPLACE", 1)}},
		{"a batch is replaced", []string{`INSERT OR REPLACE INTO import_batches (id, source, author, reviewer, review_opinion, secrecy_opinion, signed_at) VALUES ('b1', 's', 7, 9, 'x', 'y', '` + t0 + `')`}},
		{"a batch's source is replaced", []string{`INSERT OR REPLACE INTO import_batches (id, source, author, reviewer, review_opinion, secrecy_opinion, signed_at) VALUES ('b1', 'x', 7, 8, 'x', 'y', '` + t0 + `')`}},
		{"a policy's final step is replaced", []string{`INSERT OR REPLACE INTO review_policies (policy, last_step, review_step, secrecy_step, holds) VALUES ('brief', 1, 1, 1, true)`}},
		{"a time in a spelling of its own", []string{strings.Replace(small.step(1, 8, "approved", "both", t1), "'"+t1+"'", "'zzz'", 1)}},
	}
	postgresBypasses = []bypass{
		{"the publications are truncated", []string{`TRUNCATE publications`}},
		{"everything is truncated", []string{`TRUNCATE editions CASCADE`}},
		{"an edition whose digest is not its words'", []string{strings.Replace(sqlEdition{1, 41, 141, 7, "small"}.freeze(t0), payloadOf(41), `{"id":99}`, 1)}},
	}
)

// What must pass, so that the refusals above are not refusals of everything.
var goodPaths = []bypass{
	{"three steps", with(ok3(ordinary), ordinary.chain(3, t3, t4, t4, "NULL"), ordinary.public(t4, t4, "NULL"))},
	{"two steps", []string{brief.freeze(t0), brief.step(1, 8, "approved", "both", t1), brief.step(2, 9, "approved", "none", t2, "approved", t1), brief.chain(2, t2, t4, t4, "NULL"), brief.public(t4, t4, "NULL")}},
	{"one step of a small office", []string{small.step(1, 8, "approved", "both", t1), small.chain(1, t1, t4, t4, "NULL"), small.public(t4, t4, "NULL")}},
	{"an emergency and its settlement", []string{second.debt(7, due4), second.onDebt(t4), second.public(t4, t4, "NULL"), second.settle(7, 8, "approved", "不涉密")}},
	{"an emergency rejected and withdrawn", []string{owed.bury("withdrawn"), `DELETE FROM publications WHERE object_id = 112`, owed.settle(8, 9, "rejected", "涉密")}},
	{"an import with its old day", []string{imported.step(1, 8, "approved", "both", t1), imported.chain(1, t1, old, t4, "'"+t4+"'"), imported.public(old, t4, "'"+t4+"'")}},
	{"the other site's text by its own chain", with(ok3(foreign), foreign.chain(3, t3, t4, t4, "NULL"), foreign.public(t4, t4, "NULL"))},
	{"a second edition in the place of the first", with(next(t4, due4), shown.bury("superseded"),
		`UPDATE publications SET edition_id = 40, edition_published_at = '`+due4+`' WHERE object_id = 110`)},
	{"a publication moves to another place", []string{`UPDATE publications SET place = 21 WHERE object_id = 110`}},
	{"a text is published again at an address that led elsewhere", with([]string{taken.depart("moved", 110)}, again(t4, due4)...)},
	{"an address that was gone is taken back and used again", with([]string{taken.depart("gone", 0), `DELETE FROM departures WHERE edition_id = 31`}, again(t4, due4)...)},
	{"a lawful erasure", []string{taken.erase(8, 9), `UPDATE editions SET payload = '{"erased":true}', title = '（已依法删除）' WHERE id = 31`}},
}

// C4, d42, issue 2 (5): nothing unreviewed becomes public, and no date is changed, by hand-written SQL either.
func TestBypasses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.sql(bypassSetup()...)
		rows := append(append([]bypass{}, bypasses...), sqliteBypasses...)
		if d.Postgres() {
			rows = append(append([]bypass{}, bypasses...), postgresBypasses...)
		}
		for _, c := range rows {
			at, err := k.rehearse(c.sql)
			switch {
			case err == nil:
				t.Errorf("%s: accepted", c.name)
			case !db.Refused(err):
				t.Errorf("%s: no rule refused it, but %v", c.name, err)
			case at != len(c.sql)-1:
				t.Errorf("%s: statement %d of %d is refused already: %v", c.name, at+1, len(c.sql), err)
			}
		}
		for _, c := range goodPaths {
			if at, err := k.rehearse(c.sql); err != nil {
				t.Errorf("%s: statement %d is refused: %v", c.name, at+1, err)
			}
		}
		t.Logf("%d bypasses refused, %d good paths accepted", len(rows), len(goodPaths))
	}, schema()...)
}

// rehearse runs the statements in a transaction of their own that is rolled back, and tells which one failed.
func (k *desk) rehearse(statements []string) (at int, err error) {
	enough := errors.New("enough")
	err = k.d.InTx(context.Background(), func(ctx context.Context) error {
		for at = range statements {
			if _, err := k.d.Conn(ctx).ExecContext(ctx, statements[at]); err != nil {
				return err
			}
		}
		return enough
	})
	if errors.Is(err, enough) {
		return at, nil
	}
	return at, err
}

// Every policy that a row names ends in a step and holds a review and a secrecy opinion on the way there.
func TestEveryPolicyHoldsSecrecy(t *testing.T) {
	d := dbtest.SQLite(t, schema()...)
	var bad, all int
	err := d.Conn(t.Context()).NewRaw(`SELECT count(*), count(CASE WHEN NOT EXISTS (SELECT 1 FROM review_steps s WHERE s.policy = p.policy AND s.step <= p.last_step AND s.holds_secrecy)
		OR NOT EXISTS (SELECT 1 FROM review_steps s WHERE s.policy = p.policy AND s.step <= p.last_step AND s.holds_review)
		OR (SELECT count(*) FROM review_steps s WHERE s.policy = p.policy) <> p.last_step THEN 1 END) FROM review_policies p`).Scan(t.Context(), &all, &bad)
	if err != nil || all != 6 || bad != 0 {
		t.Errorf("%d of %d policies are wrong, %v", bad, all, err)
	}
}

// Each guard of the schema is there for a reason: without it some bypass of the table is accepted.
func TestEveryGuardIsNeeded(t *testing.T) {
	d := dbtest.SQLite(t, schema()...)
	k := newDesk(t, d)
	k.sql(bypassSetup()...)
	var guards []struct{ Name, SQL string }
	err := d.Conn(t.Context()).NewRaw(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name NOT LIKE 'audit%' ORDER BY name`).Scan(t.Context(), &guards)
	if err != nil || len(guards) < 30 {
		t.Fatalf("%d guards, %v", len(guards), err)
	}
	for _, g := range guards {
		if g.Name == "review_steps_kept" {
			continue // each shipped step is also held by its policy's foreign keys
		}
		k.sql(`DROP TRIGGER ` + g.Name)
		open := 0
		for _, c := range append(append([]bypass{}, bypasses...), sqliteBypasses...) {
			if _, err := k.rehearse(c.sql); err == nil {
				open++
			}
		}
		if open == 0 {
			t.Errorf("without %s every bypass is still refused: nothing tries it", g.Name)
		}
		k.sql(g.SQL)
	}
	t.Logf("%d guards tried", len(guards))
}
