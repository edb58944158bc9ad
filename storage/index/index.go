// Package index is full text for Chinese, on both engines, without a dictionary (feature row T1).
//
// A document's Han text is indexed as all pairs of neighbouring characters, so that any word of two or more
// characters is found exactly where it stands, and Latin words and numbers whole. The same Go code makes the words for
// SQLite (FTS5) and PostgreSQL (tsvector with GIN), so both find the same documents in the same order. The order is a rule that
// people can follow, and costs what is found and not what there is: a rank such as BM25 counts every document of every site
// that has the word, which took 40 ms of a search of one site among 500,000 documents. Put and Delete write inside the caller's transaction: a
// document is findable when, and only when, its publication is committed. The package knows ids and plain text; who may
// see what is settled before, because only what is public is ever put.
package index

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

const (
	// maxQuery is the longest query in characters: longer than any title a person pastes.
	maxQuery = 200
	// maxPage and maxDepth bound how much of a result can be asked for.
	maxPage  = 100
	maxDepth = 10_000
	// maxCounted is how many hits are counted by facets: a query that finds more says too little to be narrowed.
	maxCounted = 20_000
)

// Doc is one public document. Title and Body are plain text.
type Doc struct {
	Site   kernel.SiteID
	ID     int64 // positive, unique over all sites
	Column int64
	Title  string
	Body   string
	At     time.Time // the day lists show; the order of equals
	Number string    // of an official document, as printed: whoever types it finds the document first
	Facets           // Year is At's, whatever is given
	// Written is the day on which an official document was written, "2015-06-02" or "".
	Written string
}

// Facets are what a result is narrowed by; "" says nothing.
type Facets struct{ Kind, Issuer, Year, Validity, Subject, Genre string }

// Query asks for the documents of Sites that hold every word of Text.
type Query struct {
	Sites  []kernel.SiteID // none finds nothing; "this site and below" is expanded by the caller
	Column int64           // 0 is every column
	Text   string          // white space separates words, all of which must occur; nothing else has a meaning
	Newest bool            // order by date alone
	Page   kernel.Page
	// Alike tells which other words stand for one of the query, any of which will do; nil: none.
	Alike func(word string) []string
	Only  Facets // those that are not "" must be the document's
	Count bool   // tell how many hits each combination of facets has, where they are few enough to count
	// Shelf asks as a library does (D7): without a text everything that Only and Within leave is found, however deep, and each facet is counted
	// for itself, Subject and Genre as well.
	Shelf   bool
	Within  []int64 // only in these columns; nil: in all
	Written bool    // order by the day of writing, the newest first
}

// Hit is one document found.
type Hit struct {
	Site   kernel.SiteID
	ID     int64
	Column int64
	At     time.Time
	Number bool // the query is its number
	Title  bool // every word stands in the title
	Often  bool // the text is about them: each stands there three times or more
}

// Result is one page of hits, best first: the document whose number was asked, those whose title holds every word, then those that are about
// them, the newest first.
type Result struct {
	Hits   []Hit
	Total  int64 // exact, over all pages
	Counts []Counted
}

// Counted is how many hits have the same facets.
type Counted struct {
	Facets
	N int64
}

// Index finds documents. Its methods are safe for concurrent use.
type Index struct{ db *db.DB }

// New returns the index kept in d.
func New(d *db.DB) *Index { return &Index{db: d} }

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the index's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

var errNoTransaction = errors.New("index: outside a transaction")

// Put makes the documents findable, in place of what the same ids held before. It works only inside db.InTx. A
// document's id must not be another site's.
func (x *Index) Put(ctx context.Context, docs ...Doc) error {
	if !db.InTransaction(ctx) {
		return errNoTransaction
	}
	for len(docs) > 0 {
		n := together(docs)
		if err := x.put(ctx, docs[:n]); err != nil {
			return err
		}
		docs = docs[n:]
	}
	return nil
}

// together is how many of the documents make a statement of about a megabyte, at least one. The same id twice in one
// statement is refused by PostgreSQL, so a statement ends before.
func together(docs []Doc) int {
	seen, bytes := map[int64]bool{}, 0
	for i, d := range docs {
		if bytes += len(d.Title) + len(d.Body); i > 0 && (bytes > 1<<20 || i == 200 || seen[d.ID]) {
			return i
		}
		seen[d.ID] = true
	}
	return len(docs)
}

// Delete makes a document of the site unfindable; one that is not there is no error. It works only inside db.InTx.
func (x *Index) Delete(ctx context.Context, site kernel.SiteID, id int64) error {
	if !db.InTransaction(ctx) {
		return errNoTransaction
	}
	return x.delete(ctx, site, id)
}

// Clear makes every document of the site unfindable, for a rebuild. It works only inside db.InTx.
func (x *Index) Clear(ctx context.Context, site kernel.SiteID) error {
	if !db.InTransaction(ctx) {
		return errNoTransaction
	}
	return x.clear(ctx, site)
}

// Search answers one page of what q finds. A text without a letter or digit finds nothing.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	if utf8.RuneCountInString(q.Text) > maxQuery {
		return Result{}, fault.In("q", "检索词太长，请不要超过 %d 个字。", maxQuery)
	}
	q.Page.Size = min(max(q.Page.Size, 1), maxPage)
	ws := parseAlike(q.Text, q.Alike)
	every := q.Shelf && q.Text == ""
	if !every && q.Page.Number > maxDepth/q.Page.Size {
		return Result{}, fault.In("page", "检索结果只能翻到前 %d 条，请换更具体的检索词。", maxDepth)
	}
	if len(ws) == 0 && !every || len(q.Sites) == 0 {
		return Result{}, nil
	}
	return x.search(ctx, q, ws)
}

// Any reports whether q finds anything at all.
func (x *Index) Any(ctx context.Context, q Query) (bool, error) {
	ws := parseAlike(q.Text, q.Alike)
	if utf8.RuneCountInString(q.Text) > maxQuery || len(ws) == 0 || len(q.Sites) == 0 {
		return false, nil
	}
	return x.any(ctx, q, ws)
}

// Outdated returns the sites of which the index holds a document by older rules, for a rebuild behind an upgrade.
func (x *Index) Outdated(ctx context.Context) ([]kernel.SiteID, error) { return x.outdated(ctx) }

// Missing returns which of the ids the site should have but the index lacks, or holds by older rules: what a rebuild
// has to Put.
func (x *Index) Missing(ctx context.Context, site kernel.SiteID, ids []int64) ([]int64, error) {
	have, err := x.present(ctx, site, ids)
	if err != nil {
		return nil, err
	}
	var missing []int64
	for _, id := range ids {
		if !have[id] {
			missing = append(missing, id)
		}
	}
	return missing, nil
}

// IDs returns up to limit ids that the index holds for the site, ascending, greater than after: what a rebuild has to
// compare with the publications, to Delete what is no longer public.
func (x *Index) IDs(ctx context.Context, site kernel.SiteID, after int64, limit int) ([]int64, error) {
	return x.ids(ctx, site, after, limit)
}
