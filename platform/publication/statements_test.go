package publication

import (
	"fmt"
	"strings"
)

func payloadOf(id int) string { return fmt.Sprintf(`{"id":%d}`, id) }

type sqlEdition struct {
	site, id, object, author int
	policy                   string
}

func (e sqlEdition) digest() string { return digestOf([]byte(payloadOf(e.id))) }

func (e sqlEdition) freeze(at string) string {
	return fmt.Sprintf(`INSERT INTO editions (site_id, id, kind, object_id, author, policy, digest, frozen_at, title, payload) VALUES (%d, %d, 'article', %d, %d, '%s', '%s', '%s', 't', '%s')`,
		e.site, e.id, e.object, e.author, e.policy, e.digest(), at, payloadOf(e.id))
}

// step writes an approval of e as its own row says; holds is "review", "secrecy", "both" or "none".
func (e sqlEdition) step(n, reviewer int, verdict, holds, at string, prev ...string) string {
	p := "NULL, NULL, NULL"
	if len(prev) == 2 {
		p = fmt.Sprintf("%d, '%s', '%s'", n-1, prev[0], prev[1])
	}
	batch := "NULL"
	if e.policy == "import" {
		batch = "'b1'"
	}
	return fmt.Sprintf(`INSERT INTO approvals (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at, step, prev_step, prev_verdict, prev_at, reviewer, verdict, holds_review, holds_secrecy, review_opinion, secrecy_opinion, reason, batch, at)
		VALUES (%d, %d, 'article', %d, %d, '%s', '%s', '%s', %d, %s, %d, '%s', %t, %t, '同意', '不涉密', '理由', %s, '%s')`,
		e.site, e.id, e.object, e.author, e.policy, e.digest(), t0, n, p, reviewer, verdict, holds == "review" || holds == "both", holds == "secrecy" || holds == "both", batch, at)
}

func (e sqlEdition) chain(n int, approvedAt, first, at, migrated string) string {
	return e.entry(fmt.Sprintf("%d, 'approved', '%s', NULL", n, approvedAt), first, at, migrated)
}

func (e sqlEdition) onDebt(at string) string {
	return e.entry(fmt.Sprintf("NULL, NULL, NULL, %d", e.id), at, at, "NULL")
}

func (e sqlEdition) entry(proof, first, at, migrated string) string {
	return fmt.Sprintf(`INSERT INTO publication_history (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at, step, verdict, approved_at, debt, place, first_published_at, edition_published_at, migrated_at, publisher, publisher_name)
		VALUES (%d, %d, 'article', %d, %d, '%s', '%s', '%s', %s, 20, '%s', '%s', %s, 10, 'p')`, e.site, e.id, e.object, e.author, e.policy, e.digest(), t0, proof, first, at, migrated)
}

func (e sqlEdition) public(first, at, migrated string) string {
	return fmt.Sprintf(`INSERT INTO publications (site_id, kind, object_id, edition_id, place, first_published_at, edition_published_at, migrated_at) VALUES (%d, 'article', %d, %d, 20, '%s', '%s', %s)`,
		e.site, e.object, e.id, first, at, migrated)
}

func (e sqlEdition) debt(debtor int, due string) string {
	return fmt.Sprintf(`INSERT INTO debts (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at, debtor, opened_at, due_at) VALUES (%d, %d, 'article', %d, %d, '%s', '%s', '%s', %d, '%s', '%s')`,
		e.site, e.id, e.object, e.author, e.policy, e.digest(), t0, debtor, t4, due)
}

func (e sqlEdition) settle(debtor, reviewer int, verdict, secrecy string) string {
	return fmt.Sprintf(`INSERT INTO settlements (site_id, edition_id, author, debtor, opened_at, reviewer, verdict, review_opinion, secrecy_opinion, reason, at) VALUES (%d, %d, %d, %d, '%s', %d, '%s', '同意', '%s', '理由', '%s')`,
		e.site, e.id, e.author, debtor, t4, reviewer, verdict, secrecy, due4)
}

func (e sqlEdition) bury(how string) string {
	return fmt.Sprintf(`INSERT INTO tombstones (site_id, edition_id, kind, object_id, how, reason, notice, by_account, by_name, at) VALUES (%d, %d, 'article', %d, '%s', 'r', 'n', 1, 'p', '%s')`, e.site, e.id, e.object, how, due4)
}

func (e sqlEdition) erase(by, approver int) string {
	return fmt.Sprintf(`INSERT INTO erasures (site_id, edition_id, reason, basis, notice, by_account, approver, at) VALUES (%d, %d, 'r', 'b', 'n', %d, %d, '%s')`, e.site, e.id, by, approver, due4)
}

func ok3(e sqlEdition) []string {
	return []string{e.step(1, 8, "approved", "review", t1), e.step(2, 9, "approved", "secrecy", t2, "approved", t1), e.step(3, 6, "approved", "none", t3, "approved", t2)}
}

func with(all []string, more ...string) []string {
	return append(append([]string{}, all...), more...)
}

// next is a second edition of the public object, up to its entry in the history.
func next(first, at string) []string {
	e := sqlEdition{1, 40, 110, 7, "small"}
	return []string{e.freeze(t4), strings.Replace(e.step(1, 8, "approved", "both", due4), t0, t4, 1), strings.Replace(e.chain(1, due4, first, at, "NULL"), t0, t4, 1)}
}

// depart leads the address of a withdrawn edition elsewhere, or ends it when to is 0.
func (e sqlEdition) depart(how string, to int) string {
	site := 0
	if to > 0 {
		site = e.site
	}
	return fmt.Sprintf(`INSERT INTO departures (site_id, edition_id, kind, object_id, how, to_site, to_object, reason, notice, by_account, by_name, at) VALUES (%d, %d, 'article', %d, '%s', %d, %d, 'r', 'n', 1, 'p', '%s')`,
		e.site, e.id, e.object, how, site, to, due4)
}

// again is a second edition of the withdrawn object, up to its publication.
func again(first, at string) []string {
	e := sqlEdition{1, 42, 111, 7, "small"}
	return []string{e.freeze(t4), strings.Replace(e.step(1, 8, "approved", "both", due4), t0, t4, 1), strings.Replace(e.chain(1, due4, first, at, "NULL"), t0, t4, 1), e.public(first, at, "NULL")}
}
