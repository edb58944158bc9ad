package index

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// maxScoped is how many sites are named inside the index; for more the row's site_id alone decides.
const maxScoped = 8

// oftenTerm stands beside the scopes of a document that is about a word.
func oftenTerm(word string) string { return "o" + word }

func siteTerm(id kernel.SiteID) string { return "s" + strconv.FormatInt(int64(id), 10) }
func columnTerm(id int64) string       { return "c" + strconv.FormatInt(id, 10) }

// docRow is a document as both engines keep it; the last three are PostgreSQL's, whose index holds the text.
type docRow struct {
	bun.BaseModel `bun:"table:search_docs"`
	SiteID        kernel.SiteID
	ID            int64
	ColumnID      int64
	At            time.Time
	Form          int
	Number        string
	Kind          string
	Issuer        string
	Year          string
	Validity      string
	Subject       string
	Genre         string
	Written       string
	Title         string
	Body          string
	Words         string `bun:"type:tsvector"`
}

// textRow is its words in SQLite's full text.
type textRow struct {
	bun.BaseModel `bun:"table:search_text"`
	Rowid         int64
	Scope         string
	Title         string
	Body          string
}

// put writes documents of different ids.
func (x *Index) put(ctx context.Context, all []Doc) error {
	rows, texts := make([]docRow, len(all)), make([]textRow, len(all))
	for i, d := range all {
		if d.ID <= 0 || d.Site <= 0 {
			return fmt.Errorf("index document %d of site %d: no such id", d.ID, d.Site)
		}
		t := terms{seen: map[string]int{}}
		titleWords, title := t.add(normalString(d.Title))
		bodyWords, body := t.add(normalString(d.Body))
		rows[i] = docRow{SiteID: d.Site, ID: d.ID, ColumnID: d.Column, At: d.At.UTC(), Form: form, Number: Normal(d.Number),
			Kind: d.Kind, Issuer: d.Issuer, Year: d.At.In(kernel.Beijing).Format("2006"), Validity: d.Validity,
			Subject: d.Subject, Genre: d.Genre, Written: d.Written}
		if x.db.Postgres() {
			rows[i].Title, rows[i].Body, rows[i].Words = title, body, vector(d, &t)
		} else {
			scope := siteTerm(d.Site) + " " + columnTerm(d.Column)
			for _, w := range t.often() {
				scope += " " + oftenTerm(w)
			}
			texts[i] = textRow{Rowid: d.ID, Scope: scope, Title: titleWords, Body: bodyWords}
		}
	}
	columns := []string{"column_id", "at", "form", "number", "kind", "issuer", "year", "validity", "subject", "genre", "written"}
	if x.db.Postgres() {
		columns = append(columns, "title", "body", "words")
	}
	q := x.db.Conn(ctx).NewInsert().Model(&rows).Column(append([]string{"site_id", "id"}, columns...)...).On("CONFLICT (site_id, id) DO UPDATE")
	for _, c := range columns {
		q = q.Set("? = EXCLUDED.?", bun.Ident(c), bun.Ident(c))
	}
	_, err := q.Exec(ctx)
	if err == nil && !x.db.Postgres() {
		_, err = x.db.Conn(ctx).NewInsert().Replace().Model(&texts).Exec(ctx)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("index documents %d to %d: %w", all[0].ID, all[len(all)-1].ID, err))
	}
	return nil
}

// vector writes the words without positions: which of them are neighbours is asked of the text, because a tsvector
// forgets positions above 16,383 and all but 256 of one word. No word holds a quote or a backslash; the tilde keeps
// scopes apart from words.
func vector(d Doc, t *terms) string {
	var b strings.Builder
	b.WriteString("'~" + siteTerm(d.Site) + "' '~" + columnTerm(d.Column) + "'")
	for _, w := range t.often() {
		b.WriteString(" '~" + oftenTerm(w) + "'")
	}
	for w := range t.seen {
		b.WriteString(" '" + w + "'")
	}
	return b.String()
}

func (x *Index) delete(ctx context.Context, site kernel.SiteID, id int64) error {
	res, err := x.db.Conn(ctx).NewRaw(`DELETE FROM search_docs WHERE site_id = ? AND id = ?`, site, id).Exec(ctx)
	if err == nil && !x.db.Postgres() {
		if n, _ := res.RowsAffected(); n == 1 { // SQLite always knows the count
			_, err = x.db.Conn(ctx).NewRaw(`DELETE FROM search_text WHERE rowid = ?`, id).Exec(ctx)
		}
	}
	if err != nil {
		return db.Fault(fmt.Errorf("remove document %d of site %d from the index: %w", id, site, err))
	}
	return nil
}

func (x *Index) clear(ctx context.Context, site kernel.SiteID) error {
	var err error
	if !x.db.Postgres() {
		_, err = x.db.Conn(ctx).NewRaw(`DELETE FROM search_text WHERE rowid IN (SELECT id FROM search_docs WHERE site_id = ?)`, site).Exec(ctx)
	}
	if err == nil {
		_, err = x.db.Conn(ctx).NewRaw(`DELETE FROM search_docs WHERE site_id = ?`, site).Exec(ctx)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("clear the index of site %d: %w", site, err))
	}
	return nil
}

func (x *Index) present(ctx context.Context, site kernel.SiteID, ids []int64) (map[int64]bool, error) {
	have := make(map[int64]bool, len(ids))
	const batch = 500
	for len(ids) > 0 {
		n := min(batch, len(ids))
		var found []int64
		err := x.db.Conn(ctx).NewRaw(`SELECT id FROM search_docs WHERE site_id = ? AND id IN (?) AND form = ?`, site, bun.List(ids[:n]), form).Scan(ctx, &found)
		if err != nil {
			return nil, db.Fault(fmt.Errorf("look for documents of site %d in the index: %w", site, err))
		}
		for _, id := range found {
			have[id] = true
		}
		ids = ids[n:]
	}
	return have, nil
}

func (x *Index) ids(ctx context.Context, site kernel.SiteID, after int64, limit int) ([]int64, error) {
	var ids []int64
	err := x.db.Conn(ctx).NewRaw(`SELECT id FROM search_docs WHERE site_id = ? AND id > ? ORDER BY id LIMIT ?`, site, after, limit).Scan(ctx, &ids)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list the index of site %d: %w", site, err))
	}
	return ids, nil
}

// hitRow is one row of a page.
type hitRow struct {
	SiteID   int64     `bun:"site_id"`
	ID       int64     `bun:"id"`
	ColumnID int64     `bun:"column_id"`
	At       time.Time `bun:"at"`
	ByNumber bool      `bun:"by_number"`
	InTitle  bool      `bun:"in_title"`
	Often    bool      `bun:"often"`
}

// plan is one query in the engine's SQL.
type plan struct {
	from, where, inTitle, often    string
	fromArgs, titleArgs, oftenArgs []any
}

// plan is what both engines ask for q: the engine's own part, the sites, and what narrows.
func (x *Index) plan(q Query, ws [][]word) plan {
	var p plan
	switch {
	case len(ws) == 0:
		p = plan{from: "search_docs AS d", where: "1 = 1", inTitle: "(1 = 0)", often: "(1 = 0)"}
	case x.db.Postgres():
		p = postgresPlan(q, ws)
	default:
		p = sqlitePlan(q, ws)
	}
	p.where += " AND d.site_id IN (?)"
	p.fromArgs = append(p.fromArgs, bun.List(q.Sites))
	if q.Column != 0 {
		p.where += " AND d.column_id = ?"
		p.fromArgs = append(p.fromArgs, q.Column)
	}
	if q.Within != nil {
		p.where += " AND d.column_id IN (?)"
		p.fromArgs = append(p.fromArgs, bun.List(append(q.Within, 0))) // 0 is no column
	}
	for _, f := range []struct{ column, value string }{{"kind", q.Only.Kind}, {"issuer", q.Only.Issuer}, {"year", q.Only.Year}, {"validity", q.Only.Validity},
		{"subject", q.Only.Subject}, {"genre", q.Only.Genre}} {
		if f.value != "" {
			p.where += " AND d." + f.column + " = ?"
			p.fromArgs = append(p.fromArgs, f.value)
		}
	}
	return p
}

func (x *Index) search(ctx context.Context, q Query, ws [][]word) (Result, error) {
	p := x.plan(q, ws)
	var r Result
	err := x.db.Conn(ctx).NewRaw("SELECT count(*) FROM "+p.from+" WHERE "+p.where, p.fromArgs...).Scan(ctx, &r.Total)
	if err != nil {
		return Result{}, searchFault(err)
	}
	if q.Count && r.Total > 0 && r.Total <= maxCounted {
		count := x.count
		if q.Shelf {
			count = x.countShelf
		}
		if r.Counts, err = count(ctx, p); err != nil {
			return Result{}, err
		}
	}
	if int64(q.Page.Offset()) >= r.Total {
		return r, nil
	}
	order := "by_number DESC, in_title DESC, often DESC, d.at DESC, d.id DESC"
	switch {
	case q.Written:
		order = "d.written DESC, d.at DESC, d.id DESC"
	case q.Newest || len(ws) == 0:
		order = "d.at DESC, d.id DESC"
	}
	var rows []hitRow
	number := numbers(q.Text)
	args := append(append(append(append([]any{number[0], number[1]}, p.titleArgs...), p.oftenArgs...), p.fromArgs...), q.Page.Size, q.Page.Offset())
	err = x.db.Conn(ctx).NewRaw("SELECT d.site_id, d.id, d.column_id, d.at, (d.number IN (?, ?)) AS by_number, "+p.inTitle+" AS in_title, "+p.often+" AS often FROM "+
		p.from+" WHERE "+p.where+" ORDER BY "+order+" LIMIT ? OFFSET ?", args...).Scan(ctx, &rows)
	if err != nil {
		return Result{}, searchFault(err)
	}
	for _, w := range rows {
		r.Hits = append(r.Hits, Hit{Site: kernel.SiteID(w.SiteID), ID: w.ID, Column: w.ColumnID, At: w.At.UTC(), Number: w.ByNumber, Title: w.InTitle, Often: w.Often})
	}
	return r, nil
}

// count tells how many of the hits have the same facets.
func (x *Index) count(ctx context.Context, p plan) (all []Counted, err error) {
	var rows []struct {
		Kind, Issuer, Year, Validity string
		N                            int64
	}
	err = x.db.Conn(ctx).NewRaw("SELECT d.kind, d.issuer, d.year, d.validity, count(*) AS n FROM "+p.from+" WHERE "+p.where+
		" GROUP BY d.kind, d.issuer, d.year, d.validity ORDER BY d.kind, d.issuer, d.year, d.validity", p.fromArgs...).Scan(ctx, &rows)
	if err != nil {
		return nil, searchFault(err)
	}
	for _, r := range rows {
		all = append(all, Counted{Facets{Kind: r.Kind, Issuer: r.Issuer, Year: r.Year, Validity: r.Validity}, r.N})
	}
	return all, nil
}

// shelves count each facet for itself: together five of them would make as many groups as there are documents.
const shelves = `SELECT issuer, '' AS year, '' AS validity, '' AS subject, '' AS genre, count(*) AS n FROM found GROUP BY issuer
	UNION ALL SELECT '', year, '', '', '', count(*) FROM found GROUP BY year
	UNION ALL SELECT '', '', validity, '', '', count(*) FROM found GROUP BY validity
	UNION ALL SELECT '', '', '', subject, '', count(*) FROM found GROUP BY subject
	UNION ALL SELECT '', '', '', '', genre, count(*) FROM found GROUP BY genre`

// countShelf tells how many of the hits have each value of each facet.
func (x *Index) countShelf(ctx context.Context, p plan) (all []Counted, err error) {
	var rows []struct {
		Issuer, Year, Validity, Subject, Genre string
		N                                      int64
	}
	err = x.db.Conn(ctx).NewRaw("WITH found AS MATERIALIZED (SELECT d.issuer, d.year, d.validity, d.subject, d.genre FROM "+p.from+" WHERE "+p.where+") "+shelves,
		p.fromArgs...).Scan(ctx, &rows)
	if err != nil {
		return nil, searchFault(err)
	}
	for _, r := range rows {
		all = append(all, Counted{Facets{Issuer: r.Issuer, Year: r.Year, Validity: r.Validity, Subject: r.Subject, Genre: r.Genre}, r.N})
	}
	return all, nil
}

func (x *Index) any(ctx context.Context, q Query, ws [][]word) (bool, error) {
	p := x.plan(q, ws)
	var found []int64
	if err := x.db.Conn(ctx).NewRaw("SELECT d.id FROM "+p.from+" WHERE "+p.where+" LIMIT 1", p.fromArgs...).Scan(ctx, &found); err != nil {
		return false, searchFault(err)
	}
	return len(found) > 0, nil
}

func (x *Index) outdated(ctx context.Context) (sites []kernel.SiteID, err error) {
	err = x.db.Conn(ctx).NewRaw(`SELECT DISTINCT site_id FROM search_docs WHERE form <> ? ORDER BY site_id`, form).Scan(ctx, &sites)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("look for documents by older rules in the index: %w", err))
	}
	return sites, nil
}

func searchFault(err error) error {
	err = db.Fault(fmt.Errorf("search: %w", err))
	if fault.Is(err, fault.Unavailable) {
		return fault.Because(err, fault.Unavailable, "检索暂时没有响应，请稍后再试。")
	}
	return err
}
