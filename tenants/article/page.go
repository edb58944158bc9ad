package article

import (
	"html/template"
	"time"

	"github.com/zhanqun/zhanqun/platform/publication"
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
	Siblings                          []render.Link // beside the column whose page it is; none of an article of its own address
	Related                           []render.Item // texts of the site that speak of whom it is about
	Explained, Explains               []render.Item // what explains it, with the form in a word as the Mark, and what it explains
}

// MetaRow is a row of the document table.
type MetaRow struct{ Label, Value string }

// FieldRow is a value that the column asked for; Href is its address when it is one.
type FieldRow struct {
	Label, Href string
	Dial        string // the address that dials it, of a telephone number
	Lines       []string
}

// ListPage is what a column's page shows: its own articles a page at a time, and the newest of each sub-column.
type ListPage struct {
	Title, Description, Kind string
	Items                    []render.Item
	rows                     []publication.Row // that the items are made of
	Pager                    render.Pager
	Siblings                 []render.Link
	Children                 []ChildList
	Library                  string // where the documents of the column are narrowed; "" in columns of other kinds
}

// ChildList is the newest articles of one sub-column; Href is the sub-column's own list.
type ChildList struct {
	Title, Href string
	Items       []render.Item
	topic       bool
}

// Card is an article with what there is to see of it.
type Card struct {
	render.Item
	render.Sight
}

// CardsPage is a column of pictures, or of films: the cards stand for the items.
type CardsPage struct {
	ListPage
	Cards []Card
}

// Entry is a person or an office: the title is the name, the rows are what the column asks for.
type Entry struct {
	render.Item
	render.Sight
	Rows    []FieldRow
	group   string
	order   float64
	ordered bool
}

// Group is entries that belong together; "" is the name of those without.
type Group struct {
	Name    string
	Entries []Entry
}

// RosterPage is a column of people or offices. Heads are of a table of offices.
type RosterPage struct {
	ListPage
	Heads  []string
	Groups []Group
}

// LinkPage is a column that leads out of the cluster.
type LinkPage struct {
	ListPage
	Target string
}

// TopicLead is the text with which a topic begins.
type TopicLead struct {
	render.Item
	render.Sight
	id ID
}

// TopicPage is a special topic; its sections are the Children.
type TopicPage struct {
	ListPage
	Stage, Opens, Closes string
	Lead                 *TopicLead
}

// TopicCard is a topic on the page above it.
type TopicCard struct {
	render.Link
	render.Sight
	Description, Closes string
}

// TopicsPage is the page above topics.
type TopicsPage struct {
	ListPage
	Current, Archived []TopicCard
}
