package app

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// plot is how many articles a site gets, and over which columns they are spread.
type plot struct {
	site     kernel.SiteID
	articles int
}

// What of a hundred thousand articles is not plainly public: most of an old site's are.
const (
	submittedEvery = 400 // one in so many waits for a review
	draftEvery     = 150 // is a draft
	withdrawnEvery = 90  // was withdrawn
	binnedEvery    = 300 // is in the bin
	rareColumn     = 11  // has one in 5,000
)

// sow writes articles as years of work leave them, many at a time, through every constraint and trigger of the schema: drafts, editions,
// the one approval of a small office, the history and what is public. Titles are in our own words; ids count on from first.
func (o *bureau) sow(t *testing.T, ctx context.Context, first int, p plot, authors []kernel.AccountID, reviewer kernel.AccountID) {
	t.Helper()
	numbers := `WITH RECURSIVE n(i) AS (SELECT ?7 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) `
	text, day := `printf('%s（第%d号）', `, `strftime('%Y-%m-%d %H:%M:%S', 1447981200 + @, 'unixepoch') || '+00:00'`
	if o.DB.Postgres() {
		numbers = `WITH n(i) AS (SELECT generate_series(?7::bigint, ?1)) `
		text, day = `format('%s（第%s号）', `, `to_timestamp(1447981200 + @)`
	}
	// Eleven years by the site's number of articles, so that its newest is a day old.
	at := func(plus int) string {
		return strings.Replace(day, "@", fmt.Sprintf("i * (347673600 / ?5) + %d", plus), 1)
	}
	title := text + `CASE i % 12`
	for k, m := range matters {
		title += fmt.Sprintf(` WHEN %d THEN '关于%s的%s'`, k, m, acts[k%len(acts)])
	}
	title += ` END, i + 1)`
	who := `CASE i % ?6`
	for k, a := range authors {
		who += fmt.Sprintf(` WHEN %d THEN %d`, k, a)
	}
	who += ` END`
	column := fmt.Sprintf(`CASE WHEN i %% 5000 = 7 THEN %d ELSE 2 + i %% 8 END`, rareColumn)
	state := fmt.Sprintf(`CASE WHEN i %% %d = 3 THEN 'submitted' WHEN i %% %d = 4 OR i %% %d = 5 THEN 'draft' WHEN i %% %d = 6 THEN 'withdrawn' ELSE 'published' END`,
		submittedEvery, draftEvery, binnedEvery, withdrawnEvery)
	text = `'<p>请各村（社区）结合实际抓好落实，有关情况于月底前报送。咨询电话在工作日上午八时三十分至下午五时接听。</p>'`
	payload := `'{"kind":"news","title":"' || title || '","body":"` + strings.ReplaceAll(strings.Trim(text, "'"), `"`, `\"`) + `","source":"本站"}'`
	rows := numbers + `, r AS (SELECT i, ?2 + i AS id, ` + title + ` AS title, ` + who + ` AS author, ` + column + ` AS place, ` + state + ` AS state, ` +
		at(0) + ` AS written, ` + at(3600) + ` AS frozen, ` + at(7200) + ` AS passed, ` + at(10800) + ` AS issued FROM n) `
	digest, yes := `'`+strings.Repeat("0", 64)+`'`, "1" // SQLite knows no SHA-256, and a list reads no text
	if o.DB.Postgres() {
		digest, yes = `encode(sha256(convert_to(`+payload+`, 'UTF8')), 'hex')`, "true"
	}
	for _, step := range []struct{ table, sql string }{
		{"editions", `INSERT INTO editions (site_id, id, kind, object_id, author, policy, digest, frozen_at, title, payload) ` + rows +
			`SELECT ?3, id, 'article', id, author, 'small', ` + digest + `, frozen, title, ` + payload + ` FROM r WHERE state <> 'draft'`},
		{"approvals", `INSERT INTO approvals (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at, step, reviewer, verdict, holds_review, holds_secrecy, review_opinion, secrecy_opinion, reason, at) ` + rows +
			`SELECT ?3, id, 'article', id, author, 'small', ` + digest + `, frozen, 1, ?4, 'approved', ` + yes + `, ` + yes + `, '内容属实。', '不涉密。', '', passed FROM r WHERE state IN ('published', 'withdrawn')`},
		{"publication_history", `INSERT INTO publication_history (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at, step, verdict, approved_at, place, first_published_at, edition_published_at, publisher, publisher_name) ` + rows +
			`SELECT ?3, id, 'article', id, author, 'small', ` + digest + `, frozen, 1, 'approved', passed, place, issued, issued, ?4, '审核员' FROM r WHERE state IN ('published', 'withdrawn')`},
		{"publications", `INSERT INTO publications (site_id, kind, object_id, edition_id, place, first_published_at, edition_published_at) ` + rows +
			`SELECT ?3, 'article', id, id, place, issued, issued FROM r WHERE state = 'published'`},
		{"articles", `INSERT INTO articles (site_id, id, column_id, state, author_id, version, policy, edition_id, title, payload, created_at, updated_at, binned_at) ` + rows +
			`SELECT ?3, id, place, state, author, 1, 'small', CASE WHEN state <> 'draft' THEN id END, title, CASE WHEN i % 5 = 0 OR state IN ('draft', 'submitted') THEN ` + payload + ` END, written, issued,
			CASE WHEN state = 'draft' AND i % ` + fmt.Sprint(binnedEvery) + ` = 5 THEN issued END FROM r`},
	} {
		// PostgreSQL plans the triggers for the table that it finds: for a small one first, or it would go on as for an empty one.
		for from, to := 0, min(p.articles, 1000); from < p.articles; from, to = to, p.articles {
			q := strings.NewReplacer("?1", fmt.Sprint(to-1), "?2", fmt.Sprint(first), "?3", p.site.String(), "?4", fmt.Sprint(int64(reviewer)),
				"?5", fmt.Sprint(p.articles), "?6", fmt.Sprint(len(authors)), "?7", fmt.Sprint(from)).Replace(step.sql)
			if err := o.DB.InTx(ctx, func(ctx context.Context) error {
				_, err := o.DB.Conn(ctx).NewRaw(q).Exec(ctx)
				return err
			}); err != nil {
				t.Fatalf("%s: %v", step.table, err)
			}
			if p.articles > 10_000 && from == 0 && o.DB.Postgres() {
				if _, err := o.DB.Conn(ctx).NewRaw("ANALYZE " + step.table).Exec(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// rest does what PostgreSQL's autovacuum does by itself after so many rows.
func (o *bureau) rest(t *testing.T, ctx context.Context) {
	t.Helper()
	if !o.DB.Postgres() {
		return
	}
	for _, table := range []string{"articles", "publications", "editions", "approvals", "publication_history"} {
		if _, err := o.DB.Conn(ctx).NewRaw("VACUUM ANALYZE " + table).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// writers are accounts that wrote what is sown.
func (o *bureau) writers(t *testing.T, ctx context.Context, code string, n int) (all []kernel.AccountID) {
	t.Helper()
	org := o.org(t, ctx, code)
	for i := range n {
		a, err := o.Accounts.Create(ctx, identity.Account{Login: fmt.Sprintf("writer.%s.%d", code, i), Name: fmt.Sprintf("撰稿%d", i), Org: org})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a.ID)
	}
	return all
}
