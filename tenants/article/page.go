package article

import (
	"html/template"
	"time"

	"github.com/zhanqun/zhanqun/platform/render"
)

// ShowPage is what an article's page shows. Times are UTC; PublishedAt is the day citizens see, for an
// imported document the day its old site published it.
type ShowPage struct {
	Title, Subtitle                   string
	PublishedAt                       time.Time // zero when nobody knows the day
	Migrated                          bool
	MigratedAt                        time.Time
	Source, SourceURL, Author, Column string
	Body                              template.HTML // sanitised, at write and again here
	Meta                              []MetaRow     // label and value of the document table; empty for news
	Validity                          string        // the banner's text, or ""
	Fields                            []FieldRow    // what the column asked for
	Successor                         *render.Link  // the text that took its place, while citizens can read it
	Replaces                          []render.Link // the texts of this site whose place it took
	Amends                            []render.Link // the texts of this site that it amended
	URL                               string        // the canonical address
	Prev, Next                        *render.Link
	Explained, Explains               []render.Item // what explains it, with the form in a word as the Mark, and what it explains
}

// MetaRow is a row of the document table.
type MetaRow struct{ Label, Value string }

// FieldRow is a value that the column asked for; Href is its address when it is one.
type FieldRow struct {
	Label, Href string
	Lines       []string
}

// ListPage is what a column's page shows: its own articles a page at a time, and the newest of each sub-column.
type ListPage struct {
	Title, Description, Kind string
	Items                    []render.Item
	Pager                    render.Pager
	Siblings                 []render.Link
	Children                 []ChildList
	Library                  string // where the documents of the column are narrowed; "" in columns of other kinds
}

// ChildList is the newest articles of one sub-column; Href is the sub-column's own list.
type ChildList struct {
	Title, Href string
	Items       []render.Item
}
